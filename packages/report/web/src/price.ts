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
  const format = { type: "price" as const, precision: decimals, minMove: 10 ** -decimals };
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
  const { element, entries } = legend(["", ...overlays.map((line) => line.name)]);
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
        entries[i + 1]!.colour(colour);
      });
      paintMarks(theme);
    },
    show(i) {
      const price = (column: number[]) => number(column[i]!, decimals);
      const move = bars.close[i]! / bars.open[i]! - 1;
      const prices = `O ${price(bars.open)}  H ${price(bars.high)}  L ${price(bars.low)}  C ${price(bars.close)}`;
      const tail = `${signed(share(move), move)}  V ${quantity(bars.volume[i]!)}`;
      entries[0]!.value(`${time(stage.times[i]!)}  ${prices}  ${tail}`);
      overlays.forEach((line, k) => {
        const value = line.values[i];
        entries[k + 1]!.value(value == null ? "\u2013" : number(value, decimals));
      });
    },
  };
}
