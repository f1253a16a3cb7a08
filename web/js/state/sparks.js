/** The sparklines: the last closes of each symbol, from past bars and then from its quotes. */

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
  const closes = new Map(
    series.map(({ symbol, bars }) => [symbol, bars.slice(-CLOSES_KEPT).map(({ ts, close }) => ({ ts, close }))]),
  );
  return { interval, closes };
}

/**
 * Adds the bars that `quotes` open. The close of the forming bar is not stored: `sparkline` takes it from the quote.
 *
 * @param {Sparks} sparks
 * @param {readonly Quote[]} quotes
 * @param {readonly (Quote | undefined)[]} before the quote that each of them replaced
 * @returns {Sparks}
 */
export function extendSparks(sparks, quotes, before) {
  const length = intervalUs(sparks.interval);
  /** @type {Map<string, readonly Close[]> | null} */
  let extended = null;
  for (const [at, { symbol, last, ts_event }] of quotes.entries()) {
    if (last === null || ts_event === null) continue;
    const closes = (extended ?? sparks.closes).get(symbol) ?? [];
    const ts = Math.floor(ts_event / length) * length;
    if (ts <= (closes.at(-1)?.ts ?? -Infinity)) continue;
    extended ??= new Map(sparks.closes);
    extended.set(symbol, [...sparkline(closes, before[at]).slice(1 - CLOSES_KEPT), { ts, close: last }]);
  }
  return extended ? { ...sparks, closes: extended } : sparks;
}

/**
 * Returns the closes with the newest quote in the last one.
 *
 * @param {readonly Close[]} closes
 * @param {Quote | undefined} quote
 * @returns {readonly Close[]}
 */
export function sparkline(closes, quote) {
  const newest = closes.at(-1);
  if (
    !newest ||
    quote?.last == null ||
    quote.ts_event === null ||
    quote.ts_event < newest.ts ||
    quote.last === newest.close
  )
    return closes;
  return closes.with(-1, { ...newest, close: quote.last });
}
