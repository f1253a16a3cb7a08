/**
 * One chart of the chart library: bars in one of four types, with volumes, lines, marks and quotes.
 *
 * The library counts whole seconds and takes them as UTC.
 *
 * Not here: which bars it shows, and when.
 */

import { AreaSeries, BarSeries, CandlestickSeries, createChartEx, LineSeries } from "lightweight-charts";
import { decimalText } from "../lib/number.js";
import { barZone, intervalUs } from "../lib/time.js";
import { createBarPlace } from "./barplace.js";
import { chartLook, SCALE_MODES, seriesLook, timeLook } from "./look.js";
import { createMarks } from "./marks.js";
import { createOverlays } from "./overlays.js";
import { lineColours } from "./palette.js";
import { takePicture } from "./picture.js";
import { createPriceLines } from "./pricelines.js";
import { createQuoteLines } from "./quotelines.js";
import { ZonedScale } from "./timeaxis.js";
import { createTimeView } from "./timeview.js";
import { createVolume } from "./volume.js";

/** @typedef {import("./palette.js").Palette} Palette */
/** @typedef {import("./look.js").Kind} Kind */
/** @typedef {import("./look.js").Scale} Scale */
/** @typedef {import("../lib/time.js").Interval} Interval */
/** @typedef {import("lightweight-charts").ISeriesPrimitive<import("lightweight-charts").Time>} Primitive */
/** @typedef {import("lightweight-charts").UTCTimestamp} UTCTimestamp */
/** @typedef {{ ts: number, open: number, high: number, low: number, close: number, volume: number }} ChartBar */
/**
 * @typedef {object} Shape
 * @property {Kind} kind
 * @property {Scale} scale
 * @property {number} decimals
 * @property {number} tickSize
 * @property {Interval} interval
 * @property {boolean} volume
 * @property {string} zone of the times
 */

/** The share of the height that is kept clear above and below the bars. */
const LEAST_CLEAR = 0.08;
const MOST_CLEAR = 0.5;
const KINDS = { candles: CandlestickSeries, bars: BarSeries, line: LineSeries, area: AreaSeries };

/** @param {number} ts */
const seconds = (ts) => /** @type {UTCTimestamp} */ (Math.floor(ts / 1e6));

/**
 * @param {HTMLElement} container
 * @param {Palette} first
 */
export function createPlot(container, first) {
  let palette = first;
  /** @type {Shape | null} */
  let shape = null;
  const { clientWidth: width, clientHeight: height } = container;
  const scale = new ZonedScale();
  // With its size from the start, so that its parts do not move once it is measured. It follows its container only where
  // it does so from the start.
  const chart = createChartEx(container, scale, { autoSize: true, width, height, ...chartLook(palette) });
  const time = createTimeView(chart);
  const place = createBarPlace(chart);
  const volume = createVolume(chart);
  const overlays = createOverlays(chart);
  let { main, marks, quoteLines, alertLines } = createMain("candles");
  let clear = LEAST_CLEAR;
  /** What is drawn besides, on whatever series has the bars. @type {Primitive[]} */
  const attached = [];
  /** The view before the bars were taken out, until they are back. @type {import("./timeview.js").TimeView | null} */
  let kept = null;

  /** Creates the series of the bars, with what is attached to it. @param {Kind} kind */
  function createMain(kind) {
    /** @type {import("lightweight-charts").ISeriesApi<any>} */
    const main = chart.addSeries(/** @type {any} */ (KINDS[kind]), {}, 0);
    const marks = createMarks(palette);
    main.attachPrimitive(marks);
    return { main, marks, quoteLines: createQuoteLines(main), alertLines: createPriceLines(main) };
  }

  /** @param {Kind} kind */
  function replaceMain(kind) {
    const old = main;
    // Before the old one goes: the library removes a pane without series, and the volumes would move up.
    ({ main, marks, quoteLines, alertLines } = createMain(kind));
    for (const one of attached) old.detachPrimitive(one);
    chart.removeSeries(old);
    for (const one of attached) main.attachPrimitive(one);
    main.setSeriesOrder(0);
  }

  /** The library weighs only new points, so the bars of another zone are filled in again. @param {string} zone */
  function setZone(zone) {
    if (zone === scale.zone) return;
    scale.zone = zone;
    const view = time.get();
    main.setData([]);
    volume.fill([]);
    overlays.clear();
    kept = view.range && view;
  }

  /** @param {ChartBar} bar */
  function item({ ts, open, high, low, close }) {
    const hasOneValue = shape?.kind === "line" || shape?.kind === "area";
    return hasOneValue ? { time: seconds(ts), value: close } : { time: seconds(ts), open, high, low, close };
  }

  return {
    time,
    place,

    /**
     * @param {Shape} next
     * @param {Palette} colours
     */
    setShape(next, colours) {
      if (next.kind !== (shape?.kind ?? "candles")) replaceMain(next.kind);
      // The pane of the volumes is above those of the indicators, which are created again below it.
      if (next.volume !== shape?.volume) overlays.clear();
      shape = next;
      palette = colours;
      const formatter = (/** @type {number} */ price) => decimalText(price, next.decimals);
      chart.applyOptions(chartLook(palette));
      chart.applyOptions(timeLook(next.interval, next.zone));
      setZone(barZone(next.interval, next.zone));
      main.applyOptions({
        ...seriesLook(next.kind, palette),
        baseLineColor: palette.border,
        priceFormat: { type: "custom", formatter, minMove: next.tickSize },
      });
      volume.setShown(next.volume, palette);
      overlays.setFormat({ formatter, minMove: next.tickSize });
      // Last, as the library gives the last mode to new panes. The panes above have set theirs back.
      main
        .priceScale()
        .applyOptions({ mode: SCALE_MODES[next.scale], scaleMargins: { top: clear, bottom: LEAST_CLEAR } });
    },

    /** Says which bars the chart has. @param {readonly ChartBar[]} bars */
    setBars(bars) {
      if (shape) place.set(bars, intervalUs(shape.interval));
    },

    /** @param {readonly ChartBar[]} bars */
    fill(bars) {
      main.setData(bars.map(item));
      volume.fill(bars);
      if (kept && bars.length > 0) time.set(kept);
      kept = null;
    },

    /**
     * Adds a bar, or changes the newest one.
     *
     * @param {ChartBar} bar
     */
    update(bar) {
      main.update(item(bar));
      volume.update(bar);
    },

    /**
     * @param {readonly import("./overlays.js").Line[]} lines
     * @param {boolean} whole more than their newest points changed
     */
    setLines(lines, whole) {
      overlays.set(lines, whole, lineColours(palette), volume.panes());
    },

    /** @param {readonly import("./marks.js").Mark[]} next from left to right */
    setMarks(next) {
      marks.set(next, palette);
    },

    /** @param {{ bid: number | null, ask: number | null } | null} quote */
    setQuote(quote) {
      quoteLines.set(quote, palette);
    },

    /** @param {readonly { id: number, price: number }[]} lines */
    setAlerts(lines) {
      alertLines.set(lines, palette.accent);
    },

    /** Returns the price at a height of the price pane, in pixels, or `null` outside it. @param {number} y */
    priceAt: (y) => (y < 0 || y > chart.panes()[0].getHeight() ? null : main.coordinateToPrice(y)),

    /** Returns the start of the bar at a distance from the left, in pixels, or `null` beside the bars. @param {number} x */
    timeAt(x) {
      const found = chart.timeScale().coordinateToTime(x);
      return typeof found === "number" ? found * 1e6 : null;
    },

    /** Returns the height of a price, or `null` where it is not visible. @param {number} price */
    yOf(price) {
      const y = main.priceToCoordinate(price);
      return y === null || y < 0 || y > chart.panes()[0].getHeight() ? null : Number(y);
    },

    /** Returns the height of a price, also above and below what is visible. @param {number} price */
    heightOf: (price) => /** @type {number | null} */ (main.priceToCoordinate(price)),

    /** Returns the price at a height, also outside the price pane. @param {number} y */
    priceOf: (y) => /** @type {number | null} */ (main.coordinateToPrice(y)),

    /** Returns the size of the price pane without its axis. */
    area: () => ({ width: chart.timeScale().width(), height: chart.panes()[0].getHeight() }),

    /** Draws something with the bars. @param {Primitive} primitive */
    attach(primitive) {
      attached.push(primitive);
      main.attachPrimitive(primitive);
    },

    /** Goes to the newest bars, and scales the prices automatically. */
    showNewest() {
      main.priceScale().applyOptions({ autoScale: true });
      time.showNewest();
    },

    /** @param {{ ts: number, price: number } | null} at */
    setCross(at) {
      if (at) chart.setCrosshairPosition(at.price, seconds(at.ts), main);
      else chart.clearCrosshairPosition();
    },

    /**
     * Calls back with the start of the bar under the pointer, but not after `setCross`.
     *
     * @param {(ts: number | null) => void} run
     */
    onHover(run) {
      chart.subscribeCrosshairMove((event) => {
        if (!event.sourceEvent && event.point !== undefined) return;
        run(typeof event.time === "number" ? event.time * 1e6 : null);
      });
    },

    /** Returns the width of the price axis, in pixels. */
    axisWidth: () => main.priceScale().width(),

    /** Calls back when the width of the axes changes. @param {() => void} run */
    onAxis(run) {
      chart.timeScale().subscribeSizeChange(run);
    },

    /**
     * Keeps the bars clear of what lies over the upper edge.
     *
     * @param {number} px
     */
    keepClear(px) {
      const height = chart.panes()[0].getHeight();
      if (height === 0) return;
      clear = Math.min(MOST_CLEAR, Math.max(LEAST_CLEAR, px / height));
      main.priceScale().applyOptions({ scaleMargins: { top: clear, bottom: LEAST_CLEAR } });
    },

    /** Returns a picture of the visible part. @param {{ title: string, about: string }} texts above it */
    picture: (texts) => takePicture(chart, container, texts, palette),

    remove: () => chart.remove(),
  };
}

/** @typedef {ReturnType<typeof createPlot>} Plot */
