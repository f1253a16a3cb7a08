/** Answers questions about the state: what the views show and never keep. */

import { NO_SERIES, seriesKey } from "./model.js";

/** @typedef {import("./model.js").State} State */
/** @typedef {import("./model.js").Quote} Quote */
/** @typedef {import("./model.js").Instrument} Instrument */
/** @typedef {import("./model.js").Bar} Bar */
/** @typedef {import("../lib/time.js").Interval} Interval */

/** A value without a newer event for so long is shown with its age. At a higher speed the market's seconds are shorter. */
const OLD_US = 10_000_000;

/** @param {State} state */
export function chosenInstrument({ choice, instruments }) {
  return choice.symbol === null ? undefined : instruments.get(choice.symbol);
}

/** @param {State} state */
export function chosenQuote({ choice, quotes }) {
  return choice.symbol === null ? undefined : quotes.get(choice.symbol);
}

/**
 * The bars of a pane.
 *
 * @param {State} state
 * @param {{ symbol: string | null, interval: Interval | null }} pane
 */
export function seriesOf({ series }, { symbol, interval }) {
  return (symbol !== null && interval !== null && series.get(seriesKey(symbol, interval))) || NO_SERIES;
}

/**
 * Whether there is a tape to show: an instrument of quotes alone has none.
 *
 * @param {State} state
 */
export function hasTape(state) {
  return chosenInstrument(state)?.basis !== "bid";
}

/**
 * Whether more than the best bid and ask is known of the chosen instrument.
 *
 * @param {State} state
 */
export function hasDepth(state) {
  return (chosenInstrument(state)?.depth ?? 0) > 0;
}

/**
 * How old a quote is in market time, when that is worth saying.
 *
 * @param {State} state
 * @param {Quote | undefined} quote
 * @returns {number | null} microseconds
 */
export function oldUs({ marketUs, feed }, quote) {
  if (marketUs === null || !quote || quote.ts_event === null || !feed) return null;
  if (feed.speed === "max" || feed.state === "ended") return null;
  const age = marketUs - quote.ts_event;
  return age > OLD_US * Math.max(1, feed.speed) ? age : null;
}

/**
 * Whether what is shown may no longer be true, because nothing can be heard.
 *
 * @param {State} state
 */
export function isStale({ link, feed }) {
  return feed !== null && link.status !== "live";
}

/**
 * Whether commands of this page would be heard and obeyed.
 *
 * @param {State} state
 */
export function mayDrive({ control, link }) {
  return control && link.status === "live";
}

/**
 * The interval that the feed's ticks were made from, where all of them were.
 *
 * @param {ReadonlyMap<string, Instrument>} instruments
 * @returns {Interval | null}
 */
export function synthesisedFrom(instruments) {
  const [first, ...others] = instruments.values();
  if (!first?.synthesised_from) return null;
  return others.every((one) => one.synthesised_from === first.synthesised_from) ? first.synthesised_from : null;
}

/**
 * The interval to begin with: bars shorter than those the ticks were made from would be invention.
 *
 * @param {ReadonlyMap<string, Instrument>} instruments
 * @returns {Interval}
 */
export function defaultInterval(instruments) {
  return synthesisedFrom(instruments) ?? "1m";
}

/**
 * The bar that starts at `ts`.
 *
 * @param {readonly Bar[]} bars oldest first
 * @param {number} ts
 */
export function barAt(bars, ts) {
  let low = 0;
  let high = bars.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bars[middle].ts < ts) low = middle + 1;
    else high = middle;
  }
  return bars[low]?.ts === ts ? bars[low] : undefined;
}
