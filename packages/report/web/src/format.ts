// Numbers and times as people read them; times are UTC.

import type { Unit } from "./data";

const MINUS = "\u2212";
const NONE = "\u2013";
const formats = new Map<string, Intl.NumberFormat>();

/** A number with so many decimals and its thousands apart. */
export function number(value: number, least: number, most = least): string {
  const key = `${least}:${most}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat("en-US", { minimumFractionDigits: least, maximumFractionDigits: most });
    formats.set(key, format);
  }
  const text = format.format(value);
  if (!text.startsWith("-")) return text;
  return /[1-9]/.test(text) ? MINUS + text.slice(1) : text.slice(1);
}

/** Money: two decimals, more where it is less than one. */
export function money(value: number): string {
  return Math.abs(value) >= 1 || value === 0 ? number(value, 2) : number(value, 2, 6);
}

/** A share of one as a percentage. */
export function share(value: number, decimals = 2): string {
  return `${number(value * 100, decimals)}\u202f%`;
}

/** A gain or a loss, the gain with its sign too. */
export function signed(text: string, value: number): string {
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** A whole number. */
export function count(value: number): string {
  return number(value, 0);
}

/** `1 hole`, `3 holes`. */
export function counted(value: number, one: string, many: string): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A quantity to so many significant digits. */
export function quantity(value: number): string {
  const decimals = value === 0 ? 0 : Math.max(0, Math.min(12, 5 - Math.floor(Math.log10(Math.abs(value)))));
  return number(value, 0, decimals);
}

/** A format for a column of values: as many decimals for each as the largest one deserves, so that they line up. */
export function aligned(values: number[], digits: number, least = 0): (value: number) => string {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const whole = largest > 0 ? Math.floor(Math.log10(largest)) + 1 : 1;
  const decimals = Math.max(least, Math.min(12, digits - whole));
  return (value) => number(value, decimals);
}

/** A figure in its unit; a dash where it has no value. */
export function inUnit(value: number | null, unit: Unit): string {
  if (value === null) return NONE;
  switch (unit) {
    case "share":
      return share(value);
    case "quote":
      return money(value);
    case "count":
      return count(value);
    case "ratio":
      return number(value, 2);
  }
}

/** `2024-01-31 12:00`, with seconds only where there are any. */
export function time(ms: number): string {
  const text = new Date(ms).toISOString();
  return text.slice(17, 19) === "00" ? text.slice(0, 16).replace("T", " ") : text.slice(0, 19).replace("T", " ");
}

/** How many decimals prices such as these are written with. */
export function decimalsOf(values: (number | null)[], most = 10): number {
  let decimals = 0;
  const step = Math.max(1, Math.floor(values.length / 2000));
  for (let i = 0; i < values.length; i += step) {
    const text = String(values[i] ?? 0);
    if (text.includes("e-")) return most;
    const point = text.indexOf(".");
    if (point >= 0) decimals = Math.max(decimals, text.length - point - 1);
  }
  return Math.min(decimals, most);
}
