/**
 * What each thing that happens makes of the state. Pure: the time comes with the action.
 *
 * A message of another epoch than the feed's is dropped: it is late, or its feed message is still to come and snapshots follow that.
 */

import { NO_SERIES, NO_TAPE } from "./model.js";
import { takeQuotes } from "./quotes.js";
import { takeBars } from "./series.js";
import { leadSparks, seedSparks } from "./sparks.js";
import { takeTrades } from "./tape.js";
import { count } from "./traffic.js";

/** @typedef {import("./model.js").State} State */
/** @typedef {import("./model.js").Quote} Quote */
/** @typedef {import("./model.js").Bar} Bar */
/** @typedef {import("./model.js").Instrument} Instrument */
/** @typedef {import("../lib/time.js").Interval} Interval */

/** @typedef {{ type: "feed" } & import("./model.js").Feed} FeedMessage */
/** @typedef {{ type: "snapshot" | "update", epoch: number, ts_sent: number, quotes: Quote[] }} QuotesMessage */
/**
 * @typedef {{ type: "bars", epoch: number, ts_sent: number, symbol: string, interval: Interval, snapshot: boolean, missed: number,
 *   bars: Bar[] }} BarsMessage
 */
/** @typedef {{ type: "beat", epoch: number, ts_sent: number, ts_market: number | null }} BeatMessage */
/**
 * @typedef {{ type: "trades", epoch: number, ts_sent: number, symbol: string, snapshot: boolean, skipped: number, first: number,
 *   trades: import("./model.js").Trade[] }} TradesMessage
 */
/** @typedef {{ type: "granted", channel: string, symbols: string[], interval?: Interval, recovered?: boolean }} GrantedMessage */
/** @typedef {{ type: "throttled", max_rate: number | null }} ThrottledMessage */
/** @typedef {{ type: "hello", control?: boolean }} HelloMessage */
/** @typedef {{ type: "format" | "unsubscribed" | "stopping" | "error" | "driven" }} OtherMessage */
/**
 * @typedef {FeedMessage | QuotesMessage | BarsMessage | TradesMessage | BeatMessage | GrantedMessage | ThrottledMessage | HelloMessage | OtherMessage}
 *   Message
 */

/**
 * @typedef {{ type: "message", message: Message, nowMs: number }
 *   | { type: "link", link: import("./model.js").Link }
 *   | { type: "symbols", epoch: number, symbols: readonly Instrument[] }
 *   | { type: "closes", epoch: number, interval: Interval, series: readonly { symbol: string, bars: readonly Bar[] }[] }
 *   | { type: "choose", symbol?: string, interval?: Interval }
 *   | { type: "tape", open: boolean }
 *   | { type: "tapeLeft" }
 *   | { type: "theme", theme: import("./model.js").Theme }
 *   | { type: "notice", text: string | null }} Action
 */
/** @typedef {{ state: State, holes: readonly string[] }} Result `holes`: symbols that lost something and need a resync */

/** @type {readonly string[]} */
const NO_HOLES = [];

/**
 * @param {State} state
 * @param {Action} action
 * @returns {Result}
 */
export function reduce(state, action) {
  if (action.type === "message") return hear(state, action.message, action.nowMs);
  return { state: act(state, action), holes: NO_HOLES };
}

/**
 * @param {State} state
 * @param {Exclude<Action, { type: "message" }>} action
 * @returns {State}
 */
function act(state, action) {
  switch (action.type) {
    case "link":
      return { ...state, link: action.link, maxRate: action.link.status === "live" ? state.maxRate : null };
    case "symbols":
      return { ...state, listEpoch: action.epoch, instruments: new Map(action.symbols.map((one) => [one.symbol, one])) };
    case "closes":
      return action.epoch === state.epoch ? { ...state, sparks: withQuotes(state, action) } : state;
    case "choose":
      return choose(state, action);
    case "tape":
      return { ...state, tapeOpen: action.open };
    case "tapeLeft":
      return withoutTape(state);
    case "theme":
      return { ...state, theme: action.theme };
    case "notice":
      return { ...state, notice: action.text === null ? null : { id: (state.notice?.id ?? 0) + 1, text: action.text } };
  }
}

/**
 * Past closes, and what the quotes have said since they were asked for.
 *
 * @param {State} state
 * @param {{ interval: Interval, series: readonly { symbol: string, bars: readonly Bar[] }[] }} answer
 */
function withQuotes({ quotes }, { interval, series }) {
  return leadSparks(seedSparks(interval, series), [...quotes.values()]);
}

/**
 * @param {State} state
 * @param {{ symbol?: string, interval?: Interval }} wanted
 * @returns {State}
 */
function choose(state, { symbol = state.choice.symbol ?? undefined, interval = state.choice.interval ?? undefined }) {
  const choice = { symbol: symbol ?? null, interval: interval ?? null };
  if (choice.symbol === state.choice.symbol && choice.interval === state.choice.interval) return state;
  const next = { ...state, choice, series: { ...NO_SERIES, revision: state.series.revision + 1 } };
  return choice.symbol === state.choice.symbol ? next : withoutTape(next);
}

/**
 * @param {State} state
 * @returns {State}
 */
function withoutTape(state) {
  return { ...state, tape: { ...NO_TAPE, revision: state.tape.revision + 1 } };
}

/**
 * @param {State} state
 * @param {Message} message
 * @param {number} nowMs
 * @returns {Result}
 */
function hear(state, message, nowMs) {
  switch (message.type) {
    case "hello":
      return { state: { ...state, control: message.control === true }, holes: NO_HOLES };
    case "feed":
      return { state: counted(takeFeed(state, message), nowMs, message), holes: NO_HOLES };
    case "snapshot":
    case "update":
      return hearQuotes(state, message, nowMs);
    case "bars":
      return { state: counted(hearBars(state, message), nowMs, message), holes: NO_HOLES };
    case "trades":
      return { state: counted(hearTrades(state, message), nowMs, message), holes: NO_HOLES };
    case "granted":
      return { state: message.recovered === false ? voidChannel(state, message) : state, holes: NO_HOLES };
    case "throttled":
      return { state: message.max_rate === state.maxRate ? state : { ...state, maxRate: message.max_rate }, holes: NO_HOLES };
    case "beat":
      return { state: counted(hearBeat(state, message), nowMs, message), holes: NO_HOLES };
    default:
      return { state, holes: NO_HOLES };
  }
}

/**
 * @param {State} state
 * @param {FeedMessage} feed
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
    series: { ...NO_SERIES, revision: state.series.revision + 1 },
    marketUs: feed.ts_market,
  };
}

/**
 * The server could not go on from what the page has: snapshots follow, and until then nothing is known.
 *
 * @param {State} state
 * @param {GrantedMessage} message
 * @returns {State}
 */
function voidChannel(state, { channel, symbols, interval }) {
  if (channel === "quotes") return { ...state, quotes: new Map() };
  if (state.choice.symbol === null || !symbols.includes(state.choice.symbol)) return state;
  if (channel === "trades") return withoutTape(state);
  if (channel !== "bars" || interval !== state.choice.interval) return state;
  return { ...state, series: { ...NO_SERIES, revision: state.series.revision + 1 } };
}

/**
 * @param {State} state
 * @param {QuotesMessage} message
 * @param {number} nowMs
 * @returns {Result}
 */
function hearQuotes(state, message, nowMs) {
  if (message.epoch !== state.epoch) return { state, holes: NO_HOLES };
  const { quotes, taken, ticks, holes } = takeQuotes(state.quotes, message.quotes, { whole: message.type === "snapshot" });
  const updates = message.type === "update" ? taken.length : 0;
  const next = counted(state, nowMs, message, { updates, ticks });
  if (taken.length === 0) return { state: next, holes };
  const marketUs = taken.reduce((newest, { ts_event }) => later(newest, ts_event), state.marketUs);
  return { state: { ...next, quotes, marketUs, sparks: leadSparks(state.sparks, taken) }, holes };
}

/**
 * @param {State} state
 * @param {BarsMessage} message
 * @returns {State}
 */
function hearBars(state, message) {
  const { symbol, interval } = state.choice;
  if (message.epoch !== state.epoch || message.symbol !== symbol || message.interval !== interval) return state;
  return { ...state, series: takeBars(state.series, message) };
}

/**
 * @param {State} state
 * @param {TradesMessage} message
 * @returns {State}
 */
function hearTrades(state, message) {
  if (message.epoch !== state.epoch || message.symbol !== state.choice.symbol) return state;
  return { ...state, tape: takeTrades(state.tape, message) };
}

/**
 * @param {State} state
 * @param {BeatMessage} beat
 * @returns {State}
 */
function hearBeat(state, beat) {
  return beat.epoch === state.epoch ? { ...state, marketUs: later(state.marketUs, beat.ts_market) } : state;
}

/**
 * @param {State} state
 * @param {number} nowMs
 * @param {{ ts_sent: number }} message
 * @param {{ updates: number, ticks: number }} [held]
 * @returns {State}
 */
function counted(state, nowMs, { ts_sent }, { updates, ticks } = { updates: 0, ticks: 0 }) {
  return { ...state, traffic: count(state.traffic, nowMs, { updates, ticks, sentUs: ts_sent }) };
}

/**
 * @param {number | null} a
 * @param {number | null} b
 */
function later(a, b) {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
