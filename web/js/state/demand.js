/**
 * What the page asks of the server, from what is on the screen: rows that are scrolled away ask for nothing.
 *
 * Where a panel or an order needs the whole market, the rest comes at a slow rate.
 */

import { needsAll } from "./list.js";
import { wantedSeries } from "./panes.js";
import { hasDepth } from "./select.js";

/** @typedef {import("./model.js").State} State */
/** @typedef {import("./panes.js").SeriesWish} SeriesWish */
/** @typedef {import("./settings.js").Rate} Rate */
/** @typedef {{ quotes: ReadonlyMap<string, Rate>, total: number, bars: ReadonlyMap<string, SeriesWish>, tape: string | null, depth: string | null, news: boolean, rate: Rate }} Demand
 *   rates by symbol, of `total` symbols that there are */

/** Updates per second of what is only counted or coloured. */
export const MARKET_RATE = 1;

/**
 * @param {State} state
 * @param {{ tape: boolean, depth: boolean }} room whether the tape is shown, and whether the levels of a book would be
 * @returns {Demand}
 */
export function demand(state, { tape, depth }) {
  const { settings, instruments, seen, choice, feed } = state;
  /** @type {Map<string, Rate>} */
  const quotes = new Map();
  const slow = settings.rate === "every" ? MARKET_RATE : Math.min(MARKET_RATE, settings.rate);
  if (wantsMarket(state)) for (const symbol of instruments.keys()) quotes.set(symbol, slow);
  for (const symbol of settings.ticker ? seen.ticker : []) quotes.set(symbol, slow);
  const bars = wantedSeries(state);
  const watched = settings.alerts.flatMap(({ armed, symbol }) => (armed ? [symbol] : []));
  const fast = [...seen.rows, ...watched, ...[...bars.values()].map(({ symbol }) => symbol)];
  for (const symbol of fast) if (instruments.has(symbol)) quotes.set(symbol, settings.rate);
  return {
    quotes,
    total: instruments.size,
    bars,
    tape: tape ? choice.symbol : null,
    depth: depth && hasDepth(state) ? choice.symbol : null,
    news: feed?.source === "simulation",
    rate: settings.rate,
  };
}

/**
 * Whether anything on the screen is about all symbols.
 *
 * @param {Pick<State, "settings">} state
 */
export function wantsMarket({ settings }) {
  return (settings.dockOpen && settings.dockTab === "market") || needsAll({ settings });
}
