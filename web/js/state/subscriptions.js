/**
 * The subscriptions that the page needs, from what is on the screen. Rows that are scrolled out of sight need none.
 *
 * The other symbols come at a slow rate where a panel or the sort order needs the whole market.
 */

import { WATCHED } from "./alerts.js";
import { needsAll } from "./list.js";
import { seriesKey } from "./model.js";
import { wantedSeries } from "./panes.js";
import { hasDepth } from "./select.js";

/** @typedef {import("./model.js").State} State */
/** @typedef {import("../types/protocol.js").UpdatesPerSecond} UpdateRate */
/** @typedef {import("../types/subscriptions.js").Subscriptions} Subscriptions */

/** Updates per second for symbols that are only counted or coloured. */
export const MARKET_RATE = 1;

/**
 * @param {State} state
 * @param {{ trades: boolean, depth: boolean }} room the panels that the layout has room for
 * @returns {Subscriptions}
 */
export function subscriptionsOf(state, { trades, depth }) {
  const { settings, instruments, visible, choice, feed } = state;
  /** @type {Map<string, UpdateRate>} */
  const quotes = new Map();
  const slow = settings.rate === "every" ? MARKET_RATE : Math.min(MARKET_RATE, settings.rate);
  if (needsMarket(state)) for (const symbol of instruments.keys()) quotes.set(symbol, slow);
  // Until the next picture, the rows and the ticker may be of the feed before.
  for (const symbol of settings.ticker ? visible.ticker : []) if (instruments.has(symbol)) quotes.set(symbol, slow);
  const bars = wantedSeries(state);
  const armed = new Set(
    settings.alerts.flatMap(({ armed, symbol }) => (armed && instruments.has(symbol) ? [symbol] : [])),
  );
  const watched = new Set([...armed].filter((symbol) => !bars.has(seriesKey(symbol, WATCHED))));
  const fast = [...visible.rows, ...armed, ...[...bars.values()].map(({ symbol }) => symbol)];
  for (const symbol of fast) if (instruments.has(symbol)) quotes.set(symbol, settings.rate);
  return {
    quotes,
    total: instruments.size,
    bars,
    armed,
    watched,
    trades: trades ? choice.symbol : null,
    depth: depth && hasDepth(state) ? choice.symbol : null,
    news: feed?.source === "simulation",
    rate: settings.rate,
  };
}

/**
 * Tells whether anything on the screen covers all symbols.
 *
 * @param {Pick<State, "settings">} state
 */
export function needsMarket({ settings }) {
  return (settings.dockOpen && settings.dockTab === "market") || needsAll({ settings });
}
