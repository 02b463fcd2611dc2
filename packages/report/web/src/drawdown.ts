// How far equity lies below its highest value so far.

import { BaselineSeries } from "lightweight-charts";
import { type Part, points, type Stage } from "./chart";
import { share } from "./format";
import { legend } from "./legend";

/** Adds the pane of the drawdown. */
export function addDrawdown(stage: Stage, pane: number): Part[] {
  const values = drawdown(stage.data.equity, stage.data.initial_cash);
  const priceFormat = { type: "custom" as const, formatter: (value: number) => share(value, 1), minMove: 1e-4 };
  const baseValue = { type: "price" as const, price: 0 };
  const options = { lineWidth: 1 as const, priceFormat, priceLineVisible: false, baseValue };
  const series = stage.chart.addSeries(BaselineSeries, options, pane);
  series.setData(points(stage, values));
  series.priceScale().applyOptions({ scaleMargins: { top: 0.26, bottom: 0.06 } });
  const { element, entries } = legend(["Drawdown"]);
  return [{
    pane,
    height: 30,
    legend: element,
    paint(theme) {
      const [line, fill] = [theme.loss, theme.lossFill];
      series.applyOptions({ bottomLineColor: line, topLineColor: line, bottomFillColor1: fill, bottomFillColor2: fill });
      entries[0]!.colour(theme.loss);
    },
    show(i) {
      const value = values[i];
      entries[0]!.value(value == null ? "\u2013" : share(value));
    },
  }];
}

/** Equity over its running peak less one, the cash at the start being the first peak. */
function drawdown(equity: (number | null)[], cash: number): (number | null)[] {
  let peak = cash;
  return equity.map((value) => {
    if (value === null) return null;
    peak = Math.max(peak, value);
    return peak > 0 ? value / peak - 1 : null;
  });
}
