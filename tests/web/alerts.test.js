/** Alerts, commands, and the announcement of prices. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { commandOf, createCommands } from "../../web/js/app/commands.js";
import { alertText, disarm, isAlert, checkAlerts, FIRED_KEPT } from "../../web/js/state/alerts.js";
import { subscriptionsOf } from "../../web/js/state/subscriptions.js";
import { initialState } from "../../web/js/state/model.js";
import { reduce } from "../../web/js/state/reduce.js";
import { DEFAULT_SETTINGS } from "../../web/js/state/settings.js";
import { Store } from "../../web/js/state/store.js";
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
    transport: (button) => void ran.push(`transport ${button}`),
    run: {
      pause: note("pause"),
      palette: note("palette"),
      help: note("help"),
      signIn: note("enter"),
      filter: note("filter"),
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
  for (const keys of [".", "?", "/", "B", "Ctrl+K", "G", "E", ">"]) run(keys);
  assert.deepEqual(ran, [
    "pause",
    "help",
    "filter",
    "table",
    "palette",
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
