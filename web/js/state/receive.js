/**
 * Applies messages from the server to the state.
 *
 * A message of another epoch is dropped. It is late, or its `feed` message is still to come and snapshots follow that.
 */

import { checkAlerts, checkExtremes, disarm, extremesSince, FIRED_KEPT, WATCHED } from "./alerts.js";
import { addRoundTrip, estimate, NO_SAMPLES } from "./clock.js";
import { NO_NOTICES, takeNotices } from "./notices.js";
import { NO_READING, seriesKey } from "./model.js";
import { cleared, withoutTrades } from "./panes.js";
import { NO_PREVIEW } from "./preview.js";
import { takeQuotes } from "./quotes.js";
import { isOtherFeed } from "./select.js";
import { takeBars } from "./series.js";
import { extendSparks } from "./sparks.js";
import { takeTrades } from "./trades.js";
import { count, withNewFormat } from "./traffic.js";

/** @typedef {import("./model.js").State} State */
/** @typedef {import("./model.js").Quote} Quote */
/** @typedef {import("./reduce.js").Result} Result */
/** @typedef {import("../types/clock.js").Moment} Moment */
/** @typedef {import("../types/clock.js").RoundTrip} RoundTrip */
/**
 * The arrival of a message: its bytes, the messages that it was made of, the updates of quotes in them if they are not those
 * of the message, and its round trip if it has one.
 *
 * @typedef {{ at: Moment, bytes: number, messages: number, updates?: number, trip?: RoundTrip | null }} Arrival
 */
/** @typedef {import("../types/protocol.js").Server} Message */
/** @typedef {import("../types/protocol.js").Snapshot | import("../types/protocol.js").Update} QuotesMessage */

/** @type {readonly string[]} */
const NONE_LOST = [];

/**
 * @param {State} state
 * @param {Message} message
 * @param {Arrival} arrival
 * @returns {Result}
 */
export function receive(state, message, arrival) {
  if (isQuotes(message)) return receiveQuotes(state, message, arrival);
  const next = { ...take(state, message), clock: takeTrip(state, message, arrival) };
  const sentUs = "ts_sent" in message ? message.ts_sent : null;
  const feedTicks = message.type === "heartbeat" && message.epoch === state.epoch ? message.ticks : null;
  return {
    state: {
      ...next,
      traffic: count(next.traffic, known(next, arrival), { updates: 0, ticks: 0, sentUs, feedTicks }),
    },
    lost: NONE_LOST,
  };
}

/**
 * Takes what a message tells about the server's clock. A new connection may lead to another server.
 *
 * @param {State} state
 * @param {Message} message
 * @param {Arrival} arrival
 */
function takeTrip({ clock }, { type }, { trip }) {
  if (type === "hello") return NO_SAMPLES;
  return trip ? addRoundTrip(clock, trip) : clock;
}

/**
 * Returns an arrival with the offset of the server's clock, where that is known.
 *
 * @param {State} state
 * @param {Arrival} arrival
 */
function known({ clock }, { at, bytes, messages }) {
  return { nowMs: at.nowMs, bytes, messages, offsetUs: estimate(clock, at)?.offsetUs ?? null };
}

/**
 * @param {Message} message
 * @returns {message is QuotesMessage}
 */
function isQuotes(message) {
  return message.type === "snapshot" || message.type === "update";
}

/**
 * @param {State} state
 * @param {Exclude<Message, QuotesMessage>} message
 * @returns {State}
 */
function take(state, message) {
  switch (message.type) {
    case "hello":
      return takeHello(state, message);
    case "feed":
      return takeFeed(state, message);
    case "bars":
      return takeBarsOf(judgeBars(state, message), message);
    case "trades":
      return takeTradesOf(state, message);
    case "depth":
      return takeDepth(state, message);
    case "news":
      return message.epoch === state.epoch
        ? { ...state, news: takeNotices(state.news, message, message.stories) }
        : state;
    case "scenarios":
      return message.epoch === state.epoch
        ? { ...state, scenarios: takeNotices(state.scenarios, message, message.scenarios) }
        : state;
    case "granted":
      return message.recovered === false ? clearChannel(state, message) : state;
    case "throttled":
      return message.max_rate === state.maxRate ? state : { ...state, maxRate: message.max_rate };
    case "format":
      return message.format === state.format
        ? state
        : { ...state, format: message.format, traffic: withNewFormat(state.traffic) };
    case "heartbeat":
      return message.epoch === state.epoch ? { ...state, marketUs: later(state.marketUs, message.ts_market) } : state;
    default:
      return state;
  }
}

/**
 * @param {State} state
 * @param {import("../types/protocol.js").Hello} hello
 * @returns {State}
 */
function takeHello(state, { control, rates, limits }) {
  const server = {
    rates: rates && rates.length > 0 ? rates : state.server.rates,
    bars: limits?.bars ?? state.server.bars,
  };
  return { ...state, server, control: control === true };
}

/**
 * @param {State} state
 * @param {import("../types/protocol.js").Feed} feed
 * @returns {State}
 */
function takeFeed(state, feed) {
  if (feed.epoch === state.epoch) return { ...state, feed, marketUs: later(state.marketUs, feed.ts_market) };
  return {
    ...(isOtherFeed(state.feed, feed) ? withoutDetails(withoutTrades(state)) : withoutTrades(state)),
    feed,
    epoch: feed.epoch,
    quotes: new Map(),
    sparks: { ...state.sparks, closes: new Map() },
    series: cleared(state.series),
    book: null,
    watched: new Map(),
    news: NO_NOTICES,
    scenarios: NO_NOTICES,
    marketUs: feed.ts_market,
  };
}

/**
 * Forgets what was known of the feed before, and the filter: it may leave nothing of the new list.
 *
 * @param {State} state
 * @returns {State}
 */
function withoutDetails(state) {
  return {
    ...state,
    catalog: null,
    groups: new Map(),
    sectors: new Map(),
    rejected: [],
    reading: NO_READING,
    preview: NO_PREVIEW,
    filter: "",
  };
}

/**
 * Clears a channel that the server could not resume. Snapshots follow.
 *
 * @param {State} state
 * @param {import("../types/protocol.js").Granted} message
 * @returns {State}
 */
function clearChannel(state, { channel, symbols, interval }) {
  if (channel === "quotes") return { ...state, quotes: new Map() };
  if (channel === "bars" && interval) {
    const keys = symbols.map((symbol) => seriesKey(symbol, interval));
    return { ...state, series: cleared(state.series, keys) };
  }
  if (channel === "depth") return { ...state, book: null };
  return channel === "trades" && state.choice.symbol !== null && symbols.includes(state.choice.symbol)
    ? withoutTrades(state)
    : state;
}

/**
 * @param {State} state
 * @param {QuotesMessage} message
 * @param {Arrival} arrival
 * @returns {Result}
 */
function receiveQuotes(state, message, arrival) {
  if (message.epoch !== state.epoch) return { state, lost: NONE_LOST };
  const { quotes, taken, before, ticks, lost } = takeQuotes(state.quotes, message.quotes, {
    snapshot: message.type === "snapshot",
  });
  const updates = message.type === "update" ? (arrival.updates ?? taken.length) : 0;
  const next = {
    ...state,
    traffic: count(state.traffic, known(state, arrival), { updates, ticks, sentUs: message.ts_sent, feedTicks: null }),
  };
  if (taken.length === 0) return { state: next, lost };
  const marketUs = taken.reduce((newest, { ts_event }) => later(newest, ts_event), state.marketUs);
  return {
    state: fireAlerts({ ...next, quotes, marketUs, sparks: extendSparks(state.sparks, taken, before) }, taken),
    lost,
  };
}

/**
 * @param {State} state
 * @param {readonly Quote[]} taken
 * @returns {State}
 */
function fireAlerts(state, taken) {
  return withFired(state, checkAlerts(state.settings.alerts, taken));
}

/**
 * @param {State} state
 * @param {readonly import("./alerts.js").FiredAlert[]} fired
 * @returns {State}
 */
function withFired(state, fired) {
  if (fired.length === 0) return state;
  const settings = { ...state.settings, alerts: disarm(state.settings.alerts, fired) };
  const firedAlerts = [...fired.toReversed(), ...state.firedAlerts].slice(0, FIRED_KEPT);
  return withWatched({ ...state, settings, firedAlerts });
}

/**
 * Forgets the bars of symbols without an armed alert: what comes before the next one is armed must not fire it.
 *
 * @param {State} state
 * @returns {State}
 */
export function withWatched(state) {
  const armed = new Set(state.settings.alerts.filter((alert) => alert.armed).map(({ symbol }) => symbol));
  const watched = new Map([...state.watched].filter(([symbol]) => armed.has(symbol)));
  return watched.size === state.watched.size ? state : { ...state, watched };
}

/**
 * Judges the alerts of a symbol on every tick since the last bars, and remembers how far that went.
 *
 * @param {State} state
 * @param {import("../types/protocol.js").Bars} message
 * @returns {State}
 */
function judgeBars(state, { epoch, symbol, interval, bars }) {
  const { alerts } = state.settings;
  const newest = bars.at(-1);
  if (epoch !== state.epoch || interval !== WATCHED || !newest) return state;
  if (!alerts.some((alert) => alert.armed && alert.symbol === symbol)) return state;
  const before = state.watched.get(symbol);
  const next =
    before && newest.ts < before.ts ? state : { ...state, watched: new Map(state.watched).set(symbol, newest) };
  if (!before) return next;
  return withFired(next, checkExtremes(alerts, symbol, extremesSince(before, bars), state.quotes.get(symbol)));
}

/**
 * @param {State} state
 * @param {import("../types/protocol.js").Bars} message
 * @returns {State}
 */
function takeBarsOf(state, message) {
  const key = seriesKey(message.symbol, message.interval);
  const series = state.series.get(key);
  if (message.epoch !== state.epoch || !series) return state;
  return { ...state, series: new Map(state.series).set(key, takeBars(series, message)) };
}

/**
 * @param {State} state
 * @param {import("../types/protocol.js").Trades} message
 * @returns {State}
 */
function takeTradesOf(state, message) {
  if (message.epoch !== state.epoch || message.symbol !== state.choice.symbol) return state;
  return { ...state, trades: takeTrades(state.trades, message) };
}

/**
 * Replaces the book: each message has all of it.
 *
 * @param {State} state
 * @param {import("../types/protocol.js").Depth} message
 * @returns {State}
 */
function takeDepth(state, { epoch, symbol, seq, bids, asks }) {
  if (epoch !== state.epoch || symbol !== state.choice.symbol) return state;
  return { ...state, book: { symbol, seq, bids, asks } };
}

/**
 * @param {number | null} a
 * @param {number | null} b
 */
function later(a, b) {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
