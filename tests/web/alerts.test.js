/** Alerts, commands, and the announcement of prices. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { commandOf, createCommands } from "../../web/js/app/commands.js";
import {
  alertText,
  checkAlerts,
  checkExtremes,
  disarm,
  extremesSince,
  FIRED_KEPT,
  isAlert,
  withPriceAlert,
} from "../../web/js/state/alerts.js";
import { subscriptionsOf } from "../../web/js/state/subscriptions.js";
import { initialState } from "../../web/js/state/model.js";
import { reduce } from "../../web/js/state/reduce.js";
import { DEFAULT_SETTINGS } from "../../web/js/state/settings.js";
import { Store } from "../../web/js/state/store.js";
import { roundedPrice } from "../../web/js/views/chart/alertlines.js";
import { announcement } from "../../web/js/views/shell/announcer.js";

/**
 * @param {Partial<import("../../web/js/state/alerts.js").Alert>} [rest]
 * @returns {import("../../web/js/state/alerts.js").Alert}
 */
const alert = (rest) => ({ id: 1, symbol: "AAPL", field: "last", above: true, value: 100, armed: true, ...rest });
/** @param {number} seq @param {object} [rest] @returns {any} */
const quote = (seq, rest) => ({
  symbol: "AAPL",
  first_seq: seq,
  seq,
  ts_event: 5,
  last: 100,
  change: 0,
  volume: 10,
  ...rest,
});

test("an alert fires at its value, and for its symbol alone", () => {
  const count = (/** @type {object} */ rule, /** @type {object} */ now) =>
    checkAlerts([alert(rule)], [quote(1, now)]).length;
  assert.deepEqual(
    [{ last: 99.99 }, { last: 100 }, { last: 101 }, { last: null }, { symbol: "IBM", last: 200 }].map((now) =>
      count({}, now),
    ),
    [0, 1, 1, 0, 0],
  );
  assert.deepEqual(
    [{ last: 100.01 }, { last: 100 }].map((now) => count({ above: false }, now)),
    [0, 1],
  );
  assert.equal(count({ field: "percent", value: 5 }, { last: 105, change: 5 }), 1);
  assert.equal(count({ field: "percent", value: 5 }, { last: 105, change: null }), 0);
  assert.equal(count({ field: "volume", value: 11 }, {}), 0);
  assert.equal(count({ armed: false }, {}), 0);
});

test("an alert fires once, is kept as fired, and can be set again", () => {
  const settings = { ...DEFAULT_SETTINGS, alerts: [alert(), alert({ id: 2, value: 500 })] };
  let state = reduce(initialState({ settings }), {
    type: "message",
    message: /** @type {any} */ ({ type: "feed", epoch: 1 }),
    nowMs: 0,
  }).state;
  const receive = (/** @type {any} */ one) =>
    (state = reduce(state, {
      type: "message",
      message: { type: "update", epoch: 1, ts_sent: 0, quotes: [one] },
      nowMs: 0,
    }).state);
  receive(quote(1));
  receive(quote(2));
  assert.deepEqual(
    state.firedAlerts.map(({ alert: { id }, value, ts }) => [id, value, ts]),
    [[1, 100, 5]],
  );
  assert.deepEqual(
    state.settings.alerts.map(({ armed }) => armed),
    [false, true],
  );
  state = reduce(state, { type: "set", settings: { alerts: [alert()] } }).state;
  for (let seq = 3; seq < FIRED_KEPT + 10; seq += 1) {
    receive(quote(seq));
    state = reduce(state, { type: "set", settings: { alerts: [alert()] } }).state;
  }
  assert.equal(state.firedAlerts.length, FIRED_KEPT);
  assert.equal(disarm([alert()], [])[0].armed, true);
});

test("an armed alert subscribes to its symbol wherever its row is", () => {
  const settings = { ...DEFAULT_SETTINGS, ticker: false, dockOpen: false, alerts: [alert()] };
  const state = { ...initialState({ settings }), instruments: new Map([["AAPL", /** @type {any} */ ({})]]) };
  assert.deepEqual([...subscriptionsOf(state, { trades: false, depth: false }).quotes], [["AAPL", 5]]);
  assert.equal(
    subscriptionsOf(
      { ...state, settings: { ...settings, alerts: [alert({ armed: false })] } },
      { trades: false, depth: false },
    ).quotes.size,
    0,
  );
});

test("invalid alerts are dropped from the settings", () => {
  assert.equal(isAlert(alert()), true);
  for (const bad of [
    null,
    1,
    {},
    alert({ id: 1.5 }),
    { ...alert(), field: "constructor" },
    { ...alert(), value: "1" },
    alert({ value: NaN }),
    { ...alert(), armed: 1 },
  ])
    assert.equal(isAlert(bad), false);
  assert.equal(alertText(alert({ field: "percent", above: false, value: -2 })), "AAPL change at or below −2 %");
  assert.equal(alertText(alert({ field: "volume", above: true, value: 1e9 })), "AAPL volume at or above 1,000,000,000");
});

function commands() {
  const store = new Store({
    ...initialState({ panes: [{ symbol: "B", interval: "1m", compare: [] }] }),
    instruments: new Map(["A", "B", "C"].map((symbol) => [symbol, /** @type {any} */ ({ symbol })])),
  });
  /** @type {string[]} */
  const ran = [];
  const note = (/** @type {string} */ name) => () => void ran.push(name);
  const list = createCommands({
    store,
    set: (settings) => store.dispatch({ type: "set", settings }),
    choose: (wanted) => store.dispatch({ type: "choose", ...wanted }),
    draw: (kind) => void ran.push(`draw ${kind}`),
    transport: (button) => void ran.push(`transport ${button}`),
    run: {
      pause: note("pause"),
      palette: note("palette"),
      help: note("help"),
      signIn: note("enter"),
      filter: note("filter"),
      place: note("place"),
      mark: note("mark"),
      trades: note("trades"),
      list: note("list"),
      open: note("open"),
      bookmarks: note("bookmarks"),
      table: note("table"),
      csv: note("csv"),
      png: note("png"),
    },
  });
  return { store, list, ran };
}

const PLAIN = { ctrlKey: false, metaKey: false, altKey: false };

test("each key stands for one command, and none while typing", () => {
  const { list } = commands();
  const keys = list.map(({ keys: one }) => one).filter(Boolean);
  assert.equal(new Set(keys).size, keys.length);
  const of = (/** @type {object} */ event, moment = { typing: false, single: true }) =>
    commandOf(list, { key: "", ...PLAIN, ...event }, moment)?.keys;
  assert.equal(of({ key: "c" }), "C");
  assert.equal(of({ key: "?" }), "?");
  assert.equal(of({ key: "c" }, { typing: true, single: true }), undefined);
  assert.equal(of({ key: "c" }, { typing: false, single: false }), undefined);
  assert.equal(of({ key: "c", ctrlKey: true }), undefined, "copying stays copying");
  assert.equal(of({ key: "k", ctrlKey: true }, { typing: true, single: false }), "Ctrl+K");
  assert.equal(of({ key: "k", metaKey: true }), "Ctrl+K");
  assert.equal(of({ key: "1", altKey: true }), undefined);
});

test("commands change the settings round and round", () => {
  const { store, list, ran } = commands();
  const run = (/** @type {string} */ keys) => list.find((one) => one.keys === keys)?.run();
  const settings = () => store.state.settings;
  assert.equal(store.state.choice.symbol, "B");
  run("J");
  run("J");
  assert.equal(store.state.choice.symbol, "A");
  run("K");
  assert.equal(store.state.choice.symbol, "C");
  run("2");
  assert.equal(store.state.choice.interval, "5s");
  for (const kind of ["bars", "line", "area", "candles"]) {
    run("C");
    assert.equal(settings().kind, kind);
  }
  run("W");
  assert.deepEqual([settings().dockTab, settings().dockOpen], ["wire", true]);
  run("W");
  assert.equal(settings().dockOpen, false);
  run("+");
  assert.equal(settings().rate, 10);
  for (let turn = 0; turn < 20; turn += 1) run("-");
  assert.equal(settings().rate, 0.5);
  list.find(({ title }) => title === "Indicator: RSI")?.run();
  assert.deepEqual(settings().indicators, ["rsi"]);
  list.find(({ title }) => title === "Indicator: RSI")?.run();
  assert.deepEqual(settings().indicators, []);
  list.find(({ title }) => title === "Draw: Trend line")?.run();
  assert.deepEqual(ran.splice(0), ["draw trend"]);
  for (const keys of [".", "?", "/", "R", "Ctrl+K", "Ctrl+G", "B", "G", "E", ">"]) run(keys);
  assert.deepEqual(ran, [
    "pause",
    "help",
    "filter",
    "table",
    "palette",
    "place",
    "mark",
    "transport play",
    "transport event",
    "transport faster",
  ]);
});

test("the announcement is one sentence, and names stale values", () => {
  const live = { ...initialState().link, status: /** @type {const} */ ("live") };
  const state = {
    ...initialState({ panes: [{ symbol: "AAPL", interval: "1m", compare: [] }] }),
    link: live,
    feed: /** @type {any} */ ({}),
    instruments: new Map([["AAPL", /** @type {any} */ ({ symbol: "AAPL", price_decimals: 2 })]]),
    quotes: new Map([["AAPL", quote(1, { last: 110, change: -10 })]]),
  };
  assert.equal(announcement(initialState()), "");
  assert.equal(announcement(state), "AAPL 110.00, down 8.33%");
  assert.equal(announcement({ ...state, quotes: new Map([["AAPL", quote(1)]]) }), "AAPL 100.00, unchanged");
  assert.match(announcement({ ...state, link: { ...live, status: "lost" } }), /, stale$/);
});

test("the value of an alert keeps its digits", () => {
  /** @param {number} value @param {any} [instrument] */
  const text = (value, instrument) => alertText(alert({ value }), instrument);
  assert.match(text(0.000012345678), /above 0\.000012345678$/);
  assert.match(text(123_456_789.123), /above 123,456,789\.123$/);
  assert.match(text(227.31), /above 227\.31$/);
  assert.match(text(227.3, { price_decimals: 2 }), /above 227\.30$/);
  assert.match(text(-37.63), /above \u221237\.63$/);
});

/** @param {number} ts @param {number} high @param {number} low */
const bar = (ts, high, low) => ({ ts, open: low, high, low, close: low, volume: 1, closed: false });

test("extremes are those since the last bar that was seen", () => {
  const before = bar(2, 105, 99);
  assert.deepEqual(extremesSince(before, [bar(1, 200, 1), bar(2, 105, 99)]), { high: null, low: null }, "nothing new");
  assert.deepEqual(extremesSince(before, [bar(2, 106, 99)]), { high: { price: 106, ts: 2 }, low: null });
  assert.deepEqual(extremesSince(before, [bar(2, 105, 98), bar(3, 101, 97)]), {
    high: { price: 101, ts: 3 },
    low: { price: 97, ts: 3 },
  });
});

test("an alert fires on what came between two updates", () => {
  const found = { high: { price: 110, ts: 7 }, low: { price: 90, ts: 8 } };
  /** @param {object} rule @param {any} [now] */
  const fired = (rule, now = quote(1, { last: 100, change: 0 })) =>
    checkExtremes([alert(rule)], "AAPL", found, now).map(({ value, ts }) => [value, ts]);
  assert.deepEqual(fired({ value: 105 }), [[110, 7]]);
  assert.deepEqual(fired({ value: 111 }), []);
  assert.deepEqual(fired({ above: false, value: 95 }), [[90, 8]]);
  assert.deepEqual(fired({ field: "percent", value: 10 }), [[10, 7]]);
  assert.deepEqual(fired({ field: "percent", value: 10 }, quote(1, { change: null })), [], "the base is not known");
  assert.deepEqual(fired({ field: "percent", value: 10 }, quote(1, { ts_event: 86_400_000_000 })), [], "another day");
  assert.deepEqual(fired({ field: "volume", value: 1 }), []);
  assert.deepEqual(fired({ armed: false, value: 105 }), []);
  assert.deepEqual(fired({ symbol: "IBM", value: 105 }), []);
});

test("a price that crosses and returns is told, and not what was before", () => {
  const settings = { ...DEFAULT_SETTINGS, alerts: [alert({ value: 105 })] };
  const begun = reduce(initialState({ settings }), {
    type: "message",
    message: /** @type {any} */ ({ type: "feed", epoch: 1 }),
    nowMs: 0,
  }).state;
  /** @param {import("../../web/js/state/model.js").State} state @param {boolean} snapshot @param {...any} bars */
  const receive = (state, snapshot, ...bars) =>
    reduce(state, {
      type: "message",
      message: { type: "bars", epoch: 1, ts_sent: 0, symbol: "AAPL", interval: "1s", snapshot, missed: 0, bars },
      nowMs: 0,
    }).state;
  const known = receive(begun, true, bar(1_000_000, 110, 99));
  assert.equal(known.firedAlerts.length, 0, "it crossed before the alert was watched");
  const quiet = receive(known, false, bar(1_000_000, 110, 98), bar(2_000_000, 104, 99));
  assert.equal(quiet.firedAlerts.length, 0);
  const rung = receive(quiet, false, bar(3_000_000, 106, 99), bar(4_000_000, 100, 99));
  assert.deepEqual(
    rung.firedAlerts.map(({ value, ts }) => [value, ts]),
    [[106, 3_000_000]],
  );
  assert.equal(rung.settings.alerts[0].armed, false);
  assert.equal(rung.watched.size, 0, "the next alert begins anew");
});

test("an alert on the chart fires from the side of the price", () => {
  const [set] = withPriceAlert([], { symbol: "AAPL", price: 101, alert: null, last: 100 }) ?? [];
  assert.deepEqual(set, alert({ value: 101 }));
  const moved = withPriceAlert([{ ...set, armed: false }], { symbol: "AAPL", price: 99, alert: set, last: 100 });
  assert.deepEqual(moved, [alert({ value: 99, above: false })]);
  const full = Array.from({ length: 100 }, (_, at) => alert({ id: at + 1 }));
  assert.equal(withPriceAlert(full, { symbol: "AAPL", price: 1, alert: null, last: null }), null);
});

test("a price of the pointer is rounded to a tick", () => {
  assert.equal(roundedPrice(100.126, { tick_size: 0.01, price_decimals_max: 2 }), 100.13);
  assert.equal(roundedPrice(0.30000001, { tick_size: 0.1, price_decimals_max: 1 }), 0.3);
  assert.equal(roundedPrice(6485.61, { tick_size: 0.25, price_decimals_max: 2 }), 6485.5);
});
