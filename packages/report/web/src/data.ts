// The data of the page, as the report writes it, and what is read off it again and again.

/** A share of one, money, a plain number, or a number of things. */
export type Unit = "share" | "quote" | "ratio" | "count";

/** Numbers as they are embedded: whole steps of a power of ten, each as the change from the one before. */
interface Column {
  decimals: number;
  changes: (number | null)[];
}

/** Candles in columns; bar `i` opens at `start_ms + i * step_ms` unless a jump says otherwise. */
export interface Bars {
  candles_per_bar: number;
  start_ms: number;
  step_ms: number;
  jumps: [index: number, open_ms: number][];
  open: number[];
  high: number[];
  low: number[];
  close: number[];
  volume: number[];
}

/** A line of the strategy; null where its value is unknown. */
export interface Line {
  name: string;
  pane: "price" | "own";
  values: (number | null)[];
}

/** Closed trades in columns. */
export interface Trades {
  side: ("long" | "short")[];
  entry_ms: number[];
  entry_price: number[];
  exit_ms: number[];
  exit_price: number[];
  quantity: number[];
  fees: number[];
  funding: number[];
  pnl: number[];
  reason: string[];
  bars: number[];
}

/** The position that is still open at the end. */
export interface Open {
  side: "long" | "short";
  entry_ms: number;
  entry_price: number;
  quantity: number;
  pnl: number;
  stop: number | null;
  take: number | null;
  trail: number | null;
}

export interface Figure {
  name: string;
  title: string;
  definition: string;
  unit: Unit;
  value: number | null;
  buy_and_hold: number | null;
}

export interface Data {
  name: string;
  about: string;
  series: string;
  base: string;
  quote: string;
  candles: number;
  end_ms: number;
  initial_cash: number;
  bars: Bars;
  equity: (number | null)[];
  lines: Line[];
  trades: Trades;
  open: Open | null;
  figures: Figure[];
  monthly: { month: string; value: number }[];
  holes: {
    count: number;
    missing: number;
    first: [from_ms: number, to_ms: number, missing: number][];
    trades_touched: number[];
    open_touched: boolean;
  };
  ambiguous: { bars: number; trades: number[]; gain_at_best: number };
  rejected: [reason: string, count: number][];
  warnings: string[];
  /** What else is to be said about the figures. */
  remarks: string[];
  setup: [label: string, text: string][];
  provenance: { data_hash: string; strategy_hash: string; binary_hash: string; version: string };
  /** The number under which the run is stored, where it is. */
  run: number | null;
  /** Everything the run follows from, for other programs to read. */
  manifest: unknown;
}

/** The data as it is embedded: like [Data], but for its columns. */
type Embedded = Omit<Data, "bars" | "equity" | "lines"> & {
  bars: Omit<Bars, Price> & Record<Price, Column>;
  equity: Column;
  lines: (Omit<Line, "values"> & { values: Column })[];
};
type Price = "open" | "high" | "low" | "close" | "volume";

/** Reads the data that is embedded in the page. */
export function readData(): Data {
  const data = JSON.parse(document.getElementById("data")!.textContent!) as Embedded;
  const { bars } = data;
  const price = (column: Column) => unpack(column).map((value) => value ?? 0);
  return {
    ...data,
    bars: {
      ...bars,
      open: price(bars.open),
      high: price(bars.high),
      low: price(bars.low),
      close: price(bars.close),
      volume: price(bars.volume),
    },
    equity: unpack(data.equity),
    lines: data.lines.map((line) => ({ ...line, values: unpack(line.values) })),
  };
}

function unpack({ decimals, changes }: Column): (number | null)[] {
  const scale = 10 ** decimals;
  let sum = 0;
  return changes.map((change) => (change === null ? null : (sum += change) / scale));
}

/** The open time of every bar, Unix milliseconds. */
export function barTimes(bars: Bars): number[] {
  const times = new Array<number>(bars.close.length);
  let next = bars.start_ms;
  let jump = 0;
  for (let i = 0; i < times.length; i++) {
    if (bars.jumps[jump]?.[0] === i) next = bars.jumps[jump++]![1];
    times[i] = next;
    next += bars.step_ms;
  }
  return times;
}

/** The index of the last time at or before `ms`; 0 where all are later. */
export function indexAt(times: number[], ms: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= ms) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/** The figure called `name`, if the report has it. */
export function figure(data: Data, name: string): Figure | undefined {
  return data.figures.find((figure) => figure.name === name);
}
