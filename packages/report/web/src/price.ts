// The price pane: candles, volume, the strategy's lines over them, and the marks of trades.

import {
  CandlestickSeries,
  createSeriesMarkers,
  HistogramSeries,
  LineSeries,
  type SeriesMarker,
  type Time,
} from "lightweight-charts";
import { chartTime, type Part, points, type Stage } from "./chart";
import { decimalsOf, number, quantity, share, signed, time } from "./format";
import { legend } from "./legend";
import { tradeMarks } from "./marks";

/** Adds the price pane, the first of the chart. */
export function addPrice(stage: Stage): Part {
  const { chart, data } = stage;
  const { bars } = data;
  const decimals = Math.max(decimalsOf(bars.close), decimalsOf(bars.open));
  const price = (value: number) => number(value, decimals);
  const format = { type: "custom" as const, formatter: price, minMove: 10 ** -decimals };
  const volume = chart.addSeries(HistogramSeries, {
    priceScaleId: "volume",
    priceFormat: { type: "volume" },
    lastValueVisible: false,
    priceLineVisible: false,
  });
  volume.priceScale().applyOptions({ scaleMargins: { top: 0.85, bottom: 0 } });
  volume.setData(points(stage, bars.volume));
  const candles = chart.addSeries(CandlestickSeries, { priceFormat: format, borderVisible: false });
  candles.priceScale().applyOptions({ scaleMargins: { top: 0.12, bottom: 0.18 } });
  candles.setData(bars.close.map((close, i) => {
    return { time: chartTime(stage, i), open: bars.open[i]!, high: bars.high[i]!, low: bars.low[i]!, close };
  }));
  const overlays = data.lines.filter((line) => line.pane === "price");
  const lines = overlays.map((line) => {
    const options = { lineWidth: 1 as const, priceFormat: format, lastValueVisible: false, priceLineVisible: false, crosshairMarkerVisible: false };
    const series = chart.addSeries(LineSeries, options);
    series.setData(points(stage, line.values));
    return series;
  });
  const { element, entries } = legend(["", "", ...overlays.map((line) => line.name)]);
  const [close, rest, ...values] = entries;
  rest!.element.className = "wide";
  const marks = createSeriesMarkers<Time>(candles, [], { autoScale: false });
  const paintMarks = tradeMarks(stage, (list: SeriesMarker<Time>[]) => marks.setMarkers(list), element);
  return {
    pane: 0,
    height: 100,
    legend: element,
    paint(theme) {
      volume.applyOptions({ color: theme.volume });
      candles.applyOptions({ upColor: theme.gain, downColor: theme.loss, wickUpColor: theme.gain, wickDownColor: theme.loss });
      lines.forEach((line, i) => {
        const colour = theme.lines[i % theme.lines.length]!;
        line.applyOptions({ color: colour });
        values[i]!.colour(colour);
      });
      paintMarks(theme);
    },
    show(i) {
      const [open, now] = [bars.open[i]!, bars.close[i]!];
      const move = now / open - 1;
      close!.value(`${time(stage.times[i]!)}  ${price(now)}  ${signed(share(move), move)}`);
      rest!.value(`O ${price(open)}  H ${price(bars.high[i]!)}  L ${price(bars.low[i]!)}  V ${quantity(bars.volume[i]!)}`);
      overlays.forEach((line, k) => {
        const value = line.values[i];
        values[k]!.value(value == null ? "\u2013" : price(value));
      });
    },
  };
}
