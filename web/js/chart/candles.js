/**
 * The chart library behind one small face: candles above, volume below in a pane of its own.
 *
 * The library counts whole seconds and takes them as UTC. Not here: which bars, and when.
 */

import { CandlestickSeries, createChart, HistogramSeries } from "lightweight-charts";
import { decimalText } from "../lib/number.js";
import { barTimeText } from "../lib/time.js";

/** @typedef {import("./palette.js").Palette} Palette */
/** @typedef {import("../lib/time.js").Interval} Interval */
/** @typedef {import("lightweight-charts").UTCTimestamp} UTCTimestamp */
/** @typedef {{ ts: number, open: number, high: number, low: number, close: number, volume: number }} ChartBar */

/** Pixels from one bar to the next at which candles can be told apart. */
const BAR_PX = 8;
const RIGHT_BARS = 5;
/** The heights of the two panes to each other. */
const STRETCH = { candles: 4, volume: 1 };

/**
 * @param {HTMLElement} container
 * @param {Palette} first
 */
export function createCandles(container, first) {
  let palette = first;
  const chart = createChart(container, { autoSize: true, ...look(palette) });
  const candles = chart.addSeries(CandlestickSeries, candleLook(palette));
  /** @type {import("lightweight-charts").ISeriesApi<"Histogram"> | null} */
  let volume = null;

  /** @param {ChartBar} bar */
  const column = ({ ts, open, close, volume: value }) => ({ time: time(ts), value, color: close < open ? palette.downSoft : palette.upSoft });

  return {
    /** @param {readonly ChartBar[]} bars */
    fill(bars) {
      candles.setData(bars.map(candle));
      volume?.setData(bars.map(column));
    },

    /**
     * Appends a bar, or amends the newest.
     *
     * @param {ChartBar} bar
     */
    lead(bar) {
      candles.update(candle(bar));
      volume?.update(column(bar));
    },

    /** Goes to the newest bars, at a width at which candles can be told apart. */
    showNewest() {
      candles.priceScale().applyOptions({ autoScale: true });
      chart.timeScale().applyOptions({ barSpacing: BAR_PX });
      chart.timeScale().scrollToPosition(RIGHT_BARS, false);
    },

    /**
     * @param {{ decimals: number, tickSize: number, interval: Interval, withVolume: boolean }} shape
     */
    setShape({ decimals, tickSize, interval, withVolume }) {
      const formatter = (/** @type {number} */ price) => decimalText(price, decimals);
      candles.applyOptions({ priceFormat: { type: "custom", formatter, minMove: tickSize } });
      chart.applyOptions({
        timeScale: { timeVisible: interval !== "1d", secondsVisible: interval.endsWith("s") },
        localization: { timeFormatter: (/** @type {number} */ seconds) => `${barTimeText(seconds * 1e6, interval)} UTC` },
      });
      if (withVolume && !volume) volume = addVolume(chart);
      if (!withVolume && volume) {
        chart.removeSeries(volume);
        volume = null;
      }
    },

    /** @param {Palette} next */
    setPalette(next) {
      palette = next;
      chart.applyOptions(look(palette));
      candles.applyOptions(candleLook(palette));
    },

    /** @param {(ts: number | null) => void} heard the start of the bar under the pointer */
    onHover(heard) {
      chart.subscribeCrosshairMove((event) => heard(typeof event.time === "number" ? event.time * 1e6 : null));
    },
  };
}

/** @param {import("lightweight-charts").IChartApi} chart */
function addVolume(chart) {
  const series = chart.addSeries(HistogramSeries, { priceFormat: { type: "volume" }, priceLineVisible: false, lastValueVisible: false }, 1);
  series.priceScale().applyOptions({ scaleMargins: { top: 0.12, bottom: 0 } });
  const [above, below] = chart.panes();
  above.setStretchFactor(STRETCH.candles);
  below.setStretchFactor(STRETCH.volume);
  return series;
}

/** @param {number} ts */
function time(ts) {
  return /** @type {UTCTimestamp} */ (Math.floor(ts / 1e6));
}

/** @param {ChartBar} bar */
function candle({ ts, open, high, low, close }) {
  return { time: time(ts), open, high, low, close };
}

/** @param {Palette} palette */
function candleLook({ up, down }) {
  return { upColor: up, downColor: down, borderVisible: false, wickUpColor: up, wickDownColor: down };
}

/** @param {Palette} palette */
function look({ surface, text, line, border, accent, font }) {
  const cross = { color: text, labelBackgroundColor: accent };
  return {
    // The footer carries the attribution that the licence asks for: the library's logo brings its own style element.
    layout: {
      background: { color: surface },
      textColor: text,
      fontFamily: font,
      fontSize: 12,
      attributionLogo: false,
      panes: { separatorColor: border, enableResize: false },
    },
    grid: { vertLines: { color: line }, horzLines: { color: line } },
    crosshair: { mode: 0, vertLine: cross, horzLine: cross },
    rightPriceScale: { borderVisible: false, minimumWidth: 72 },
    timeScale: { borderColor: border, rightOffset: RIGHT_BARS },
    localization: { locale: "en-GB" },
  };
}
