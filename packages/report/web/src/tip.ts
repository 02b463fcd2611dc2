// A word that explains itself when it is pointed at, focused or tapped.

import { el } from "./dom";

const MARGIN = 8;
let bubble: HTMLElement | undefined;

/** A word with an explanation. */
export function tip(word: string, explanation: string): HTMLElement {
  const button = el("button", { type: "button", class: "tip", "aria-label": `${word}: ${explanation}` }, word);
  for (const event of ["mouseenter", "focus", "click"]) button.addEventListener(event, () => show(button, explanation));
  for (const event of ["mouseleave", "blur"]) button.addEventListener(event, hide);
  button.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  return button;
}

function show(word: HTMLElement, explanation: string): void {
  bubble ??= document.body.appendChild(el("div", { class: "bubble", "aria-hidden": "true" }));
  bubble.textContent = explanation;
  bubble.hidden = false;
  const at = word.getBoundingClientRect();
  const left = Math.min(at.left, document.documentElement.clientWidth - bubble.offsetWidth - MARGIN);
  const below = at.bottom + MARGIN + bubble.offsetHeight < innerHeight;
  bubble.style.left = `${Math.max(MARGIN, left) + scrollX}px`;
  bubble.style.top = `${(below ? at.bottom + 4 : at.top - 4 - bubble.offsetHeight) + scrollY}px`;
}

function hide(): void {
  if (bubble) bubble.hidden = true;
}
