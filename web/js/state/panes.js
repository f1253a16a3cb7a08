/** The panes: one for each chart, with its symbol, interval and compared symbols. */

import { INTERVALS } from "../lib/time.js";
import { NO_PANE, NO_SERIES, NO_TRADES, seriesKey } from "./model.js";

/** @typedef {import("./model.js").State} State */
/** @typedef {import("./model.js").Pane} Pane */
/** @typedef {import("./model.js").Series} Series */
/** @typedef {import("../lib/time.js").Interval} Interval */
/** @typedef {import("../types/subscriptions.js").SeriesId} SeriesId */

export const MOST_COMPARED = 4;

/**
 * Tells whether a feed has bars of an interval. Where its ticks were made from bars, shorter ones would be invented.
 *
 * @param {import("./model.js").Instrument | undefined} instrument
 * @param {Interval} interval
 */
export function hasInterval(instrument, interval) {
  const from = instrument?.synthesised_from ?? null;
  return from === null || INTERVALS.indexOf(interval) >= INTERVALS.indexOf(from);
}

/**
 * Gives a pane the interval of its symbol's data where its own is shorter.
 *
 * @param {Pick<State, "instruments">} state
 * @param {Pane} pane
 * @returns {Pane}
 */
function fitted({ instruments }, pane) {
  const instrument = instruments.get(pane.symbol ?? "");
  if (pane.interval === null || hasInterval(instrument, pane.interval)) return pane;
  return { ...pane, interval: instrument?.synthesised_from ?? null };
}

/**
 * Tells whether what a pane compares does not go as far back as its own bars, whose older ones have been asked for.
 *
 * @param {Pick<State, "series">} state
 * @param {Pane} pane
 */
export function isCompareShort({ series }, { symbol, interval, compare }) {
  if (symbol === null || interval === null) return false;
  const of = (/** @type {string} */ one) => series.get(seriesKey(one, interval));
  const isNew = (/** @type {Series | undefined} */ one) => one !== undefined && !one.loading && one.older === "unknown";
  const own = of(symbol);
  return own !== undefined && own.older !== "unknown" && compare.some((one) => isNew(of(one)));
}

/**
 * Returns the series that the panes show, each once.
 *
 * @param {Pick<State, "panes">} state
 * @returns {Map<string, SeriesId>}
 */
export function wantedSeries({ panes }) {
  /** @type {Map<string, SeriesId>} */
  const wanted = new Map();
  for (const { symbol, interval, compare } of panes) {
    if (symbol === null || interval === null) continue;
    for (const one of [symbol, ...compare]) wanted.set(seriesKey(one, interval), { symbol: one, interval });
  }
  return wanted;
}

/**
 * Changes the symbol, interval or compared symbols of the active pane. A symbol is for all panes where they are linked.
 *
 * @param {State} state
 * @param {{ symbol?: string, interval?: Interval, compare?: readonly string[] }} wanted
 * @returns {State}
 */
export function choose(state, { symbol, interval, compare }) {
  const before = state.panes[state.active];
  const chosen = symbol ?? before.symbol;
  const compared = (compare ?? before.compare).filter((one) => one !== chosen).slice(0, MOST_COMPARED);
  const next = {
    symbol: chosen,
    interval: interval ?? before.interval,
    compare: sameList(compared, before.compare) ? before.compare : compared,
  };
  const { interval: shown } = fitted(state, next);
  const others =
    symbol !== undefined && state.settings.linked ? state.panes.map((pane) => withSymbol(pane, symbol)) : null;
  const isSame = next.symbol === before.symbol && shown === before.interval && next.compare === before.compare;
  if (isSame && (others ?? state.panes).every((pane, at) => pane === state.panes[at])) return state;
  return withPanes(state, (others ?? state.panes).with(state.active, next), state.active);
}

/** @param {Pane} pane @param {string} symbol @returns {Pane} */
function withSymbol(pane, symbol) {
  return pane.symbol === symbol ? pane : { ...pane, symbol, compare: pane.compare.filter((one) => one !== symbol) };
}

/**
 * Changes the number of panes. New ones show the next symbols of the feed that are not shown yet.
 *
 * @param {State} state
 * @param {number} count
 * @returns {State}
 */
export function setLayout(state, count) {
  if (count === state.panes.length) return state;
  if (count < state.panes.length) {
    const kept = [state.panes[state.active], ...state.panes.filter((_, at) => at !== state.active)].slice(0, count);
    return withPanes(state, kept, 0);
  }
  return withPanes(state, filled(state, state.panes, count), state.active);
}

/**
 * @param {Pick<State, "instruments">} state
 * @param {readonly Pane[]} panes
 * @param {number} count
 * @returns {Pane[]}
 */
export function filled({ instruments }, panes, count) {
  const shown = new Set(panes.map(({ symbol }) => symbol));
  const others = [...instruments.keys()].filter((symbol) => !shown.has(symbol));
  const interval = panes[0]?.interval ?? null;
  return Array.from(
    { length: count },
    (_, at) => panes[at] ?? { ...NO_PANE, symbol: others[at - panes.length] ?? panes[0]?.symbol ?? null, interval },
  );
}

/**
 * @param {State} state
 * @param {number} active
 * @returns {State}
 */
export function activate(state, active) {
  return active === state.active || !state.panes[active] ? state : withPanes(state, state.panes, active);
}

/**
 * Shows panes, each with bars that its symbol has.
 *
 * @param {State} state
 * @param {readonly Pane[]} wanted
 * @param {number} active
 * @returns {State}
 */
export function withPanes(state, wanted, active) {
  const panes = wanted.map((pane) => fitted(state, pane));
  const choice = panes[active];
  const series = new Map([...wantedSeries({ panes }).keys()].map((key) => [key, state.series.get(key) ?? NO_SERIES]));
  const next = { ...state, panes, active, choice, series };
  return choice.symbol === state.choice.symbol ? next : { ...withoutTrades(next), book: null };
}

/**
 * @param {State} state
 * @returns {State}
 */
export function withoutTrades(state) {
  return { ...state, trades: { ...NO_TRADES, revision: state.trades.revision + 1 } };
}

/**
 * Empties all series, or those of `keys`.
 *
 * @param {ReadonlyMap<string, Series>} series
 * @param {readonly string[]} [keys]
 * @returns {ReadonlyMap<string, Series>}
 */
export function cleared(series, keys = [...series.keys()]) {
  return new Map(
    [...series].map(([key, one]) => [key, keys.includes(key) ? { ...NO_SERIES, revision: one.revision + 1 } : one]),
  );
}

/**
 * @param {readonly string[]} a
 * @param {readonly string[]} b
 */
function sameList(a, b) {
  return a.length === b.length && a.every((one, at) => one === b[at]);
}
