// Draws the report from the data in the page, a module for each part.

import type { Show } from "./chart";
import { readData } from "./data";
import { drawFigures } from "./figures";
import { drawFooter } from "./footer";
import { drawHeader } from "./header";
import { drawMonthly } from "./monthly";
import { drawNotes } from "./notes";
import { drawTrades } from "./trades";
import { drawView } from "./view";

const data = readData();
let chart: Show | undefined;
const show: Show = (from_ms, to_ms) => chart?.(from_ms, to_ms);
drawHeader(data);
drawFigures(data);
drawMonthly(data);
drawNotes(data, show);
drawTrades(data, show);
drawFooter(data);
// What can be read is painted first; the charts of a long range take a moment.
requestAnimationFrame(() => setTimeout(() => (chart = drawView(data))));
