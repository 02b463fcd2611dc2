// The heat map and the parallel coordinates of a search: too many marks for elements of their own.
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name);
const number = (value) => value === null ? "none" : Number(value.toPrecision(6)).toString();
const known = data.scores.filter((score) => score !== null);
const low = known.length > 0 ? Math.min(...known) : 0, high = known.length > 0 ? Math.max(...known) : 0;
// Viridis at five places, so that it reads in grey and without red and green.
const stops = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
function colour(score, alpha = 1) {
  const share = high > low ? (score - low) / (high - low) : .5, good = data.lowest ? 1 - share : share;
  const at = good * 4, index = Math.min(3, Math.floor(at)), part = at - index;
  const mix = [0, 1, 2].map((c) => Math.round(stops[index][c] + (stops[index + 1][c] - stops[index][c]) * part));
  return `rgba(${mix.join(",")},${alpha})`;
}
const better = (a, b) => data.lowest ? a < b : a > b;
const top_score = data.lowest ? low : high;
function begin(canvas) {
  const ratio = devicePixelRatio || 1, { width, height } = canvas.getBoundingClientRect();
  canvas.width = width * ratio; canvas.height = height * ratio;
  const draw = canvas.getContext("2d");
  draw.scale(ratio, ratio);
  draw.font = "12px system-ui, sans-serif";
  return { draw, width, height };
}
const tip = document.body.appendChild(document.createElement("div"));
tip.className = "bubble cell";
tip.hidden = true;
let cells = null;
function heat() {
  const x = byId("x").selectedIndex, y = byId("y").selectedIndex;
  const { draw, width, height } = begin(byId("heat"));
  const across = data.values[x], up = data.values[y], left = 60, bottom = 40;
  const w = (width - left - 10) / across.length, h = (height - bottom - 10) / up.length;
  const best = new Map();
  data.points.forEach((point, index) => {
    const score = data.scores[index], key = point[x] + point[y] * across.length;
    if (score !== null && (!best.has(key) || better(score, best.get(key)))) best.set(key, score);
  });
  for (const [key, score] of best) {
    const column = key % across.length, row = Math.floor(key / across.length);
    draw.fillStyle = colour(score);
    draw.fillRect(left + column * w, height - bottom - (row + 1) * h, Math.ceil(w), Math.ceil(h));
  }
  draw.fillStyle = style("--muted");
  const every = (list, room) => Math.max(1, Math.ceil(list.length * room));
  draw.textAlign = "center";
  across.forEach((value, index) => { if (index % every(across, 44 / (width - left)) === 0) draw.fillText(number(value), left + (index + .5) * w, height - bottom + 16); });
  draw.fillText(data.names[x], left + (width - left) / 2, height - 6);
  draw.textAlign = "right";
  up.forEach((value, index) => { if (index % every(up, 18 / (height - bottom)) === 0) draw.fillText(number(value), left - 6, height - bottom - (index + .5) * h + 4); });
  draw.save(); draw.translate(14, (height - bottom) / 2); draw.rotate(-Math.PI / 2); draw.textAlign = "center"; draw.fillText(data.names[y], 0, 0); draw.restore();
  cells = { x, y, left, bottom, w, h, height, best };
}
function lines() {
  const { draw, width, height } = begin(byId("lines"));
  const axes = data.names.length + 1, top = 34, bottom = 24, step = (width - 120) / (axes - 1);
  const place = (axis) => 60 + axis * step;
  const level = (share) => height - bottom - share * (height - top - bottom);
  const order = data.points.map((_, index) => index).filter((index) => data.scores[index] !== null);
  order.sort((a, b) => better(data.scores[a], data.scores[b]) ? 1 : -1);
  const alpha = Math.max(.05, Math.min(.8, 60 / order.length));
  for (const index of order) {
    draw.strokeStyle = colour(data.scores[index], data.scores[index] === top_score ? 1 : alpha);
    draw.lineWidth = data.scores[index] === top_score ? 2.5 : 1;
    draw.beginPath();
    data.points[index].forEach((value, axis) => {
      const count = data.values[axis].length;
      draw.lineTo(place(axis), level(count > 1 ? value / (count - 1) : .5));
    });
    draw.lineTo(place(axes - 1), level(high > low ? (data.scores[index] - low) / (high - low) : .5));
    draw.stroke();
  }
  draw.textAlign = "center";
  for (let axis = 0; axis < axes; axis++) {
    const values = data.values[axis] ?? [low, high];
    draw.strokeStyle = style("--border"); draw.lineWidth = 1;
    draw.beginPath(); draw.moveTo(place(axis), top); draw.lineTo(place(axis), height - bottom); draw.stroke();
    draw.fillStyle = style("--text");
    draw.fillText(data.names[axis] ?? data.goal, place(axis), 12);
    draw.fillStyle = style("--muted");
    draw.fillText(number(values[values.length - 1]), place(axis), 27);
    draw.fillText(number(values[0]), place(axis), height - 8);
  }
}
for (const id of ["x", "y"]) {
  data.names.forEach((name) => byId(id).add(new Option(name)));
  byId(id).addEventListener("change", heat);
}
byId("y").selectedIndex = Math.min(1, data.names.length - 1);
byId("heat").addEventListener("mousemove", (event) => {
  const { left, top } = byId("heat").getBoundingClientRect();
  const column = Math.floor((event.clientX - left - cells.left) / cells.w);
  const row = Math.floor((cells.height - cells.bottom - (event.clientY - top)) / cells.h);
  const score = cells.best.get(column + row * data.values[cells.x].length);
  tip.hidden = !(column >= 0 && row >= 0 && column < data.values[cells.x].length && score !== undefined);
  if (score === undefined) return;
  tip.textContent = `${data.names[cells.x]} ${number(data.values[cells.x][column])}\n${data.names[cells.y]} ${number(data.values[cells.y][row])}\n${data.goal} ${number(score)}`;
  tip.style.left = event.clientX + 14 + "px"; tip.style.top = event.clientY + 14 + "px";
});
byId("heat").addEventListener("mouseleave", () => { tip.hidden = true; });
const all = () => { heat(); lines(); };
addEventListener("resize", all);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
all();
