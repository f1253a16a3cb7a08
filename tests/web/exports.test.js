/** Tests for what is saved: trades and the watchlist as CSV, the names of files, the titles of pictures. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { tradesCsv, watchlistCsv } from "../../web/js/state/csv.js";
import { fileName, pictureTitle } from "../../web/js/state/exports.js";
import { initialState } from "../../web/js/state/model.js";

const AT = Date.parse("2016-06-14T09:30:00Z") * 1000;
const DECIMALS = { price_decimals: 2, price_decimals_max: 4, size_decimals: 3 };
const instrument = (/** @type {string} */ symbol, name = "") =>
  /** @type {any} */ ({ symbol, name, class: "stock", basis: "trade", synthesised_from: null, ...DECIMALS });
const quote = (/** @type {object} */ given) =>
  /** @type {any} */ ({
    last: null,
    change: null,
    bid: null,
    ask: null,
    volume: null,
    vwap: null,
    ts_event: null,
    ...given,
  });

test("trades keep microseconds, decimals and the numbers of missing ones", () => {
  const text = tradesCsv(
    "@A",
    [
      { number: 7, skipped: 0, trade: { ts: AT + 1, price: 1.5, size: 0.125, side: "buy" } },
      { number: 9, skipped: 2, trade: null },
      { number: 10, skipped: 0, trade: { ts: AT, price: 100.1234, size: 2, side: null } },
    ],
    DECIMALS,
  );
  assert.deepEqual(text.split("\r\n"), [
    "number,time,symbol,price,size,side",
    "7,2016-06-14T09:30:00.000001Z,'@A,1.50,0.125,buy",
    "10,2016-06-14T09:30:00.000Z,'@A,100.1234,2,",
    "",
  ]);
});

test("the watchlist is saved with its filter, order and columns", () => {
  const first = initialState();
  const state = {
    ...first,
    instruments: new Map(
      [instrument("BBB", "=cmd|' /C calc'!A0"), instrument("AAA", 'Big, "bad"'), instrument("ZZZ")].map((one) => [
        one.symbol,
        one,
      ]),
    ),
    quotes: new Map([
      ["AAA", quote({ symbol: "AAA", last: 10.125, change: -1, ts_event: AT, volume: 5.5, bid: 10, ask: 10.25 })],
    ]),
    filter: "b",
    settings: {
      ...first.settings,
      columns: /** @type {const} */ ([
        "symbol",
        "name",
        "spark",
        "last",
        "change",
        "percent",
        "spread",
        "volume",
        "age",
      ]),
      sort: /** @type {const} */ ({ column: "symbol", descending: true }),
      grouping: /** @type {const} */ ("none"),
    },
  };
  assert.deepEqual(watchlistCsv(state).split("\r\n"), [
    "Symbol,Name,Last,Chg,Chg %,Spread,Volume,Last event",
    "BBB,'=cmd|' /C calc'!A0,,,,,,",
    'AAA,"Big, ""bad""",10.125,-1.00,-8.99,0.25,5.5,2016-06-14T09:30:00.000Z',
    "",
  ]);
});

test("files are named after what they have and the market time", () => {
  assert.equal(fileName({ marketUs: AT }, ["BRK/B", "1m"], "csv"), "BRK_B-1m-2016-06-14T093000.csv");
  assert.equal(fileName({ marketUs: null }, ["watchlist", null], "png"), "watchlist.png");
});

test("a picture tells what it shows and where it is from", () => {
  const first = initialState({ panes: [{ symbol: "AAA", interval: "1m", compare: ["ZZZ"] }] });
  const state = {
    ...first,
    marketUs: AT,
    feed: /** @type {any} */ ({ source: "replay", name: "a.csv", timestamps: "shifted", time_shift_us: 60e6 }),
    instruments: new Map([["AAA", instrument("AAA", "Triple A")]]),
    reading: { assumptions: [{ file: "a.csv", what: "times are UTC", why: "", flag: "--tz" }], warnings: [] },
    settings: { ...first.settings, indicators: /** @type {const} */ (["sma", "rsi"]) },
  };
  assert.deepEqual(pictureTitle(state), {
    title: "AAA · Triple A · 1m · with ZZZ",
    about: "2016-06-14 09:30:00 UTC? · replay of a.csv · recorded 2016-06-14 09:29:00 UTC? · SMA, RSI",
  });
  assert.deepEqual(pictureTitle(initialState()), { title: "", about: "" });
});
