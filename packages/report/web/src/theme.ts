// Colours of the charts, read off the style sheet so that light and dark are named in one place.

/** The colours that charts are drawn with. */
export interface Theme {
  text: string;
  grid: string;
  border: string;
  accent: string;
  muted: string;
  gain: string;
  loss: string;
  lossFill: string;
  volume: string;
  lines: string[];
}

/** The colours that hold now. */
export function currentTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: colour("muted"),
    grid: colour("grid"),
    border: colour("border"),
    accent: colour("accent"),
    muted: colour("hold"),
    gain: colour("gain"),
    loss: colour("loss"),
    lossFill: colour("loss-fill"),
    volume: colour("volume"),
    lines: ["line-1", "line-2", "line-3", "line-4", "line-5", "line-6"].map(colour),
  };
}

/** Calls `paint` with the theme now and whenever the system turns to light or dark. Gives a function that ends that. */
export function onTheme(paint: (theme: Theme) => void): () => void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const repaint = () => paint(currentTheme());
  repaint();
  dark.addEventListener("change", repaint);
  return () => dark.removeEventListener("change", repaint);
}
