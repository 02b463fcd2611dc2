// What was run, on what, and the verdict in five numbers.

import { type Data, figure } from "./data";
import { el, place, tone } from "./dom";
import { counted, inUnit, time } from "./format";

/** Fills the head of the page, and its title. */
export function drawHeader(data: Data): void {
  document.title = `${data.name} on ${data.series}`;
  const range = data.candles > 0 ? `${time(data.bars.start_ms)} to ${time(data.end_ms)} UTC, ` : "";
  const perBar = data.bars.candles_per_bar;
  place("header").append(
    el("p", { class: "series" }, data.series),
    el("h1", {}, data.name),
    data.about ? el("p", { class: "about" }, data.about) : "",
    el("p", { class: "range" }, `${range}${counted(data.candles, "candle", "candles")}`,
      perBar > 1 ? `, drawn ${perBar} to a bar` : null),
    verdict(data),
  );
}

function verdict(data: Data): HTMLElement {
  const list = el("dl", { class: "verdict" });
  const add = (label: string, text: string, mood: string) =>
    list.append(el("div", {}, el("dt", {}, label), el("dd", { class: mood }, text)));
  const total = figure(data, "total_return");
  const value = (name: string) => figure(data, name)?.value ?? null;
  add("Total return", inUnit(value("total_return"), "share"), tone(value("total_return")));
  add("Buy & hold", inUnit(total?.buy_and_hold ?? null, "share"), tone(total?.buy_and_hold ?? null));
  add("Max drawdown", inUnit(value("max_drawdown"), "share"), "");
  add("Sharpe", inUnit(value("sharpe"), "ratio"), "");
  add("Trades", inUnit(value("trades"), "count"), "");
  return list;
}
