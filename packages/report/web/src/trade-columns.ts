// The columns of the list of trades: what each sorts by, and what it shows.

import type { Data } from "./data";
import { el, tone } from "./dom";
import { aligned, count, decimalsOf, number, share, time } from "./format";

/** One column of the list. */
export interface Column {
  title: string;
  /** Whether it holds words, which stand at the left. */
  text: boolean;
  value(trade: number): number | string;
  cell(trade: number): HTMLElement;
}

/** The columns that the trades of this report need. */
export function tradeColumns(data: Data): Column[] {
  const { trades, bars } = data;
  const decimals = Math.max(decimalsOf(bars.close), decimalsOf(bars.open));
  const price = (value: number) => number(value, decimals);
  const gained = trades.pnl.map((pnl, i) => pnl / (trades.entry_price[i]! * trades.quantity[i]!));
  // Cents for money, more only where all of it is small.
  const money = (values: number[]) => aligned(values, 3, 2);
  const columns = [
    jump(trades.pnl.length),
    words("Side", trades.side),
    numbers("Entry, UTC", trades.entry_ms, time),
    numbers("Entry price", trades.entry_price, price),
    numbers("Exit, UTC", trades.exit_ms, time),
    numbers("Exit price", trades.exit_price, price),
    numbers("Quantity", trades.quantity, aligned(trades.quantity, 6)),
    numbers(`Profit, ${data.quote}`, trades.pnl, money(trades.pnl), true),
    numbers("Return", gained, (value) => share(value), true),
    numbers("Fees", trades.fees, money(trades.fees)),
    numbers("Candles", trades.bars, count),
    words("Reason", trades.reason),
  ];
  if (trades.funding.some((funding) => funding !== 0)) columns.splice(10, 0, numbers("Funding", trades.funding, money(trades.funding)));
  const notes = tradeNotes(data);
  if (notes.some((note) => note !== "")) columns.push(words("Note", notes));
  return columns;
}

/** The number of a trade: a button, so that the keyboard can reach it. */
function jump(total: number): Column {
  return {
    title: "#",
    text: false,
    value: (trade) => trade,
    cell: (trade) => {
      const title = `Show trade ${trade + 1} of ${total} in the chart`;
      return el("td", {}, el("button", { type: "button", title, "aria-label": title }, count(trade + 1)));
    },
  };
}

function numbers(title: string, values: number[], format: (value: number) => string, toned = false): Column {
  return {
    title,
    text: false,
    value: (trade) => values[trade]!,
    cell: (trade) => el("td", { class: toned ? tone(values[trade]!) : "" }, format(values[trade]!)),
  };
}

function words(title: string, values: string[]): Column {
  return {
    title,
    text: true,
    value: (trade) => values[trade]!,
    cell: (trade) => el("td", { class: "text" }, values[trade]!),
  };
}

function tradeNotes(data: Data): string[] {
  const notes = new Array<string>(data.trades.pnl.length).fill("");
  const add = (trade: number, note: string) => {
    notes[trade] = notes[trade] ? `${notes[trade]}, ${note}` : note;
  };
  for (const trade of data.holes.trades_touched) add(trade, "hole");
  for (const trade of data.ambiguous.trades) add(trade, "ambiguous");
  return notes;
}
