// The list of trades: sorts by any column, and a trade that is clicked is shown in the chart.

import type { Show } from "./chart";
import type { Data } from "./data";
import { el, place } from "./dom";
import { count } from "./format";
import { type Column, tradeColumns } from "./trade-columns";

/** Rows that are drawn at once; more follow when the end of the list comes into view. */
const CHUNK = 100;

/** Fills the list of trades; `show` moves the chart to a span of time. */
export function drawTrades(data: Data, show: Show): void {
  const total = data.trades.pnl.length;
  place("trades").append(el("h2", {}, "Trades ", el("small", {}, count(total))));
  if (total === 0) {
    place("trades").append(el("p", { class: "quiet" }, "No trade was closed in the range."));
    return;
  }
  const columns = tradeColumns(data);
  const body = el("tbody");
  const end = el("div");
  const heads = columns.map((column) => head(column));
  const table = el("table", { class: "trades" }, el("thead", {}, el("tr", {}, ...heads)), body);
  const scroll = el("div", { class: "scroll tall", tabindex: 0 }, table, end);
  place("trades").append(scroll);

  let order = Array.from({ length: total }, (_, trade) => trade);
  let drawn = 0;
  const more = () => {
    const next = order.slice(drawn, drawn + CHUNK);
    drawn += next.length;
    body.append(...next.map((trade) => row(columns, trade)));
  };
  new IntersectionObserver((seen) => {
    if (seen.some((entry) => entry.isIntersecting)) more();
  }, { root: scroll, rootMargin: "600px" }).observe(end);

  const sort = (by: number) => {
    const { value } = columns[by]!;
    const rising = heads[by]!.getAttribute("aria-sort") !== "ascending";
    heads.forEach((th, i) => th.setAttribute("aria-sort", i === by ? (rising ? "ascending" : "descending") : "none"));
    order.sort((a, b) => compare(value(a), value(b)) * (rising ? 1 : -1) || a - b);
    [drawn, scroll.scrollTop] = [0, 0];
    body.replaceChildren();
    more();
  };
  heads.forEach((th, by) => th.firstElementChild!.addEventListener("click", () => sort(by)));
  body.addEventListener("click", (event) => {
    const clicked = (event.target as Element).closest("tr");
    if (!clicked) return;
    const trade = Number(clicked.dataset["trade"]);
    body.querySelector(".chosen")?.classList.remove("chosen");
    clicked.classList.add("chosen");
    show(data.trades.entry_ms[trade]!, data.trades.exit_ms[trade]!);
  });
  heads[0]!.setAttribute("aria-sort", "ascending");
  more();
}

function head(column: Column): HTMLElement {
  const button = el("button", { type: "button" }, column.title);
  return el("th", { scope: "col", "aria-sort": "none", class: column.text ? "text" : "" }, button);
}

function row(columns: Column[], trade: number): HTMLElement {
  return el("tr", { "data-trade": trade }, ...columns.map((column) => column.cell(trade)));
}

function compare(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
