/**
 * The preview of a recording along the timeline: prices and volumes of the chosen symbol, as far as the server knows
 * them.
 *
 * A recording does not change, so its bars stay when it is played again from an earlier time.
 */

import { INTERVALS, intervalUs } from "../lib/time.js";

/** @typedef {import("./model.js").State} State */
/** @typedef {import("./model.js").Bar} Bar */
/** @typedef {import("../lib/time.js").Interval} Interval */
/**
 * `key` identifies the recording and the symbol; bars by start.
 *
 * @typedef {{ key: string, bars: ReadonlyMap<number, Bar> }} Preview
 */

/** @type {Preview} */
export const NO_PREVIEW = { key: "", bars: new Map() };
/** The most bars that are still wide enough to be seen. */
const MOST_BARS = 1000;
/** The share of the timeline from which a stretch without a bar is shown as one. */
const LEAST_GAP = 0.01;

/**
 * Returns the series that the preview needs, or `null` without a timeline.
 *
 * @param {Pick<State, "feed" | "choice">} state
 * @returns {{ key: string, symbol: string, interval: Interval } | null}
 */
export function previewOf({ feed, choice }) {
  if (!feed?.seekable || feed.start === null || feed.end === null || choice.symbol === null) return null;
  const interval = intervalOf(feed.end - feed.start);
  return { key: [choice.symbol, interval, feed.name, feed.start, feed.end].join(" "), symbol: choice.symbol, interval };
}

/**
 * @param {Preview} known
 * @param {string} key
 * @param {readonly Bar[]} bars
 * @returns {Preview}
 */
export function takePreview(known, key, bars) {
  const before = known.key === key ? known.bars : [];
  return {
    key,
    bars: new Map([...before, ...bars.map((bar) => /** @type {const} */ ([bar.ts, bar]))].sort(([a], [b]) => a - b)),
  };
}

/**
 * Returns the longest time between two bars of the preview that is no gap, in microseconds. Shorter ones cannot be seen.
 *
 * @param {{ start: number | null, end: number | null }} feed
 */
function leastGap({ start, end }) {
  const span = (end ?? 0) - (start ?? 0);
  return Math.max(2 * intervalUs(intervalOf(span)), span * LEAST_GAP);
}

/** @param {number} span of the recording @returns {Interval} */
const intervalOf = (span) => INTERVALS.find((one) => span / intervalUs(one) <= MOST_BARS) ?? "1d";

/**
 * Scales times, prices and volumes to the range from 0 to 1. A point `isApart` if nothing comes for a long time before.
 *
 * @param {Preview} preview
 * @param {{ start: number | null, end: number | null }} feed
 * @returns {{ at: number, price: number, volume: number, isApart: boolean }[]}
 */
export function previewPoints({ bars }, { start, end }) {
  if (start === null || end === null || end <= start || bars.size === 0) return [];
  const all = [...bars.values()];
  const [low, high, most] = all.reduce(
    ([least, top, volume], bar) => [Math.min(least, bar.close), Math.max(top, bar.close), Math.max(volume, bar.volume)],
    [Infinity, -Infinity, 0],
  );
  const gap = leastGap({ start, end });
  return all.map(({ ts, close, volume }, at) => ({
    at: Math.min(1, Math.max(0, (ts - start) / (end - start))),
    price: high > low ? (close - low) / (high - low) : 0.5,
    volume: most > 0 ? volume / most : 0,
    isApart: at > 0 && ts - all[at - 1].ts > gap,
  }));
}
