// The settings, and what the run was made from, so that it can be repeated.

import type { Data } from "./data";
import { el, place } from "./dom";

/** Fills the foot of the page. */
export function drawFooter(data: Data): void {
  const { provenance } = data;
  const hashes: [string, string][] = [
    ["Data", provenance.data_hash],
    ["Strategy file", provenance.strategy_hash],
    ["Program", provenance.binary_hash],
    ["Version", provenance.version],
  ];
  if (data.run !== null) {
    hashes.unshift(["Run", `${data.run}: backtester rerun ${data.run} repeats it`]);
  }
  place("footer").append(
    el("section", {}, el("h2", {}, "Setup"), list(data.setup, "setup")),
    el("section", {}, el("h2", {}, "Provenance"), list(hashes, "hashes")),
    el("p", { class: "credit" }, "Charts by ",
      el("a", { href: "https://www.tradingview.com/", rel: "noopener" }, "TradingView"),
      " Lightweight Charts\u2122, Copyright \u00a9 2026 TradingView, Inc., Apache License 2.0. All times are UTC."),
  );
}

function list(rows: [string, string][], kind: string): HTMLElement {
  return el("dl", { class: kind }, ...rows.map(([label, text]) => el("div", {}, el("dt", {}, label), el("dd", {}, text))));
}
