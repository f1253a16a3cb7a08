/** The watchlist: its lines, sorting, visible rows and subscriptions. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { scrollTo, visibleLines } from "../../web/js/lib/window.js";
import { COLUMNS, dayPosition, spread, turnover } from "../../web/js/state/columns.js";
import { subscriptionsOf } from "../../web/js/state/subscriptions.js";
import { listLines, matching, needsAll, sorted } from "../../web/js/state/list.js";
import { initialState } from "../../web/js/state/model.js";
import { reduce } from "../../web/js/state/reduce.js";
import { DEFAULT_SETTINGS, readSettings, validSettings, writeSettings } from "../../web/js/state/settings.js";

/** @typedef {import("../../web/js/state/settings.js").Settings} Settings */

/** @param {string} symbol @param {object} [rest] @returns {any} */
const instrument = (symbol, rest) => ({ symbol, name: `${symbol} Inc`, class: "stock", basis: "trade", ...rest });
/** @param {string} symbol @param {object} [rest] @returns {any} */
const quote = (symbol, rest) => ({
  symbol,
  seq: 1,
  last: 100,
  change: 0,
  bid: 99,
  ask: 101,
  high: 110,
  low: 90,
  volume: 10,
  vwap: 50,
  ...rest,
});

const ALL = [
  instrument("AAPL", { name: "Apple" }),
  instrument("IBM"),
  instrument("EURUSD", { class: "fx", name: "Euro" }),
  instrument("APT", { class: "crypto" }),
];

/** @param {Partial<Settings>} [settings] @param {any[]} [quotes] */
const state = (settings, quotes = []) => ({
  ...initialState({
    panes: [{ symbol: "AAPL", interval: "1m", compare: [] }],
    settings: { ...DEFAULT_SETTINGS, ...settings },
  }),
  instruments: new Map(ALL.map((one) => [one.symbol, one])),
  quotes: new Map(quotes.map((one) => [one.symbol, one])),
});

/** @param {ReturnType<typeof listLines>} lines */
const titles = (lines) =>
  lines.map((line) =>
    line.heading === null ? line.instrument.symbol : `${line.heading} ${line.count}${line.collapsed ? " closed" : ""}`,
  );

test("groups go by class, and favourites come first", () => {
  assert.deepEqual(titles(listLines(state())), ["Stocks 2", "AAPL", "IBM", "FX 1", "EURUSD", "Crypto 1", "APT"]);
  assert.deepEqual(titles(listLines(state({ favourites: ["APT", "GONE"] }))), [
    "Favourites 1",
    "APT",
    "Stocks 2",
    "AAPL",
    "IBM",
    "FX 1",
    "EURUSD",
  ]);
  const sectors = new Map([["IBM", "Technology"]]);
  assert.deepEqual(titles(listLines({ ...state({ grouping: "sector" }), sectors })), [
    "Stocks 1",
    "AAPL",
    "Technology 1",
    "IBM",
    "FX 1",
    "EURUSD",
    "Crypto 1",
    "APT",
  ]);
  assert.deepEqual(titles(listLines(state({ grouping: "none" }))), ["AAPL", "IBM", "EURUSD", "APT"]);
  assert.deepEqual(titles(listLines(state({ grouping: "none", favourites: ["IBM"] }))), [
    "Favourites 1",
    "IBM",
    "All others 3",
    "AAPL",
    "EURUSD",
    "APT",
  ]);
});

test("a collapsed group keeps its heading, and a filter opens it", () => {
  const closed = state({ collapsed: ["Stocks"] });
  assert.deepEqual(titles(listLines(closed)), ["Stocks 2 closed", "FX 1", "EURUSD", "Crypto 1", "APT"]);
  assert.deepEqual(titles(listLines({ ...closed, filter: " ibm" })), ["Stocks 1", "IBM"]);
});

test("a filter finds beginnings of symbols first", () => {
  const find = (/** @type {string} */ text) => matching(ALL, text).map(({ symbol }) => symbol);
  assert.deepEqual(
    find("ap"),
    ["AAPL", "APT"].toSorted((a) => (a === "APT" ? -1 : 1)),
  );
  assert.deepEqual(find("EURO"), ["EURUSD"]);
  assert.deepEqual(find("zzz"), []);
  assert.deepEqual(find("  ").length, 4);
});

test("unknown values sort last, and equal ones keep their order", () => {
  const { quotes } = state({}, [quote("IBM", { last: 5 }), quote("APT", { last: 9 }), quote("EURUSD", { last: 5 })]);
  const order = (/** @type {boolean} */ descending) =>
    sorted(ALL, quotes, { column: "last", descending }).map(({ symbol }) => symbol);
  assert.deepEqual(order(false), ["IBM", "EURUSD", "APT", "AAPL"]);
  assert.deepEqual(order(true), ["APT", "IBM", "EURUSD", "AAPL"]);
  assert.deepEqual(sorted(ALL, quotes, { column: "symbol", descending: true })[0].symbol, "IBM");
  assert.equal(sorted(ALL, quotes, { column: "spark", descending: true }), ALL);
});

test("each column has a value or nothing", () => {
  for (const { title, value } of Object.values(COLUMNS))
    if (value) assert.notEqual(value(undefined, ALL[0]), undefined, title);
  assert.equal(spread(quote("A")), 2);
  assert.equal(spread(quote("A", { bid: null })), null);
  assert.equal(turnover(quote("A", { vwap: null })), 1000);
  assert.equal(turnover(quote("A", { volume: null })), null);
  assert.equal(dayPosition(quote("A")), 0.5);
  assert.equal(dayPosition(quote("A", { high: 100, low: 100 })), 0.5);
  assert.equal(dayPosition(quote("A", { low: null })), null);
});

test("visible lines include some to spare", () => {
  const view = { top: 100, height: 50, lineHeight: 10, count: 1000 };
  assert.deepEqual(visibleLines(view), { from: 10, to: 15 });
  assert.deepEqual(visibleLines({ ...view, top: 105, spare: 2 }), { from: 8, to: 18 });
  assert.deepEqual(visibleLines({ ...view, top: -20 }), { from: 0, to: 5 });
  assert.deepEqual(visibleLines({ ...view, count: 12 }), { from: 10, to: 12 });
  assert.deepEqual(visibleLines({ ...view, count: 3 }), { from: 3, to: 3 });
});

test("scrolling to a line is as short as possible", () => {
  const view = { top: 100, height: 50, lineHeight: 10 };
  assert.deepEqual(
    [2, 10, 12, 14, 15, 30].map((line) => scrollTo(line, view)),
    [20, 100, 100, 100, 110, 260],
  );
  assert.equal(scrollTo(10, { ...view, head: 20 }), 80);
});

/** @param {Partial<Settings>} settings @param {string[]} rows */
const subscribed = (settings, rows) =>
  subscriptionsOf(
    { ...state({ ticker: false, dockOpen: false, rate: 5, ...settings }), visible: { rows, ticker: ["APT"] } },
    { trades: true, depth: true },
  );

test("rows out of sight have no subscription", () => {
  assert.deepEqual(
    [...subscribed({}, ["IBM"]).quotes],
    [
      ["IBM", 5],
      ["AAPL", 5],
    ],
  );
  assert.deepEqual(
    [...subscribed({ ticker: true }, []).quotes],
    [
      ["APT", 1],
      ["AAPL", 5],
    ],
  );
});

test("market panels and live sorting subscribe slowly to the rest", () => {
  assert.deepEqual(
    [...subscribed({ dockOpen: true }, ["IBM"]).quotes],
    [
      ["AAPL", 5],
      ["IBM", 5],
      ["EURUSD", 1],
      ["APT", 1],
    ],
  );
  assert.equal(subscribed({ dockOpen: true, dockTab: "wire" }, []).quotes.size, 1);
  assert.equal(subscribed({ sort: { column: "percent", descending: true } }, []).quotes.size, 4);
  assert.equal(subscribed({ dockOpen: true, rate: 0.5 }, []).quotes.get("APT"), 0.5);
  assert.deepEqual(
    [needsAll(state({ sort: { column: "symbol", descending: true } })), needsAll(state())],
    [false, false],
  );
});

test("charts subscribe to each shown and compared series once", () => {
  let { state: now } = reduce(state({}, []), { type: "set", settings: { layout: 4 } });
  ({ state: now } = reduce(now, { type: "choose", compare: ["IBM", "AAPL", "IBM"] }));
  assert.deepEqual(
    now.panes.map(({ symbol }) => symbol),
    ["AAPL", "IBM", "EURUSD", "APT"],
  );
  assert.deepEqual(
    [...subscriptionsOf(now, { trades: false, depth: false }).bars.keys()],
    ["AAPL 1m", "IBM 1m", "EURUSD 1m", "APT 1m"],
  );
  assert.equal(subscriptionsOf(now, { trades: false, depth: false }).trades, null);
  ({ state: now } = reduce(now, { type: "activate", pane: 2 }));
  assert.equal(now.choice.symbol, "EURUSD");
  ({ state: now } = reduce(now, { type: "set", settings: { layout: 1 } }));
  assert.deepEqual([now.panes.length, now.choice.symbol, [...now.series.keys()]], [1, "EURUSD", ["EURUSD 1m"]]);
  assert.equal(reduce(now, { type: "activate", pane: 3 }).state, now);
});

test("settings are kept, and only differences", () => {
  const settings = {
    ...DEFAULT_SETTINGS,
    rate: 20,
    columns: /** @type {const} */ (["symbol", "age"]),
    sort: { column: /** @type {const} */ ("age"), descending: true },
  };
  assert.deepEqual(readSettings(writeSettings(settings)), settings);
  assert.equal(writeSettings(DEFAULT_SETTINGS), "{}");
  assert.deepEqual(readSettings(null), DEFAULT_SETTINGS);
  assert.deepEqual(readSettings("{"), DEFAULT_SETTINGS);
});

test("an invalid setting falls back alone", () => {
  const bad = {
    theme: "pink",
    rate: 0,
    columns: ["symbol", "symbol"],
    sort: { column: "none", descending: true },
    favourites: [1],
    layout: 3,
    announce: 7,
    alerts: [{ id: 1 }],
    nothing: 1,
    constructor: 1,
    volume: "yes",
  };
  assert.deepEqual(validSettings(bad), {});
  assert.deepEqual(validSettings([]), {});
  assert.deepEqual(validSettings({ ...bad, rate: 2, sort: null }), { rate: 2, sort: null });
});

test("a book is subscribed where it exists and has room", () => {
  const plain = state({}, []);
  const instruments = new Map(
    [...plain.instruments].map(([symbol, one]) => [symbol, { ...one, depth: symbol === "AAPL" ? 5 : 0 }]),
  );
  const deep = { ...plain, instruments };
  assert.equal(subscriptionsOf(deep, { trades: true, depth: true }).depth, "AAPL");
  assert.equal(subscriptionsOf(deep, { trades: true, depth: false }).depth, null);
  assert.equal(subscriptionsOf(plain, { trades: true, depth: true }).depth, null);
  const { state: other } = reduce(deep, { type: "choose", symbol: "IBM" });
  assert.equal(subscriptionsOf(other, { trades: true, depth: true }).depth, null);
});
