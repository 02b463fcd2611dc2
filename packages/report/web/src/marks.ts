// Entry and exit marks, coloured by profit, and marks after holes. From afar they would hide the price, so there are none;
// near, each exit also tells what its trade gave.

import type { SeriesMarker, Time } from "lightweight-charts";
import { chartTime, type Stage } from "./chart";
import { indexAt } from "./data";
import { el } from "./dom";
import { count, counted, share, signed } from "./format";
import type { Theme } from "./theme";

/** Trades in view beyond which no marks are drawn. */
const MARKED_MAX = 250;
/** Trades in view up to which exits tell their return. */
const TOLD_MAX = 25;

/** How much the marks tell: nothing, where, or also how much. */
type Detail = "none" | "marks" | "returns";

/** Keeps marks fit for what is in view. Gives a function that paints them in a theme's colours. */
export function tradeMarks(
  stage: Stage,
  set: (marks: SeriesMarker<Time>[]) => void,
  legend: HTMLElement,
): (theme: Theme) => void {
  const { trades } = stage.data;
  const entries = trades.entry_ms.map((ms) => indexAt(stage.times, ms));
  const hint = el("span", { class: "hint" }, `Zoom in to see ${counted(trades.pnl.length, "trade", "trades")}`);
  legend.append(hint);
  let theme: Theme | undefined;
  let shown: Detail | undefined;
  const update = () => {
    const range = stage.chart.timeScale().getVisibleLogicalRange();
    const inView = range ? entries.filter((i) => i >= range.from && i <= range.to).length : entries.length;
    const detail = inView > MARKED_MAX ? "none" : inView > TOLD_MAX ? "marks" : "returns";
    if (detail === shown || !theme) return;
    shown = detail;
    hint.hidden = detail !== "none";
    set(detail === "none" ? [] : marksOf(stage, theme, detail === "returns"));
  };
  stage.chart.timeScale().subscribeVisibleLogicalRangeChange(update);
  return (painted) => {
    [theme, shown] = [painted, undefined];
    update();
  };
}

/** Marks of every trade, of the open position and of holes, in order of time. */
function marksOf(stage: Stage, theme: Theme, told: boolean): SeriesMarker<Time>[] {
  const { trades, open, holes, ambiguous } = stage.data;
  const doubtful = new Set(ambiguous.trades);
  const marks: [index: number, mark: SeriesMarker<Time>][] = [];
  const add = (ms: number, up: boolean, color: string, text: string) => {
    const index = indexAt(stage.times, ms);
    const shape = up ? "arrowUp" : "arrowDown";
    marks.push([index, { time: chartTime(stage, index), position: up ? "belowBar" : "aboveBar", shape, color, text }]);
  };
  trades.pnl.forEach((pnl, i) => {
    const long = trades.side[i] === "long";
    const colour = pnl > 0 ? theme.gain : theme.loss;
    const gained = pnl / (trades.entry_price[i]! * trades.quantity[i]!);
    add(trades.entry_ms[i]!, long, colour, "");
    const doubt = doubtful.has(i) ? " ambiguous" : "";
    add(trades.exit_ms[i]!, !long, colour, told ? signed(share(gained), gained) + doubt : "");
  });
  if (open) add(open.entry_ms, open.side === "long", theme.accent, told ? "Open" : "");
  for (const [, to, missing] of holes.first) {
    const index = indexAt(stage.times, to);
    const text = told ? `${count(missing)} missing` : "";
    marks.push([index, { time: chartTime(stage, index), position: "aboveBar", shape: "square", color: theme.muted, text }]);
  }
  return marks.sort((a, b) => a[0] - b[0]).map(([, mark]) => mark);
}
