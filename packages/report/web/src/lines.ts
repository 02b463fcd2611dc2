// The strategy's lines that are no prices: a pane with its own scale for each.

import { LineSeries } from "lightweight-charts";
import { type Part, points, type Stage } from "./chart";
import { quantity } from "./format";
import { legend } from "./legend";

/** Adds a pane for each line that is not drawn over the price. */
export function addOwnLines(stage: Stage, firstPane: number): Part[] {
  const own = stage.data.lines.filter((line) => line.pane === "own");
  return own.map((line, k) => {
    const pane = firstPane + k;
    const priceFormat = { type: "custom" as const, formatter: quantity, minMove: 1e-9 };
    const options = { lineWidth: 1 as const, priceFormat, priceLineVisible: false };
    const series = stage.chart.addSeries(LineSeries, options, pane);
    series.setData(points(stage, line.values));
    series.priceScale().applyOptions({ scaleMargins: { top: 0.28, bottom: 0.08 } });
    const { element, entries } = legend([line.name]);
    return {
      pane,
      height: 28,
      legend: element,
      paint(theme) {
        const colour = theme.lines[k % theme.lines.length]!;
        series.applyOptions({ color: colour });
        entries[0]!.colour(colour);
      },
      show(i) {
        const value = line.values[i];
        entries[0]!.value(value == null ? "\u2013" : quantity(value));
      },
    };
  });
}
