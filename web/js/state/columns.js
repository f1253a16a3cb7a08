/** The columns of the watchlist, with their titles and sort keys. */

import { changePercent } from "./quotes.js";

/** @typedef {import("./model.js").Quote} Quote */
/** @typedef {import("./model.js").Instrument} Instrument */
/**
 * @typedef {"symbol" | "name" | "spark" | "last" | "change" | "percent" | "changeBar" | "dayRange" | "bid" | "ask" |
 *   "spread" | "open" | "high" | "low" | "volume" | "turnover" | "vwap" | "age"} ColumnId
 */
/**
 * @typedef {object} Column
 * @property {string} title
 * @property {string} hint
 * @property {boolean} live sorting needs the prices of all symbols, on the screen or not
 * @property {((quote: Quote | undefined, instrument: Instrument) => number | string | null) | null} value the sort key
 */

/** @param {(quote: Quote) => number | null} of @returns {Column["value"]} */
const quoted = (of) => (quote) => (quote ? of(quote) : null);

/** @param {Quote} quote */
export function spread({ bid, ask }) {
  return bid === null || ask === null ? null : ask - bid;
}

/** Estimates the day's turnover in money from the average price. @param {Quote} quote */
export function turnover({ vwap, last, volume }) {
  const price = vwap ?? last;
  return price === null || volume === null ? null : price * volume;
}

/** Returns the position of the last price between the day's low and high, from 0 to 1. @param {Quote} quote */
export function dayPosition({ last, low, high }) {
  if (last === null || low === null || high === null) return null;
  return high === low ? 0.5 : (last - low) / (high - low);
}

/** @type {Readonly<Record<ColumnId, Column>>} */
export const COLUMNS = {
  symbol: { title: "Symbol", hint: "the instrument", live: false, value: (_, { symbol }) => symbol },
  name: { title: "Name", hint: "its full name", live: false, value: (_, { name }) => name },
  spark: { title: "Trend", hint: "the latest closes", live: false, value: null },
  last: { title: "Last", hint: "the last price", live: true, value: quoted(({ last }) => last) },
  change: { title: "Chg", hint: "change since the last close", live: true, value: quoted(({ change }) => change) },
  percent: { title: "Chg %", hint: "change in percent", live: true, value: quoted((quote) => changePercent(quote)) },
  changeBar: {
    title: "±",
    hint: "change as a bar, full at 5%",
    live: true,
    value: quoted((quote) => changePercent(quote)),
  },
  dayRange: {
    title: "Day range",
    hint: "the last price between the day's low and high",
    live: true,
    value: quoted(dayPosition),
  },
  bid: { title: "Bid", hint: "best price to sell at", live: true, value: quoted(({ bid }) => bid) },
  ask: { title: "Ask", hint: "best price to buy at", live: true, value: quoted(({ ask }) => ask) },
  spread: { title: "Spread", hint: "ask less bid", live: true, value: quoted(spread) },
  open: { title: "Open", hint: "the day's first price", live: true, value: quoted(({ open }) => open) },
  high: { title: "High", hint: "the day's highest price", live: true, value: quoted(({ high }) => high) },
  low: { title: "Low", hint: "the day's lowest price", live: true, value: quoted(({ low }) => low) },
  volume: { title: "Volume", hint: "traded today", live: true, value: quoted(({ volume }) => volume) },
  turnover: { title: "Turnover", hint: "traded today, in money", live: true, value: quoted(turnover) },
  vwap: { title: "VWAP", hint: "the day's average price by volume", live: true, value: quoted(({ vwap }) => vwap) },
  age: {
    title: "Age",
    hint: "market time since the last event",
    live: true,
    value: quoted(({ ts_event }) => (ts_event === null ? null : -ts_event)),
  },
};

/** @type {readonly ColumnId[]} */
export const DEFAULT_COLUMNS = ["symbol", "spark", "last", "percent", "changeBar"];
