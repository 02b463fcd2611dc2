// Elements in one expression. Texts are set as text, never as markup.

type Child = Node | string | null;

/** An element with attributes and children; a handler is given as `onclick`. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | number | ((event: Event) => void)> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A place of the page, by its id. */
export function place(id: string): HTMLElement {
  return document.getElementById(id)!;
}

/** `gain` or `loss`, for colour; nothing for zero. */
export function tone(value: number | null): string {
  if (value === null || value === 0) return "";
  return value > 0 ? "gain" : "loss";
}
