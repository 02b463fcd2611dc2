
"use strict";
// Definitions in a bubble of their own: titles of the browser come late, and not at all on a phone.
{
  const bubble = document.body.appendChild(document.createElement("div"));
  bubble.className = "bubble";
  bubble.hidden = true;
  const show = (word, text) => {
    bubble.textContent = text;
    bubble.hidden = false;
    const at = word.getBoundingClientRect(), room = document.documentElement.clientWidth - bubble.offsetWidth - 8;
    const isBelow = at.bottom + 8 + bubble.offsetHeight < innerHeight;
    bubble.style.left = `${Math.max(8, Math.min(at.left, room)) + scrollX}px`;
    bubble.style.top = `${(isBelow ? at.bottom + 4 : at.top - 4 - bubble.offsetHeight) + scrollY}px`;
  };
  for (const word of document.querySelectorAll(".tip[title]")) {
    const text = word.title;
    word.removeAttribute("title");
    word.setAttribute("aria-label", `${word.textContent}: ${text}`);
    for (const event of ["mouseenter", "focus", "click"]) word.addEventListener(event, () => show(word, text));
    for (const event of ["mouseleave", "blur"]) word.addEventListener(event, () => { bubble.hidden = true; });
  }
}
// What the lines of a chart are where one points, read off the drawing.
{
  const SIZE = 10000;
  const written = {
    time: (value) => new Date(value).toISOString().slice(0, 16).replace("T", " "),
    quote: (value) => value.toLocaleString("en-US", { maximumFractionDigits: 2 }),
    share: (value) => `${(value * 100).toFixed(2)} %`,
    ratio: (value) => value.toFixed(2),
    count: (value) => Math.round(value).toLocaleString("en-US"),
  };
  const nearest = (points, at) => {
    let low = 0, high = points.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (points[middle][0] <= at) low = middle; else high = middle;
    }
    return at - points[low][0] <= points[high][0] - at ? points[low] : points[high];
  };
  for (const plot of document.querySelectorAll("figure[data-x]")) {
    const area = plot.querySelector(".area"), { x, y } = plot.dataset;
    const [left, right, low, high] = ["left", "right", "low", "high"].map((name) => Number(plot.dataset[name]));
    const value = (down) => {
      const share = 1 - down / SIZE;
      return "log" in plot.dataset ? low * (high / low) ** share : low + share * (high - low);
    };
    const lines = [...plot.querySelectorAll("[data-name]")].reverse().map((path) => ({
      name: path.dataset.name,
      points: path.getAttribute("d").slice(1).split("L").filter(Boolean).map((place) => place.split(" ").map(Number)),
    })).filter((line) => line.points.length > 0);
    const add = (kind) => {
      const part = area.appendChild(document.createElement("div"));
      part.className = kind;
      part.hidden = true;
      return part;
    };
    const cursor = add("cursor"), reading = add("reading");
    const hide = () => { cursor.hidden = reading.hidden = true; };
    area.addEventListener("pointermove", (event) => {
      const box = area.getBoundingClientRect(), share = (event.clientX - box.left) / box.width;
      if (share < 0 || share > 1) return hide();
      const text = lines.map(({ name, points }) =>
        `${name}: ${written[y](value(nearest(points, share * SIZE)[1]))}`);
      reading.textContent = [written[x](left + share * (right - left)), ...text].join("\n");
      cursor.hidden = reading.hidden = false;
      cursor.style.left = `${share * 100}%`;
      reading.style.left = share < 0.5 ? `calc(${share * 100}% + 10px)` : "auto";
      reading.style.right = share < 0.5 ? "auto" : `calc(${(1 - share) * 100}% + 10px)`;
    });
    area.addEventListener("pointerleave", hide);
  }
}
