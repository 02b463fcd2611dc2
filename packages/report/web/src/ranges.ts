// Buttons that show a span of time, up to the newest bar in view.

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

/** The row of buttons over the charts. */
export function rangeButtons({ chart, times }: Stage): HTMLElement {
  const row = el("div", { class: "ranges", role: "group", "aria-label": "Span of time" });
  const span = (times.at(-1) ?? 0) - (times[0] ?? 0);
  const add = (label: string, name: string, show: () => void) =>
    row.append(el("button", { type: "button", title: name, onclick: show }, label));
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
  return row;
}
