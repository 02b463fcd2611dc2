// The charts of a long range, drawn with few bars at first and with all of them once someone looks closer.

import type { LogicalRange } from "lightweight-charts";
import { drawChart, type Show } from "./chart";
import { coarsened } from "./coarse";
import type { Data } from "./data";

/** Bars in view below which the finer ones are wanted. */
const NEAR_BARS = 400;

/** Draws the charts. Gives a function that moves them to a span of time. */
export function drawView(data: Data): Show {
  const few = coarsened(data);
  if (!few) return drawChart(data).show;
  let drawn = drawChart(few);
  let isCoarse = true;
  const refine = (): void => {
    if (!isCoarse) return;
    isCoarse = false;
    const view = drawn.chart.timeScale().getVisibleRange();
    drawn.remove();
    drawn = drawChart(data);
    if (view) requestAnimationFrame(() => drawn.chart.timeScale().setVisibleRange(view));
  };
  drawn.chart.timeScale().subscribeVisibleLogicalRangeChange((view: LogicalRange | null) => {
    // Not while the chart is at work on the change.
    if (view && view.to - view.from < NEAR_BARS) setTimeout(refine);
  });
  return (from_ms, to_ms) => {
    refine();
    // After the view that was kept.
    requestAnimationFrame(() => requestAnimationFrame(() => drawn.show(from_ms, to_ms)));
  };
}
