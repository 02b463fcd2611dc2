// Buttons over the charts: spans of time, up to the newest bar in view, and the logarithmic scale.

import { PriceScaleMode } from "lightweight-charts";
import type { Stage } from "./chart";
import { indexAt } from "./data";
import { el } from "./dom";

const DAY_MS = 86_400_000;
const SPANS: [label: string, name: string, days: number][] = [
  ["1W", "One week", 7],
  ["1M", "One month", 30],
  ["3M", "Three months", 91],
  ["1Y", "One year", 365],
];

/** The row of buttons over the charts; the panes `moneyPanes` have a scale that can be logarithmic. */
export function rangeButtons({ chart, times }: Stage, moneyPanes: number[]): HTMLElement {
  const row = el("div", { class: "ranges", role: "group", "aria-label": "View" });
  const span = (times.at(-1) ?? 0) - (times[0] ?? 0);
  const add = (label: string, name: string, show: () => void) =>
    row.appendChild(el("button", { type: "button", title: name, onclick: show }, label));
  for (const [label, name, days] of SPANS) {
    if (days * DAY_MS >= span) continue;
    add(label, name, () => {
      const view = chart.timeScale().getVisibleLogicalRange();
      const to = Math.max(1, Math.min(times.length - 1, Math.round(view?.to ?? Infinity)));
      const from = indexAt(times, times[to]! - days * DAY_MS);
      chart.timeScale().setVisibleLogicalRange({ from, to });
    });
  }
  add("All", "The whole range", () => chart.timeScale().fitContent());
  const log = add("Log", "Logarithmic scale of price and equity", () => {
    const on = log.getAttribute("aria-pressed") !== "true";
    log.setAttribute("aria-pressed", String(on));
    const mode = on ? PriceScaleMode.Logarithmic : PriceScaleMode.Normal;
    for (const pane of moneyPanes) chart.priceScale("right", pane).applyOptions({ mode });
  });
  log.setAttribute("aria-pressed", "false");
  return row;
}
