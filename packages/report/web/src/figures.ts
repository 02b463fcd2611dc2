// The figures beside those of buy-and-hold, each with its definition at hand.

import type { Data } from "./data";
import { el, place } from "./dom";
import { inUnit } from "./format";
import { tip } from "./tip";

/** Fills the table of figures. */
export function drawFigures(data: Data): void {
  const body = el("tbody");
  for (const figure of data.figures) {
    const unit = figure.unit === "quote" ? el("small", {}, ` ${data.quote}`) : null;
    body.append(el("tr", {},
      el("th", { scope: "row" }, tip(figure.title, figure.definition), unit),
      el("td", {}, inUnit(figure.value, figure.unit)),
      el("td", { class: "quiet" }, figure.buy_and_hold === null ? "" : inUnit(figure.buy_and_hold, figure.unit)),
    ));
  }
  const head = el("tr", {}, el("td"), el("th", { scope: "col" }, "Strategy"), el("th", { scope: "col" }, "Buy & hold"));
  place("figures").append(el("h2", {}, "Figures"), el("table", { class: "figures" }, el("thead", {}, head), body));
}
