// What must be known about the figures: warnings, holes, ambiguous candles, signals without a trade.

import type { Show } from "./chart";
import type { Data } from "./data";
import { el, place } from "./dom";
import { count, counted, money, quantity, share, signed, time } from "./format";

/** Fills the notes; `show` moves the chart to a span of time. */
export function drawNotes(data: Data, show: Show): void {
  place("notes").append(
    el("h2", {}, "What to know"),
    ...data.warnings.map((warning) => el("p", { class: "warning" }, warning)),
    openNote(data) ?? "",
    holeNote(data, show),
    ambiguousNote(data),
    ...data.remarks.map((remark) => el("p", {}, remark)),
    rejectedNote(data),
  );
}

function note(title: string, ...content: (Node | string)[]): HTMLElement {
  return el("div", { class: "note" }, el("h3", {}, title), ...content);
}

function openNote(data: Data): HTMLElement | null {
  const { open } = data;
  if (!open) return null;
  const levels = ([["stop", open.stop], ["target", open.take], ["trail", open.trail]] as const)
    .filter(([, level]) => level !== null)
    .map(([name, level]) => `, ${name} ${quantity(level!)}`)
    .join("");
  const profit = `${signed(money(open.pnl), open.pnl)} ${data.quote}`;
  return note("Still open", el("p", {},
    `${open.side === "long" ? "Long" : "Short"} ${quantity(open.quantity)} ${data.base} since ${time(open.entry_ms)} UTC at ${quantity(open.entry_price)}${levels}; `,
    `${profit} at the last close, less the fee of its entry.`, data.holes.open_touched ? " It touched a hole." : ""));
}

function holeNote(data: Data, show: Show): HTMLElement {
  const { holes } = data;
  if (holes.count === 0) return note("Holes", el("p", {}, "No candle is missing in the range."));
  const rows = holes.first.map(([from, to, missing]) => {
    const jump = el("button", { type: "button", title: "Show in the chart", onclick: () => show(from, to) }, time(from));
    return el("tr", {}, el("td", {}, jump), el("td", {}, time(to)), el("td", {}, count(missing)));
  });
  const heads = ["From, UTC", "To", "Missing"].map((name) => el("th", { scope: "col" }, name));
  const table = el("table", { class: "holes" }, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows));
  const shown = holes.first.length < holes.count ? ` The first ${count(holes.first.length)} are listed.` : "";
  const missing = counted(holes.missing, "candle is missing in", "candles are missing in");
  const touched = counted(holes.trades_touched.length, "trade", "trades");
  return note("Holes",
    el("p", {}, `${missing} ${counted(holes.count, "hole", "holes")}; ${touched} touched one.${shown}`),
    el("div", { class: "scroll short", tabindex: 0 }, table));
}

function ambiguousNote(data: Data): HTMLElement {
  const { bars, gain_at_best } = data.ambiguous;
  if (bars === 0) return note("Ambiguous candles", el("p", {}, "No candle reached both loss and target."));
  const part = data.initial_cash > 0 ? ` (${share(gain_at_best / data.initial_cash)} of the cash at the start)` : "";
  return note("Ambiguous candles", el("p", {},
    `${counted(bars, "candle", "candles")} reached both loss and target, and the loss was taken. With the target first, `,
    `these trades would have given ${money(gain_at_best)} ${data.quote} more${part}, what follows from it not counted.`));
}

function rejectedNote(data: Data): HTMLElement {
  const title = "Signals that became no trade";
  if (data.rejected.length === 0) return note(title, el("p", {}, "Every signal became a trade."));
  const items = data.rejected.map(([reason, times]) => el("li", {}, `${reason}: `, el("b", {}, count(times))));
  return note(title, el("ul", {}, ...items));
}
