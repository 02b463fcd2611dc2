// The legend in the corner of a pane: names with their colours, and the values of a bar.

import { el } from "./dom";

/** One entry of a legend. */
export interface Entry {
  element: HTMLElement;
  colour(colour: string): void;
  value(text: string): void;
}

/** A legend and its entries, in the order of `names`. An empty name shows the value only. */
export function legend(names: string[]): { element: HTMLElement; entries: Entry[] } {
  const element = el("div", { class: "legend" });
  const entries = names.map((name) => {
    const swatch = el("i", { class: "swatch" });
    const value = el("b");
    const entry = el("span", {}, name ? swatch : null, name ? `${name} ` : null, value);
    element.append(entry);
    return {
      element: entry,
      colour: (colour: string) => swatch.style.setProperty("background", colour),
      value: (text: string) => {
        value.textContent = text;
      },
    };
  });
  return { element, entries };
}
