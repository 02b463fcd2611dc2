// Monthly returns as a heat table: a row for each year, its total at the end.

import type { Data } from "./data";
import { el, place, tone } from "./dom";
import { number, share } from "./format";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** A month's return at which its colour is strongest. */
const STRONG = 0.2;

/** Fills the table of monthly returns. */
export function drawMonthly(data: Data): void {
  const years = new Map<string, (number | undefined)[]>();
  for (const { month, value } of data.monthly) {
    const [year, index] = [month.slice(0, -3), Number(month.slice(-2)) - 1];
    if (!years.has(year)) years.set(year, new Array(12).fill(undefined));
    years.get(year)![index] = value;
  }
  const head = el("tr", {}, ...["Year", ...MONTHS, "Total"].map((name) => el("th", { scope: "col" }, name)));
  const body = el("tbody");
  for (const [year, months] of years) {
    const total = months.reduce<number>((grown, value) => grown * (1 + (value ?? 0)), 1) - 1;
    const cells = months.map((value, index) => cell(value, `${MONTHS[index]} ${year}`));
    body.append(el("tr", {}, el("th", { scope: "row" }, year), ...cells, totalCell(total)));
  }
  const table = el("table", { class: "monthly" }, el("thead", {}, head), body);
  place("monthly").append(
    el("h2", {}, "Monthly returns, %"),
    years.size > 0 ? el("div", { class: "scroll", tabindex: 0 }, table) : el("p", { class: "quiet" }, "There is no month to show."),
  );
}

function cell(value: number | undefined, month: string): HTMLElement {
  if (value === undefined) return el("td");
  const strength = Math.round(Math.min(1, Math.abs(value) / STRONG) * 100);
  const title = `${month}: ${share(value)}`;
  return el("td", { class: `heat ${tone(value)}`, style: `--strength: ${strength}%`, title }, percent(value));
}

function totalCell(value: number): HTMLElement {
  return el("td", { class: `total ${tone(value)}` }, percent(value));
}

function percent(value: number): string {
  return number(value * 100, 1);
}
