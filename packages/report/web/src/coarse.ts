// A long range as fewer bars: what is drawn is less, what is told stays exact.

import { barTimes, type Data } from "./data";

/** Most bars that are drawn at first. */
const FIRST_MAX = 6_000;

/** The same data with neighbouring bars as one; null where there are few enough. */
export function coarsened(data: Data): Data | null {
  const { bars } = data;
  const size = Math.ceil(bars.close.length / FIRST_MAX);
  if (size < 2) return null;
  const times = barTimes(bars);
  const step_ms = bars.step_ms * size;
  const firsts = times.filter((_, index) => index % size === 0);
  const chunks = <T, R>(values: T[], join: (chunk: T[]) => R): R[] =>
    firsts.map((_, index) => join(values.slice(index * size, (index + 1) * size)));
  const last = <T>(values: T[]) => chunks(values, (chunk) => chunk[chunk.length - 1]!);
  return {
    ...data,
    bars: {
      candles_per_bar: bars.candles_per_bar * size,
      start_ms: bars.start_ms,
      step_ms,
      jumps: firsts.flatMap((time, index) =>
        index > 0 && time !== firsts[index - 1]! + step_ms ? [[index, time] as [number, number]] : []),
      open: chunks(bars.open, (chunk) => chunk[0]!),
      high: chunks(bars.high, (chunk) => Math.max(...chunk)),
      low: chunks(bars.low, (chunk) => Math.min(...chunk)),
      close: last(bars.close),
      volume: chunks(bars.volume, (chunk) => chunk.reduce((sum, volume) => sum + volume, 0)),
    },
    equity: last(data.equity),
    lines: data.lines.map((line) => ({ ...line, values: last(line.values) })),
  };
}
