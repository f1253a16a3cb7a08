/** Values derived from the state, for the views. */

import { INTERVALS, intervalUs } from "../lib/time.js";
import { localZone } from "../lib/zone.js";
import { NO_SERIES, seriesKey } from "./model.js";
import { hasInterval } from "./panes.js";

/** @typedef {import("./model.js").State} State */
/** @typedef {import("./model.js").Quote} Quote */
/** @typedef {import("./model.js").Instrument} Instrument */
/** @typedef {import("./model.js").Bar} Bar */
/** @typedef {import("../lib/time.js").Interval} Interval */

/** The age from which a value is shown with its age, at the speed 1 or slower. */
const OLD_US = 10_000_000;

/** Returns the name of the zone in which the page shows times. @param {Pick<State, "settings">} state */
export function zoneOf({ settings: { zone } }) {
  return zone === "local" ? localZone() : zone;
}

/** @param {State} state */
export function chosenInstrument({ choice, instruments }) {
  return choice.symbol === null ? undefined : instruments.get(choice.symbol);
}

/** @param {State} state */
export function chosenQuote({ choice, quotes }) {
  return choice.symbol === null ? undefined : quotes.get(choice.symbol);
}

/**
 * Returns the bars of a pane.
 *
 * @param {State} state
 * @param {{ symbol: string | null, interval: Interval | null }} pane
 */
export function seriesOf({ series }, { symbol, interval }) {
  return (symbol !== null && interval !== null && series.get(seriesKey(symbol, interval))) || NO_SERIES;
}

/**
 * Tells whether a chart and the list would show two last prices of a symbol, because its quote has come and its bar has
 * not. The server sends the bars right after the quotes.
 *
 * @param {Pick<State, "panes" | "quotes" | "series">} state
 */
export function isBarBehind({ panes, quotes, series }) {
  return panes.some(({ symbol, interval }) => {
    if (symbol === null || interval === null) return false;
    const quote = quotes.get(symbol);
    const newest = series.get(seriesKey(symbol, interval))?.bars.at(-1);
    if (!newest || quote?.last == null || quote.ts_event === null || newest.close === quote.last) return false;
    return quote.ts_event >= newest.ts && (!newest.closed || quote.ts_event >= newest.ts + intervalUs(interval));
  });
}

/**
 * Tells whether the chosen instrument has trades. One that has only quotes or bars has none: the trades that play a bar
 * are invented.
 *
 * @param {State} state
 */
export function hasTrades(state) {
  const instrument = chosenInstrument(state);
  return instrument?.basis !== "bid" && !instrument?.synthesised_from;
}

/**
 * Returns why the chosen symbol has no bars of an interval, or `null` where it has.
 *
 * @param {State} state
 * @param {Interval} interval
 */
export function intervalFault(state, interval) {
  const instrument = chosenInstrument(state);
  if (hasInterval(instrument, interval)) return null;
  return `No bars of ${interval}: the file has bars of ${instrument?.synthesised_from}.`;
}

/**
 * Tells whether the feed knows the order book of the chosen instrument.
 *
 * @param {State} state
 */
export function hasDepth(state) {
  return (chosenInstrument(state)?.depth ?? 0) > 0;
}

/**
 * Returns the age of an old quote in market time, and `null` for a recent one.
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

/** The most symbols that need no more than a slim list. */
const FEW_SYMBOLS = 4;

/**
 * Returns the layout that the number of symbols asks for: one needs no list, and few a slim one.
 *
 * @param {Pick<State, "instruments" | "listEpoch">} state
 * @returns {"one" | "few" | null}
 */
export function sizeOf({ instruments, listEpoch }) {
  if (listEpoch === null || instruments.size === 0 || instruments.size > FEW_SYMBOLS) return null;
  return instruments.size === 1 ? "one" : "few";
}

/**
 * Tells whether the values on the screen may be out of date because the connection is lost.
 *
 * @param {State} state
 */
export function isStale({ link, feed }) {
  return feed !== null && link.status !== "live";
}

/**
 * Tells whether this page can control the feed now.
 *
 * @param {State} state
 */
export function mayDrive({ control, link }) {
  return control && link.status === "live";
}

/**
 * Tells whether the server has changed to another feed: other files, or the simulated market. A seek is no change.
 *
 * @param {State["feed"]} before
 * @param {NonNullable<State["feed"]>} feed
 */
export function isOtherFeed(before, feed) {
  return before !== null && (before.source !== feed.source || before.name !== feed.name);
}

/**
 * Returns the interval of the bars that all ticks of the feed were made from, if there is one.
 *
 * @param {ReadonlyMap<string, Instrument>} instruments
 * @returns {Interval | null}
 */
export function synthesisedFrom(instruments) {
  const [first, ...others] = instruments.values();
  if (!first?.synthesised_from) return null;
  return others.every((one) => one.synthesised_from === first.synthesised_from) ? first.synthesised_from : null;
}

/** The usual interval, and the number of its bars that a recording must have at least to begin with it. */
const USUAL = "1m";
const LEAST_BARS = 50;

/**
 * Returns the interval to begin with. Bars shorter than those that the ticks were made from would be invented. A short
 * recording begins with bars that fill a chart, and a long one with bars of which the server keeps all.
 *
 * @param {ReadonlyMap<string, Instrument>} instruments
 * @param {{ start: number | null, end: number | null } | null} [feed]
 * @param {number} [mostBars] in a series of the server
 * @returns {Interval}
 */
export function defaultInterval(instruments, feed = null, mostBars = Infinity) {
  const from = synthesisedFrom(instruments);
  if (from !== null || !feed || feed.start === null || feed.end === null) return from ?? USUAL;
  const span = feed.end - feed.start;
  const bars = (/** @type {Interval} */ interval) => span / intervalUs(interval);
  const usual = INTERVALS.indexOf(USUAL);
  if (bars(USUAL) < LEAST_BARS)
    return INTERVALS.slice(0, usual).findLast((interval) => bars(interval) >= LEAST_BARS) ?? INTERVALS[0];
  return INTERVALS.slice(usual).find((interval) => bars(interval) <= mostBars) ?? "1d";
}

/**
 * Finds the bar that starts at `ts`.
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
