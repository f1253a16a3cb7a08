/** Keeps the last closes of each symbol: begun with past bars, then led on by each quote. */

import { intervalUs } from "../lib/time.js";

/** @typedef {import("./model.js").Sparks} Sparks */
/** @typedef {import("./model.js").Close} Close */
/** @typedef {import("./model.js").Quote} Quote */
/** @typedef {import("./model.js").Bar} Bar */
/** @typedef {import("../lib/time.js").Interval} Interval */

export const CLOSES_KEPT = 40;

/**
 * @param {Interval} interval
 * @param {readonly { symbol: string, bars: readonly Bar[] }[]} series
 * @returns {Sparks}
 */
export function seedSparks(interval, series) {
  const closes = new Map(series.map(({ symbol, bars }) => [symbol, bars.slice(-CLOSES_KEPT).map(({ ts, close }) => ({ ts, close }))]));
  return { interval, closes };
}

/**
 * @param {Sparks} sparks
 * @param {readonly Quote[]} quotes
 * @returns {Sparks}
 */
export function leadSparks({ interval, closes }, quotes) {
  const led = new Map(closes);
  const length = intervalUs(interval);
  for (const { symbol, last, ts_event } of quotes) {
    if (last === null || ts_event === null) continue;
    led.set(symbol, leadOn(closes.get(symbol) ?? [], Math.floor(ts_event / length) * length, last));
  }
  return { interval, closes: led };
}

/**
 * @param {readonly Close[]} closes
 * @param {number} ts
 * @param {number} close
 */
function leadOn(closes, ts, close) {
  const newest = closes.at(-1);
  if (newest && newest.ts > ts) return closes;
  if (newest?.ts === ts) return newest.close === close ? closes : [...closes.slice(0, -1), { ts, close }];
  return [...closes.slice(1 - CLOSES_KEPT), { ts, close }];
}
