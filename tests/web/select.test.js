/** The questions the views ask, and the address line. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { readAddress, writeAddress } from "../../web/js/state/address.js";
import { initialState } from "../../web/js/state/model.js";
import { barAt, changePercent, defaultInterval, groups, isStale, oldUs, synthesisedFrom } from "../../web/js/state/select.js";
import { titleText } from "../../web/js/views/title.js";

/**
 * @param {object} [rest]
 * @returns {any}
 */
const instrument = (rest) => ({ symbol: "AAPL", name: "Apple", class: "stock", price_decimals: 2, synthesised_from: null, ...rest });
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

test("a percentage is of what the change is counted from", () => {
  assert.equal(changePercent(quote()), 10);
  assert.equal(changePercent(quote({ last: 10, change: 10 })), null);
  assert.equal(changePercent(quote({ last: null })), null);
  assert.equal(changePercent(undefined), null);
});

test("instruments are grouped by class in the server's order", () => {
  const all = instruments(instrument({ symbol: "B" }), instrument({ symbol: "X", class: "fx" }), instrument({ symbol: "A" }), instrument({ symbol: "?", class: "unknown" }));
  assert.deepEqual(groups(all).map(({ title, instruments: some }) => [title, some.map(({ symbol }) => symbol)]), [["Stocks", ["B", "A"]], ["FX", ["X"]], ["Instruments", ["?"]]]);
});

test("a value is old after ten seconds of the market at the speed it plays", () => {
  const state = { ...initialState(), feed: feed(), marketUs: 11e6 };
  assert.equal(oldUs(state, quote()), 11e6);
  assert.equal(oldUs({ ...state, marketUs: 10e6 }, quote()), null);
  assert.equal(oldUs({ ...state, feed: feed({ speed: 60 }) }, quote()), null);
  assert.equal(oldUs({ ...state, feed: feed({ speed: "max" }) }, quote()), null);
  assert.equal(oldUs({ ...state, feed: feed({ state: "ended" }) }, quote()), null);
  assert.equal(oldUs(state, quote({ ts_event: null })), null);
});

test("nothing is stale before there was anything, and all is when the server cannot be heard", () => {
  const live = { ...initialState().link, status: /** @type {const} */ ("live") };
  assert.equal(isStale(initialState()), false);
  assert.equal(isStale({ ...initialState(), feed: feed() }), true);
  assert.equal(isStale({ ...initialState(), feed: feed(), link: live }), false);
});

test("the interval to begin with is the one the ticks were made from", () => {
  const daily = instrument({ synthesised_from: "1d" });
  assert.equal(defaultInterval(instruments(daily)), "1d");
  assert.equal(synthesisedFrom(instruments(daily, instrument({ symbol: "IBM" }))), null);
  assert.equal(defaultInterval(instruments(instrument())), "1m");
  assert.equal(defaultInterval(new Map()), "1m");
});

test("a bar is found by its start alone", () => {
  /** @type {any[]} */
  const bars = [{ ts: 10 }, { ts: 20 }, { ts: 30 }];
  assert.equal(barAt(bars, 20), bars[1]);
  assert.equal(barAt(bars, 25), undefined);
  assert.equal(barAt([], 1), undefined);
});

test("the title says symbol and price, and that they are stale", () => {
  const state = { ...initialState({ choice: { symbol: "AAPL", interval: "1m" } }), feed: feed(), instruments: instruments(instrument()), quotes: new Map([["AAPL", quote()]]) };
  assert.equal(titleText(initialState()), "tickcast");
  assert.equal(titleText({ ...state, link: { ...state.link, status: "live" } }), "AAPL 110.00 ▲ · tickcast");
  assert.equal(titleText(state), "AAPL 110.00 ▲ (stale) · tickcast");
});

test("the address is read as it was written", () => {
  const choice = { symbol: "BRK.B&x", interval: /** @type {const} */ ("5m") };
  assert.deepEqual(readAddress(writeAddress({ choice, theme: "dark" })), { choice, theme: "dark", binary: false });
  assert.deepEqual(readAddress(writeAddress({ choice, theme: "dark" }, true)), { choice, theme: "dark", binary: true });
  assert.equal(writeAddress({ choice: { symbol: null, interval: null }, theme: "auto" }), "");
});

test("nonsense in the address is not taken", () => {
  assert.deepEqual(readAddress("?symbol=&interval=7m&theme=pink&format=xml"), { choice: { symbol: null, interval: null }, theme: null, binary: false });
});
