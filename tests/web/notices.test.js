/** Headlines and scenarios, and the marks on charts. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  concerns,
  NOTICES_KEPT,
  NO_NOTICES,
  onText,
  scenarioPhase,
  symbolOf,
  takeNotices,
  toneOf,
} from "../../web/js/state/notices.js";
import { chartMarks } from "../../web/js/state/marks.js";
import { initialState } from "../../web/js/state/model.js";
import { reduce } from "../../web/js/state/reduce.js";

/** @param {string} name */
const fixture = (name) => JSON.parse(readFileSync(new URL(`../fixtures/wire/${name}.json`, import.meta.url), "utf8"));
const GROUPS = [
  { on: "sector:energy", name: "Energy", symbols: ["XOM"] },
  { on: "class:stock", name: "Stocks", symbols: ["AAPL", "XOM"] },
];

/** @param {...any} messages */
function received(...messages) {
  const instruments = new Map(
    ["AAPL", "XOM", "EURUSD"].map((symbol) => [
      symbol,
      /** @type {any} */ ({ symbol, class: symbol === "EURUSD" ? "fx" : "stock" }),
    ]),
  );
  const begun = reduce(
    { ...initialState(), instruments },
    {
      type: "catalog",
      catalog: {
        scenarios: [{ name: "crash", title: "Crash", about: "", strength: 1, negative: true, seconds: 60 }],
        max_strength: 10,
        max_seconds: 60,
        groups: GROUPS,
      },
    },
  ).state;
  return [fixture("feed_simulation"), ...messages].reduce(
    (state, message) => reduce(state, { type: "message", message, nowMs: 0 }).state,
    begun,
  );
}

test("headlines are taken once and in order, per epoch", () => {
  const [snapshot, update] = [fixture("news_snapshot"), fixture("news_update")];
  const state = received(snapshot, update, update);
  assert.deepEqual(
    state.news.items.map((/** @type {{ on: string }} */ { on }) => on),
    ["AAPL", "class:stock", "EURUSD"],
  );
  assert.equal(state.news.last, 3);
  assert.equal(received(snapshot, { ...update, epoch: 5 }).news.last, 2);
  assert.equal(received(snapshot, { ...fixture("feed_simulation"), epoch: 1 }).news.last, 0);
});

test("old notices are dropped", () => {
  let known = NO_NOTICES;
  for (let first = 1; first <= 3 * NOTICES_KEPT; first += 1)
    known = takeNotices(known, { snapshot: false, first }, [first]);
  assert.equal(known.items.length, NOTICES_KEPT);
  assert.equal(known.last, 3 * NOTICES_KEPT);
  assert.equal(takeNotices(known, { snapshot: true, first: 1 }, []).last, 0);
});

test("a notice about a group concerns its symbols", () => {
  const state = received();
  const of = (/** @type {string} */ on) =>
    [...state.instruments.keys()].filter((symbol) => concerns(state, on, symbol));
  assert.deepEqual(["all", "AAPL", "class:fx", "sector:energy", "sector:none"].map(of), [
    ["AAPL", "XOM", "EURUSD"],
    ["AAPL"],
    ["EURUSD"],
    ["XOM"],
    [],
  ]);
  assert.deepEqual(
    ["all", "AAPL", "sector:energy", "class:fx"].map((on) => onText(state, on)),
    ["All symbols", "AAPL", "Energy", "fx"],
  );
  assert.deepEqual(
    ["AAPL", "sector:energy", "sector:none"].map((on) => symbolOf(state, on)),
    ["AAPL", "XOM", null],
  );
});

test("a tone has a word, and a scenario has phases", () => {
  assert.deepEqual(
    [0.41, -0.5, 0.01].map((tone) => toneOf({ tone })),
    [
      { way: "up", word: "good" },
      { way: "down", word: "bad" },
      { way: "flat", word: "neutral" },
    ],
  );
  const scenario = fixture("scenarios").scenarios[0];
  assert.deepEqual(
    [null, scenario.start - 1, scenario.start, scenario.end].map((us) => scenarioPhase(scenario, us)),
    ["next", "next", "running", "over"],
  );
});

test("chart marks are those of its symbol, from left to right", () => {
  const state = received(fixture("news_snapshot"), fixture("news_update"), fixture("scenarios"));
  const marks = chartMarks(state, { symbol: "AAPL", interval: "1m" }, []);
  assert.deepEqual(
    marks.map(({ text, colour, row }) => [text, colour, row]),
    [
      ["▲ news", "up", 2],
      ["▼ news", "down", 2],
      ["⚑ Crash", "accent", 1],
    ],
  );
  assert.ok(marks.every(({ ts }) => ts % 60e6 === 0));
  assert.deepEqual(
    chartMarks(state, { symbol: "EURUSD", interval: "1m" }, []).map(({ text }) => text),
    ["▼ news"],
  );
  assert.deepEqual(chartMarks(state, { symbol: null, interval: "1m" }, []), []);
  const gap = [0, 60e6, 120e6, 20 * 60e6].map((ts) => ({ ts }));
  assert.deepEqual(
    chartMarks(initialState(), { symbol: "A", interval: "1m" }, gap).map(({ text, before }) => [text, before]),
    [["17m gap", true]],
  );
});
