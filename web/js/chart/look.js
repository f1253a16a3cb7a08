/** The options that make a chart of the library look like the page. */

import { barMomentText, barZone } from "../lib/time.js";
import { labelOf } from "./timeaxis.js";

/** @typedef {import("./palette.js").Palette} Palette */
/** @typedef {import("../lib/time.js").Interval} Interval */
/** @typedef {"candles" | "bars" | "line" | "area"} Kind */
/** @typedef {"linear" | "log" | "percent" | "indexed"} Scale */

export const RIGHT_BARS = 5;
/** The library's price scale modes. */
export const SCALE_MODES = { linear: 0, log: 1, percent: 2, indexed: 3 };

/** @param {Palette} palette */
export function chartLook({ surface, text, line, border, label, font, size }) {
  const cross = { color: text, labelBackgroundColor: label };
  return {
    // The footer has the attribution that the licence requires. The logo of the library would add a style element.
    layout: {
      background: { color: surface },
      textColor: text,
      fontFamily: font,
      fontSize: size,
      attributionLogo: false,
      panes: { separatorColor: border, separatorHoverColor: border, enableResize: true },
    },
    grid: { vertLines: { color: line }, horzLines: { color: line } },
    // A finger that moves up or down scrolls the page.
    handleScroll: { vertTouchDrag: false },
    crosshair: { mode: 0, vertLine: cross, horzLine: cross },
    rightPriceScale: { borderVisible: false, minimumWidth: 64, entireTextOnly: true },
    timeScale: { borderColor: border, rightOffset: RIGHT_BARS, minBarSpacing: 0.5 },
    localization: { locale: "en-GB" },
  };
}

/**
 * @param {Interval} interval
 * @param {string} zone
 */
export function timeLook(interval, zone) {
  const shown = barZone(interval, zone);
  return {
    timeScale: {
      timeVisible: interval !== "1d",
      secondsVisible: interval.endsWith("s"),
      tickMarkFormatter: (/** @type {any} */ seconds, /** @type {number} */ kind) => labelOf(seconds, kind, shown),
    },
    localization: { timeFormatter: (/** @type {any} */ seconds) => barMomentText(seconds * 1e6, interval, zone) },
  };
}

/**
 * @param {Kind} kind
 * @param {Palette} palette
 */
export function seriesLook(kind, { up, down, accent, area }) {
  if (kind === "candles")
    return { upColor: up, downColor: down, borderVisible: false, wickUpColor: up, wickDownColor: down };
  if (kind === "bars") return { upColor: up, downColor: down, thinBars: false };
  if (kind === "line") return { color: accent, lineWidth: /** @type {const} */ (2) };
  return { lineColor: accent, topColor: area, bottomColor: "transparent", lineWidth: /** @type {const} */ (2) };
}
