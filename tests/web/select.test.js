/** Values derived from the state, and the address. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { readAddress, writeAddress } from "../../web/js/state/address.js";
import { NO_DRAWINGS } from "../../web/js/state/drawings.js";
import { initialState } from "../../web/js/state/model.js";
import { changePercent, percentOf } from "../../web/js/state/quotes.js";
import { isCompareShort } from "../../web/js/state/panes.js";
import { reduce } from "../../web/js/state/reduce.js";
import {
  barAt,
  defaultInterval,
  hasTrades,
  intervalFault,
  isBarBehind,
  isStale,
  oldUs,
  sizeOf,
  synthesisedFrom,
} from "../../web/js/state/select.js";
import { DEFAULT_SETTINGS } from "../../web/js/state/settings.js";
import { titleText } from "../../web/js/views/shell/title.js";

/**
 * @param {object} [rest]
 * @returns {any}
 */
const instrument = (rest) => ({
  symbol: "AAPL",
  name: "Apple",
  class: "stock",
  price_decimals: 2,
  synthesised_from: null,
  ...rest,
});
/** @param {...any} list */
const instruments = (...list) => new Map(list.map((one) => [one.symbol, one]));
/**
 * @param {object} [rest]
 * @returns {any}
 */
const quote = (rest) => ({ symbol: "AAPL", seq: 1, first_seq: 1, ts_event: 0, last: 110, change: 10, ...rest });
/**
 * @param {object} [rest]
 * @returns {any}
 */
const feed = (rest) => ({ epoch: 1, state: "playing", speed: 1, ...rest });

test("a percentage refers to the price before the change", () => {
  assert.equal(changePercent(quote()), 10);
  assert.equal(changePercent(quote({ last: 10, change: 10 })), null);
  assert.equal(changePercent(quote({ last: null })), null);
  assert.equal(changePercent(undefined), null);
});

test("a value is old after ten market seconds at its speed", () => {
  const state = { ...initialState(), feed: feed(), marketUs: 11e6 };
  assert.equal(oldUs(state, quote()), 11e6);
  assert.equal(oldUs({ ...state, marketUs: 10e6 }, quote()), null);
  assert.equal(oldUs({ ...state, feed: feed({ speed: 60 }) }, quote()), null);
  assert.equal(oldUs({ ...state, feed: feed({ speed: "max" }) }, quote()), null);
  assert.equal(oldUs({ ...state, feed: feed({ state: "ended" }) }, quote()), null);
  assert.equal(oldUs(state, quote({ ts_event: null })), null);
});

test("values are stale once the connection is lost, not before", () => {
  const live = { ...initialState().link, status: /** @type {const} */ ("live") };
  assert.equal(isStale(initialState()), false);
  assert.equal(isStale({ ...initialState(), feed: feed() }), true);
  assert.equal(isStale({ ...initialState(), feed: feed(), link: live }), false);
});

test("the first interval is the one that the ticks were made from", () => {
  const daily = instrument({ synthesised_from: "1d" });
  assert.equal(defaultInterval(instruments(daily)), "1d");
  assert.equal(synthesisedFrom(instruments(daily, instrument({ symbol: "IBM" }))), null);
  assert.equal(defaultInterval(instruments(instrument())), "1m");
  assert.equal(defaultInterval(new Map()), "1m");
});

test("the first interval fills a chart, and the server keeps all its bars", () => {
  const after = (/** @type {number} */ seconds, /** @type {object} */ more = {}) =>
    defaultInterval(instruments(instrument(more)), { start: 0, end: seconds * 1e6 }, 5000);
  const [minute, hour, day] = [60, 3600, 86_400];
  const cases = /** @type {const} */ ([
    [3, "1s"],
    [4 * minute, "1s"],
    [10 * minute, "5s"],
    [40 * minute, "15s"],
    [hour, "1m"],
    [day, "1m"],
    [7 * day, "5m"],
    [30 * day, "15m"],
    [200 * day, "1h"],
    [365 * day, "1d"],
    [9000 * day, "1d"],
  ]);
  for (const [seconds, wanted] of cases) assert.equal(after(seconds), wanted, `${seconds} s`);
  assert.equal(after(4 * minute, { synthesised_from: "1d" }), "1d");
  assert.equal(defaultInterval(instruments(instrument()), { start: 0, end: null }), "1m");
});

test("an interval finer than the file's is not there", () => {
  /** @param {object} [more] @returns {any} */
  const state = (more) => ({ choice: { symbol: "AAPL" }, instruments: instruments(instrument(more)) });
  assert.equal(intervalFault(state(), "1s"), null);
  assert.equal(intervalFault(state({ synthesised_from: "5m" }), "5m"), null);
  assert.equal(intervalFault(state({ synthesised_from: "5m" }), "1m"), "No bars of 1m: the file has bars of 5m.");
  assert.equal(hasTrades(state()), true);
  assert.equal(hasTrades(state({ synthesised_from: "5m" })), false, "the trades that play a bar are invented");
  assert.equal(hasTrades(state({ basis: "bid" })), false);
});

test("a pane gets the bars that its symbol has", () => {
  const daily = { ...instrument({ symbol: "D", synthesised_from: "1d" }) };
  const known = reduce(initialState({ panes: [{ symbol: "AAPL", interval: "1m", compare: [] }] }), {
    type: "symbols",
    epoch: 1,
    symbols: [instrument(), daily],
  }).state;
  assert.equal(known.choice.interval, "1m");
  const other = reduce(known, { type: "choose", symbol: "D" }).state;
  assert.equal(other.choice.interval, "1d");
  assert.equal(reduce(other, { type: "choose", interval: "1m" }).state, other);
});

test("a bar is found by its start alone", () => {
  /** @type {any[]} */
  const bars = [{ ts: 10 }, { ts: 20 }, { ts: 30 }];
  assert.equal(barAt(bars, 20), bars[1]);
  assert.equal(barAt(bars, 25), undefined);
  assert.equal(barAt([], 1), undefined);
});

test("the title shows symbol and price, and whether they are stale", () => {
  const state = {
    ...initialState({ panes: [{ symbol: "AAPL", interval: "1m", compare: [] }] }),
    feed: feed(),
    instruments: instruments(instrument()),
    quotes: new Map([["AAPL", quote()]]),
  };
  assert.equal(titleText(initialState()), "tickcast");
  assert.equal(titleText({ ...state, link: { ...state.link, status: "live" } }), "AAPL 110.00 ▲ · tickcast");
  assert.equal(titleText(state), "AAPL 110.00 ▲ (stale) · tickcast");
  const live = { ...state, link: /** @type {const} */ ({ ...state.link, status: "live" }) };
  assert.equal(titleText(live, true), "AAPL 110.00 ▲ (asleep) · tickcast");
  assert.equal(titleText({ ...live, paused: true }), "AAPL 110.00 ▲ (paused) · tickcast");
});

/** @param {Partial<import("../../web/js/state/model.js").Pane>} [rest] */
const pane = (rest) => ({ symbol: "AAPL", interval: /** @type {const} */ ("1m"), compare: [], ...rest });

test("a link opens the same view", () => {
  const settings = {
    ...DEFAULT_SETTINGS,
    theme: /** @type {const} */ ("dark"),
    format: /** @type {const} */ ("binary"),
    kind: /** @type {const} */ ("line"),
    indicators: /** @type {const} */ (["sma", "rsi"]),
    studies: ["sma-30"],
    zone: "Europe/Berlin",
    layout: /** @type {const} */ (2),
  };
  const panes = [pane({ symbol: "BRK.B&x", compare: ["A B", "C+D"] }), pane({ symbol: "ÉÖ", interval: "5m" })];
  const read = readAddress(writeAddress({ panes, active: 0, settings, drawings: NO_DRAWINGS }));
  assert.deepEqual(read.panes[0], panes[0]);
  assert.deepEqual(read.settings, {
    theme: "dark",
    format: "binary",
    kind: "line",
    scale: "linear",
    indicators: ["sma", "rsi"],
    studies: ["sma-30"],
    zone: "Europe/Berlin",
    layout: 2,
  });
  assert.equal(
    writeAddress({
      panes: [pane({ symbol: null, interval: null })],
      active: 0,
      settings: DEFAULT_SETTINGS,
      drawings: NO_DRAWINGS,
    }),
    "",
  );
});

test("the active chart comes first in a link", () => {
  const panes = [pane({ symbol: "A" }), pane({ symbol: "B" })];
  assert.deepEqual(
    readAddress(writeAddress({ panes, active: 1, settings: DEFAULT_SETTINGS, drawings: NO_DRAWINGS })).panes.map(
      ({ symbol }) => symbol,
    ),
    ["B", "A"],
  );
});

test("invalid parts of an address are ignored", () => {
  const usual = {
    theme: "auto",
    format: "json",
    kind: "candles",
    scale: "linear",
    indicators: [],
    studies: [],
    zone: "UTC",
    layout: 1,
  };
  assert.deepEqual(
    readAddress(
      "?symbol=&interval=7m&theme=pink&format=xml&chart=pie&indicators=sma+magic&zone=Nowhere&compare=&compare=A&compare=A&draw=A*q1_0",
    ),
    { panes: [pane({ symbol: null, interval: null, compare: ["A"] })], settings: usual, drawings: [] },
  );
  assert.deepEqual(readAddress("").settings, {}, "no link: what was kept holds");
  assert.equal(readAddress("?pane=A&pane=B&pane=C&pane=D&pane=E").panes.length, 4);
});

test("a bar is behind its quote until it has the same close", () => {
  const minute = 60_000_000;
  const bar = { ts: minute, open: 1, high: 1, low: 1, close: 1, volume: 1, closed: false };
  /** @param {number | null} last @param {number} ts_event @param {object} [more] @returns {any} */
  const state = (last, ts_event, more) => ({
    panes: [{ symbol: "A", interval: "1m", compare: [] }],
    quotes: new Map([["A", { symbol: "A", last, ts_event }]]),
    series: new Map([["A 1m", { bars: [{ ...bar, ...more }] }]]),
  });
  assert.equal(isBarBehind(state(1, minute)), false);
  assert.equal(isBarBehind(state(2, minute + 5)), true, "the forming bar is older");
  assert.equal(isBarBehind(state(2, 2 * minute)), true, "its own bar is still to come");
  assert.equal(isBarBehind(state(2, minute - 1)), false, "the bar is newer");
  assert.equal(isBarBehind(state(2, minute + 5, { closed: true })), false, "a closed bar does not change");
  assert.equal(isBarBehind(state(null, minute)), false);
  assert.equal(isBarBehind({ ...state(2, minute), series: new Map() }), false);
});

test("a base at or below 0 has no percentage", () => {
  assert.equal(percentOf(110, 100), 10);
  assert.equal(percentOf(-37.63, 18.27)?.toFixed(1), "-306.0");
  assert.equal(percentOf(10, -37.63), null);
  assert.equal(percentOf(10, 0), null);
  assert.equal(percentOf(10, undefined), null);
});

test("a compared symbol is short until it has older bars as its pane has", () => {
  const pane = { symbol: "A", interval: /** @type {const} */ ("1m"), compare: ["B"] };
  /** @param {string} own @param {string} other @param {boolean} [loading] @returns {any} */
  const state = (own, other, loading = false) => ({
    series: new Map([
      ["A 1m", { older: own, loading: false }],
      ["B 1m", { older: other, loading }],
    ]),
  });
  assert.equal(isCompareShort(state("unknown", "unknown"), pane), false);
  assert.equal(isCompareShort(state("none", "unknown"), pane), true);
  assert.equal(isCompareShort(state("none", "unknown", true), pane), false, "its bars are still to come");
  assert.equal(isCompareShort(state("none", "loading"), pane), false);
  assert.equal(isCompareShort(state("none", "none"), pane), false);
});

test("one symbol needs no list, and few a slim one", () => {
  const size = (/** @type {number} */ count, /** @type {number | null} */ listEpoch = 1) =>
    sizeOf({
      listEpoch,
      instruments: new Map(Array.from({ length: count }, (_, at) => [String(at), /** @type {any} */ ({})])),
    });
  assert.deepEqual(
    [1, 2, 4, 5, 40].map((count) => size(count)),
    ["one", "few", "few", null, null],
  );
  assert.deepEqual([size(0), size(1, null)], [null, null]);
});
