// One chart for all panes, so that they share the time axis, the zoom and the cross-hair.

import { createChart, CrosshairMode, type IChartApi, type LineData, type LogicalRange, type UTCTimestamp, type WhitespaceData } from "lightweight-charts";
import { addDrawdown } from "./drawdown";
import { barTimes, type Data, indexAt } from "./data";
import { el, place } from "./dom";
import { addEquity } from "./equity";
import { time } from "./format";
import { addOwnLines } from "./lines";
import { addPrice } from "./price";
import { rangeButtons } from "./ranges";
import { onTheme, type Theme } from "./theme";

/** What a part of the chart is built from. */
export interface Stage {
  chart: IChartApi;
  data: Data;
  /** Open time of each bar, Unix milliseconds. */
  times: number[];
}

/** A part of the chart: its pane, its legend, and how it takes colours and the bar under the pointer. */
export interface Part {
  pane: number;
  /** Share of the height. */
  height: number;
  legend: HTMLElement;
  paint(theme: Theme): void;
  show(index: number): void;
}

const NAME = "Price, equity and drawdown over time";
const PRICE_HEIGHT = 380;
/** Bars shown on either side of a trade or a hole that is jumped to. */
const CONTEXT_BARS = 40;

/** The time of bar `index` as the chart takes it. */
export function chartTime(stage: Stage, index: number): UTCTimestamp {
  return (stage.times[index]! / 1000) as UTCTimestamp;
}

/** A line's points; where its value is unknown there is none. */
export function points(stage: Stage, values: (number | null)[]): (LineData | WhitespaceData)[] {
  return values.map((value, index) => {
    const at = chartTime(stage, index);
    return value === null ? { time: at } : { time: at, value };
  });
}

/** Moves the charts to a span of time. */
export type Show = (from_ms: number, to_ms: number) => void;

/** Charts that were drawn. */
export interface Drawn {
  chart: IChartApi;
  show: Show;
  /** Takes them off the page. */
  remove(): void;
}

/** Draws the charts. */
export function drawChart(data: Data): Drawn {
  const host = el("div", { class: "chart", role: "img", "aria-label": NAME });
  place("chart").append(host);
  const stage = { data, times: barTimes(data.bars), chart: create(host) };
  const parts = [addPrice(stage)];
  for (const add of [addOwnLines, addEquity, addDrawdown]) parts.push(...add(stage, parts.length));
  const total = parts.reduce((sum, part) => sum + part.height, 0);
  host.style.setProperty("--chart-height", `${Math.round((total / parts[0]!.height) * PRICE_HEIGHT)}px`);
  const buttons = rangeButtons(stage, [0, parts.length - 2]);
  host.before(buttons);
  stage.chart.panes().forEach((pane, index) => pane.setStretchFactor(parts[index]!.height));
  const leaveTheme = onTheme((theme) => {
    stage.chart.applyOptions(chartColours(theme));
    for (const part of parts) part.paint(theme);
  });
  // Panes have their elements, and the chart its width, only once it has been laid out.
  requestAnimationFrame(() => {
    if (!host.isConnected) return;
    placeLegends(stage.chart, parts);
    stage.chart.timeScale().fitContent();
  });
  followPointer(stage, parts);
  const show: Show = (from_ms, to_ms) => {
    const [from, to] = [indexAt(stage.times, from_ms), indexAt(stage.times, to_ms)];
    const margin = Math.max(CONTEXT_BARS, Math.round((to - from) / 2));
    stage.chart.timeScale().setVisibleLogicalRange({ from: from - margin, to: to + margin });
    place("chart").scrollIntoView();
  };
  const remove = () => {
    leaveTheme();
    stage.chart.remove();
    buttons.remove();
    host.remove();
  };
  return { chart: stage.chart, show, remove };
}

function create(host: HTMLElement): IChartApi {
  return createChart(host, {
    autoSize: true,
    layout: { fontFamily: "system-ui, sans-serif", fontSize: 11, panes: { enableResize: true } },
    crosshair: { mode: CrosshairMode.Normal },
    localization: { locale: "en-GB", timeFormatter: (at: UTCTimestamp) => `${time(at * 1000)} UTC` },
    rightPriceScale: { borderVisible: false, minimumWidth: 64 },
    timeScale: {
      borderVisible: false,
      timeVisible: true,
      secondsVisible: false,
      minBarSpacing: 0.0005,
      lockVisibleTimeRangeOnResize: true,
      enableConflation: true,
    },
    // A finger moving up or down scrolls the page, not the chart.
    handleScroll: { vertTouchDrag: false },
  });
}

function chartColours(theme: Theme) {
  return {
    layout: {
      background: { color: "transparent" },
      textColor: theme.text,
      panes: { separatorColor: theme.border, separatorHoverColor: theme.grid },
    },
    grid: { vertLines: { color: theme.grid }, horzLines: { color: theme.grid } },
  };
}

/** Each legend lies in the corner of its pane and moves with it. */
function placeLegends(chart: IChartApi, parts: Part[]): void {
  const panes = chart.panes();
  for (const part of parts) {
    const cell = panes[part.pane]?.getHTMLElement()?.querySelector("td:nth-child(2)");
    if (!(cell instanceof HTMLElement)) continue;
    cell.style.position = "relative";
    cell.append(part.legend);
  }
}

/** Legends tell the values of the bar under the pointer, else those of the last bar in view. */
function followPointer({ chart, times }: Stage, parts: Part[]): void {
  const last = times.length - 1;
  if (last < 0) return;
  const show = (index: number) => parts.forEach((part) => part.show(Math.min(last, Math.max(0, index))));
  const showNewest = (view: LogicalRange | null) => show(view ? Math.floor(view.to) : last);
  let pointed = false;
  showNewest(null);
  chart.subscribeCrosshairMove(({ logical, point }) => {
    pointed = point !== undefined && logical !== undefined;
    if (pointed) show(logical!);
    else showNewest(chart.timeScale().getVisibleLogicalRange());
  });
  chart.timeScale().subscribeVisibleLogicalRangeChange((view) => {
    if (!pointed) showNewest(view);
  });
}
