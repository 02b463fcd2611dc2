// Equity beside what buying at the first open and holding would have given.

import { LineSeries } from "lightweight-charts";
import { type Part, points, type Stage } from "./chart";
import type { Data } from "./data";
import { money } from "./format";
import { legend } from "./legend";

/** Adds the pane of equity and buy-and-hold. */
export function addEquity(stage: Stage, pane: number): Part[] {
  const { chart, data } = stage;
  const held = buyAndHold(data);
  const priceFormat = { type: "custom" as const, formatter: money, minMove: 1e-6 };
  const options = { lineWidth: 1 as const, priceFormat, priceLineVisible: false };
  const hold = chart.addSeries(LineSeries, options, pane);
  const equity = chart.addSeries(LineSeries, { ...options, lineWidth: 2 }, pane);
  hold.setData(points(stage, held));
  equity.setData(points(stage, data.equity));
  equity.priceScale().applyOptions({ scaleMargins: { top: 0.18, bottom: 0.06 } });
  const { element, entries } = legend(["Equity", "Buy & hold"]);
  const told = (value: number | null | undefined) => (value == null ? "\u2013" : `${money(value)} ${data.quote}`);
  return [{
    pane,
    height: 50,
    legend: element,
    paint(theme) {
      hold.applyOptions({ color: theme.muted });
      equity.applyOptions({ color: theme.accent });
      entries[0]!.colour(theme.accent);
      entries[1]!.colour(theme.muted);
    },
    show(i) {
      entries[0]!.value(told(data.equity[i]));
      entries[1]!.value(told(held[i]));
    },
  }];
}

/** All cash bought at the first open, without fees, at each close. */
function buyAndHold({ bars, initial_cash }: Data): number[] {
  const quantity = initial_cash / (bars.open[0] ?? 1);
  return bars.close.map((close) => quantity * close);
}
