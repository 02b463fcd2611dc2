// Draws the report from the data in the page, a module for each part.

import { drawChart } from "./chart";
import { readData } from "./data";
import { drawFigures } from "./figures";
import { drawFooter } from "./footer";
import { drawHeader } from "./header";
import { drawMonthly } from "./monthly";
import { drawNotes } from "./notes";
import { drawTrades } from "./trades";

const data = readData();
drawHeader(data);
const show = drawChart(data);
drawFigures(data);
drawMonthly(data);
drawNotes(data, show);
drawTrades(data, show);
drawFooter(data);
