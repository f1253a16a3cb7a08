/**
 * One chart of the chart library behind a small face: bars in one of four shapes, and what lies over and below them.
 *
 * The library counts whole seconds and takes them as UTC. Not here: which bars, and when.
 */

import { AreaSeries, BarSeries, CandlestickSeries, createChart, LineSeries } from "lightweight-charts";
import { decimalText } from "../lib/number.js";
import { chartLook, RIGHT_BARS, SCALE_MODES, seriesLook, timeLook } from "./look.js";
import { createMarks } from "./marks.js";
import { createOverlays } from "./overlays.js";
import { lineColours } from "./palette.js";
import { createVolume } from "./volume.js";

/** @typedef {import("./palette.js").Palette} Palette */
/** @typedef {import("./look.js").Kind} Kind */
/** @typedef {import("./look.js").Scale} Scale */
/** @typedef {import("../lib/time.js").Interval} Interval */
/** @typedef {import("lightweight-charts").UTCTimestamp} UTCTimestamp */
/** @typedef {{ ts: number, open: number, high: number, low: number, close: number, volume: number }} ChartBar */
/** @typedef {{ kind: Kind, scale: Scale, decimals: number, tickSize: number, interval: Interval, volume: boolean, hollow: boolean }} Shape */
/** @typedef {{ spacing: number, position: number, range: { from: number, to: number } | null }} View what of the time is seen */

/** Pixels from one bar to the next at which candles can be told apart. */
const BAR_PX = 8;
/** From so few bars left of the view on, older ones are wanted. */
const NEAR_BARS = 20;
/** How much of the height is kept clear above the bars, and below. */
const LEAST_CLEAR = 0.08;
const MOST_CLEAR = 0.5;
const KINDS = { candles: CandlestickSeries, bars: BarSeries, line: LineSeries, area: AreaSeries };

/** @param {number} ts */
export const seconds = (ts) => /** @type {UTCTimestamp} */ (Math.floor(ts / 1e6));

/**
 * @param {HTMLElement} container
 * @param {Palette} first
 */
export function createPlot(container, first) {
  let palette = first;
  /** @type {Shape | null} */
  let shape = null;
  const chart = createChart(container, { autoSize: true, ...chartLook(palette) });
  /** @type {import("lightweight-charts").ISeriesApi<any>} */
  let main = chart.addSeries(CandlestickSeries);
  let marks = createMarks(palette);
  main.attachPrimitive(marks);
  const volume = createVolume(chart);
  const overlays = createOverlays(chart);
  /** @type {{ bid: import("lightweight-charts").IPriceLine, ask: import("lightweight-charts").IPriceLine } | null} */
  let quoteLines = null;
  let clear = LEAST_CLEAR;

  const item = (/** @type {ChartBar} */ { ts, open, high, low, close }) =>
    shape?.kind === "line" || shape?.kind === "area"
      ? { time: seconds(ts), value: close }
      : { time: seconds(ts), open, high, low, close };

  /** @param {Kind} kind */
  function renew(kind) {
    // The new one comes first: the library takes away a pane whose last series goes, and the volumes would move up.
    const old = main;
    main = chart.addSeries(/** @type {any} */ (KINDS[kind]), {}, 0);
    chart.removeSeries(old);
    quoteLines = null;
    main.setSeriesOrder(0);
    marks = createMarks(palette);
    main.attachPrimitive(marks);
  }

  return {
    /**
     * @param {Shape} next
     * @param {Palette} colours
     */
    setShape(next, colours) {
      if (next.kind !== (shape?.kind ?? "candles")) renew(next.kind);
      // The volumes' pane lies above those of indicators: these are made anew below it.
      if (next.volume !== shape?.volume) overlays.clear();
      shape = next;
      palette = colours;
      const formatter = (/** @type {number} */ price) => decimalText(price, next.decimals);
      chart.applyOptions(chartLook(palette));
      chart.applyOptions(timeLook(next.interval));
      main.applyOptions({
        ...seriesLook(next.kind, palette, next.hollow),
        baseLineColor: palette.border,
        priceFormat: { type: "custom", formatter, minMove: next.tickSize },
      });
      volume.setShown(next.volume, palette);
      overlays.setFormat({ formatter, minMove: next.tickSize });
      // The library takes the mode that was set last for panes that are made later: those above set theirs back.
      main
        .priceScale()
        .applyOptions({ mode: SCALE_MODES[next.scale], scaleMargins: { top: clear, bottom: LEAST_CLEAR } });
    },

    /** @param {readonly ChartBar[]} bars */
    fill(bars) {
      main.setData(bars.map(item));
      volume.fill(bars);
    },

    /**
     * Appends a bar, or amends the newest.
     *
     * @param {ChartBar} bar
     */
    lead(bar) {
      main.update(item(bar));
      volume.lead(bar);
    },

    /**
     * @param {readonly import("./overlays.js").Line[]} lines
     * @param {boolean} whole whether more than their newest points changed
     */
    setLines(lines, whole) {
      overlays.set(lines, whole, lineColours(palette), volume.panes());
    },

    /** @param {readonly import("./marks.js").Mark[]} next from left to right */
    mark(next) {
      marks.set(next, palette);
    },

    /** @param {{ bid: number | null, ask: number | null } | null} quote */
    setQuote(quote) {
      if (!quote) {
        for (const line of Object.values(quoteLines ?? {})) main.removePriceLine(line);
        quoteLines = null;
        return;
      }
      const line = (/** @type {string} */ title, /** @type {string} */ color) =>
        main.createPriceLine({
          title,
          color,
          price: 0,
          lineWidth: 1,
          lineStyle: 2,
          lineVisible: false,
          axisLabelVisible: false,
        });
      quoteLines ??= { bid: line("bid", palette.up), ask: line("ask", palette.down) };
      for (const side of /** @type {const} */ (["bid", "ask"])) {
        const price = quote[side];
        const shown = price !== null;
        const drawn = quoteLines[side].options();
        if (drawn.lineVisible !== shown || (shown && drawn.price !== price))
          quoteLines[side].applyOptions({ price: price ?? 0, lineVisible: shown, axisLabelVisible: shown });
      }
    },

    /** Goes to the newest bars and keeps their width. */
    toNewest() {
      chart.timeScale().scrollToPosition(RIGHT_BARS, false);
    },

    /** Goes to the newest bars, at a width at which candles can be told apart. */
    showNewest() {
      main.priceScale().applyOptions({ autoScale: true });
      chart.timeScale().applyOptions({ barSpacing: BAR_PX });
      chart.timeScale().scrollToPosition(RIGHT_BARS, false);
    },

    /** @returns {View} */
    view() {
      const scale = chart.timeScale();
      const range = scale.getVisibleRange();
      return {
        spacing: scale.options().barSpacing,
        position: scale.scrollPosition(),
        range: range && { from: Number(range.from), to: Number(range.to) },
      };
    },

    /** @param {View} view */
    setView({ spacing, position, range }) {
      const scale = chart.timeScale();
      if (position >= 0 || !range) {
        scale.applyOptions({ barSpacing: spacing });
        scale.scrollToPosition(position, false);
      } else
        scale.setVisibleRange({
          from: /** @type {UTCTimestamp} */ (range.from),
          to: /** @type {UTCTimestamp} */ (range.to),
        });
    },

    /** @param {{ ts: number, price: number } | null} at */
    setCross(at) {
      if (at) chart.setCrosshairPosition(at.price, seconds(at.ts), main);
      else chart.clearCrosshairPosition();
    },

    /** @param {(ts: number | null) => void} heard the start of the bar under the pointer; not told of `setCross` */
    onHover(heard) {
      chart.subscribeCrosshairMove((event) => {
        if (event.sourceEvent || event.point === undefined)
          heard(typeof event.time === "number" ? event.time * 1e6 : null);
      });
    },

    /**
     * @param {() => void} moved the view changed
     * @param {() => void} nearOldest
     */
    onView(moved, nearOldest) {
      chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
        moved();
        if (range && range.from < NEAR_BARS) nearOldest();
      });
    },

    /** The width of the price axis, in pixels. */
    axisWidth: () => main.priceScale().width(),

    /** @param {() => void} changed the width of the time axis, which leaves the rest to the price axis */
    onAxis(changed) {
      chart.timeScale().subscribeSizeChange(changed);
    },

    /**
     * Keeps the bars clear of what lies over the chart's upper edge.
     *
     * @param {number} px
     */
    keepClear(px) {
      const height = chart.panes()[0].getHeight();
      if (height === 0) return;
      clear = Math.min(MOST_CLEAR, Math.max(LEAST_CLEAR, px / height));
      main.priceScale().applyOptions({ scaleMargins: { top: clear, bottom: LEAST_CLEAR } });
    },

    /** A picture of what is seen. */
    picture: () => chart.takeScreenshot(true, false),

    remove: () => chart.remove(),
  };
}

/** @typedef {ReturnType<typeof createPlot>} Plot */
