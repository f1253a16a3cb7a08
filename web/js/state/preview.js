/**
 * What lies along the timeline of a tape: prices and volumes of the chosen symbol, as far as the server has read ahead or played.
 *
 * A tape stays what it is, so what was once seen of it stays known when it is played again from an earlier place.
 */

import { INTERVALS, intervalUs } from "../lib/time.js";

/** @typedef {import("./model.js").State} State */
/** @typedef {import("./model.js").Bar} Bar */
/** @typedef {import("../lib/time.js").Interval} Interval */
/** @typedef {{ key: string, bars: ReadonlyMap<number, Bar> }} Preview `key` says of which tape and symbol; bars by their start */

/** @type {Preview} */
export const NO_PREVIEW = { key: "", bars: new Map() };
/** More bars than this are narrower than what can be seen. */
const MOST_BARS = 1000;

/**
 * What to ask for; `null` where there is no timeline.
 *
 * @param {Pick<State, "feed" | "choice">} state
 * @returns {{ key: string, symbol: string, interval: Interval } | null}
 */
export function previewOf({ feed, choice }) {
  if (!feed?.seekable || feed.start === null || feed.end === null || choice.symbol === null) return null;
  const span = feed.end - feed.start;
  const interval = INTERVALS.find((one) => span / intervalUs(one) <= MOST_BARS) ?? "1d";
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
 * Places on the timeline from 0 to 1, prices and volumes from 0 to 1 of their range.
 *
 * @param {Preview} preview
 * @param {{ start: number | null, end: number | null }} tape
 * @returns {{ at: number, price: number, volume: number }[]}
 */
export function previewPoints({ bars }, { start, end }) {
  if (start === null || end === null || end <= start || bars.size === 0) return [];
  const all = [...bars.values()];
  const [low, high, most] = all.reduce(
    ([least, top, volume], bar) => [Math.min(least, bar.close), Math.max(top, bar.close), Math.max(volume, bar.volume)],
    [Infinity, -Infinity, 0],
  );
  return all.map(({ ts, close, volume }) => ({
    at: Math.min(1, Math.max(0, (ts - start) / (end - start))),
    price: high > low ? (close - low) / (high - low) : 0.5,
    volume: most > 0 ? volume / most : 0,
  }));
}
