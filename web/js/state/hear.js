/**
 * What each message of the server makes of the state.
 *
 * A message of another epoch than the feed's is dropped: it is late, or its feed message is still to come and snapshots follow that.
 */

import { disarmed, rings, RINGS_KEPT } from "./alerts.js";
import { NO_HAPPENINGS, takeHappenings } from "./happenings.js";
import { seriesKey } from "./model.js";
import { voided, withoutTape } from "./panes.js";
import { takeQuotes } from "./quotes.js";
import { takeBars } from "./series.js";
import { leadSparks } from "./sparks.js";
import { takeTrades } from "./tape.js";
import { count } from "./traffic.js";

/** @typedef {import("./model.js").State} State */
/** @typedef {import("./model.js").Quote} Quote */
/** @typedef {import("./reduce.js").Result} Result */
/** @typedef {{ nowMs: number, bytes: number }} Arrival when a message came, and how long it was */

/** @typedef {import("../types/protocol.js").Server} Message */
/** @typedef {import("../types/protocol.js").Snapshot | import("../types/protocol.js").Update} QuotesMessage */

/** @type {readonly string[]} */
const NO_HOLES = [];

/**
 * @param {State} state
 * @param {Message} message
 * @param {Arrival} arrival
 * @returns {Result}
 */
export function hear(state, message, arrival) {
  if (isQuotes(message)) return hearQuotes(state, message, arrival);
  const heard = take(state, message);
  const sentUs = "ts_sent" in message ? message.ts_sent : null;
  const feedTicks = message.type === "heartbeat" && message.epoch === state.epoch ? message.ticks : null;
  return {
    state: { ...heard, traffic: count(state.traffic, arrival, { updates: 0, ticks: 0, sentUs, feedTicks }) },
    holes: NO_HOLES,
  };
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
      return hearBars(state, message);
    case "trades":
      return hearTrades(state, message);
    case "depth":
      return hearDepth(state, message);
    case "news":
      return message.epoch === state.epoch
        ? { ...state, news: takeHappenings(state.news, message, message.stories) }
        : state;
    case "scenarios":
      return message.epoch === state.epoch
        ? { ...state, scenes: takeHappenings(state.scenes, message, message.scenarios) }
        : state;
    case "granted":
      return message.recovered === false ? voidChannel(state, message) : state;
    case "throttled":
      return message.max_rate === state.maxRate ? state : { ...state, maxRate: message.max_rate };
    case "format":
      return message.format === state.format ? state : { ...state, format: message.format };
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
    ...withoutTape(state),
    feed,
    epoch: feed.epoch,
    quotes: new Map(),
    sparks: { ...state.sparks, closes: new Map() },
    series: voided(state.series),
    book: null,
    news: NO_HAPPENINGS,
    scenes: NO_HAPPENINGS,
    marketUs: feed.ts_market,
  };
}

/**
 * The server could not go on from what the page has: snapshots follow, and until then nothing is known.
 *
 * @param {State} state
 * @param {import("../types/protocol.js").Granted} message
 * @returns {State}
 */
function voidChannel(state, { channel, symbols, interval }) {
  if (channel === "quotes") return { ...state, quotes: new Map() };
  if (channel === "bars" && interval)
    return {
      ...state,
      series: voided(
        state.series,
        symbols.map((symbol) => seriesKey(symbol, interval)),
      ),
    };
  if (channel === "depth") return { ...state, book: null };
  return channel === "trades" && state.choice.symbol !== null && symbols.includes(state.choice.symbol)
    ? withoutTape(state)
    : state;
}

/**
 * @param {State} state
 * @param {QuotesMessage} message
 * @param {Arrival} arrival
 * @returns {Result}
 */
function hearQuotes(state, message, arrival) {
  if (message.epoch !== state.epoch) return { state, holes: NO_HOLES };
  const { quotes, taken, before, ticks, holes } = takeQuotes(state.quotes, message.quotes, {
    whole: message.type === "snapshot",
  });
  const updates = message.type === "update" ? taken.length : 0;
  const next = {
    ...state,
    traffic: count(state.traffic, arrival, { updates, ticks, sentUs: message.ts_sent, feedTicks: null }),
  };
  if (taken.length === 0) return { state: next, holes };
  const marketUs = taken.reduce((newest, { ts_event }) => later(newest, ts_event), state.marketUs);
  return { state: ring({ ...next, quotes, marketUs, sparks: leadSparks(state.sparks, taken, before) }, taken), holes };
}

/**
 * @param {State} state
 * @param {readonly Quote[]} taken
 * @returns {State}
 */
function ring(state, taken) {
  const rung = rings(state.settings.alerts, taken);
  if (rung.length === 0) return state;
  const settings = { ...state.settings, alerts: disarmed(state.settings.alerts, rung) };
  return { ...state, settings, rung: [...rung.toReversed(), ...state.rung].slice(0, RINGS_KEPT) };
}

/**
 * @param {State} state
 * @param {import("../types/protocol.js").Bars} message
 * @returns {State}
 */
function hearBars(state, message) {
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
function hearTrades(state, message) {
  if (message.epoch !== state.epoch || message.symbol !== state.choice.symbol) return state;
  return { ...state, tape: takeTrades(state.tape, message) };
}

/**
 * A book is whole each time, so the newest is all there is to know.
 *
 * @param {State} state
 * @param {import("../types/protocol.js").Depth} message
 * @returns {State}
 */
function hearDepth(state, { epoch, symbol, seq, bids, asks }) {
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
