/** The list of trades: each once, in order, with gaps, and bounded. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { NO_TRADES } from "../../web/js/state/model.js";
import { bigFrom, LINES_KEPT, takeTrades } from "../../web/js/state/trades.js";

/** @param {string} name */
const fixture = (name) => JSON.parse(readFileSync(new URL(`../fixtures/wire/${name}.json`, import.meta.url), "utf8"));

/**
 * @param {number} first
 * @param {number} count
 * @param {object} [rest]
 */
const news = (first, count, rest = {}) => ({
  snapshot: false,
  skipped: 0,
  first,
  trades: Array.from({ length: count }, (_, at) => ({ ts: first + at, price: 1, size: 1, side: null })),
  ...rest,
});

/** @param {...ReturnType<typeof news>} messages */
const taken = (...messages) => messages.reduce(takeTrades, NO_TRADES);
/** @param {import("../../web/js/state/model.js").TradeList} list */
const shown = ({ lines }) => lines.map(({ number, skipped }) => (skipped > 0 ? `-${skipped}` : number));
const begun = news(1, 2, { snapshot: true });

test("trades are numbered, and skipped ones are a line", () => {
  const list = takeTrades(takeTrades(NO_TRADES, fixture("trades_snapshot")), fixture("trades_update"));
  assert.deepEqual(shown(list), [101, 102, "-3", 106]);
  assert.deepEqual([list.last, list.loading, list.lines[3].trade?.side], [106, false, "buy"]);
});

test("a repeated trade is taken once", () => {
  assert.deepEqual(shown(taken(begun, news(3, 2), news(3, 2), news(2, 4))), [1, 2, 3, 4, 5]);
  const list = taken(begun, news(3, 2));
  assert.equal(takeTrades(list, news(1, 4)), list);
});

test("numbers that do not meet are a line", () => {
  assert.deepEqual(shown(taken(begun, news(6, 1))), [1, 2, "-3", 6]);
});

test("skipped trades without a later trade are a line", () => {
  assert.deepEqual(shown(taken(begun, news(6, 0, { skipped: 3 }), news(6, 1))), [1, 2, "-3", 6]);
});

test("an empty snapshot starts the list", () => {
  assert.deepEqual(taken(news(1, 0, { snapshot: true })), { revision: 1, loading: false, last: 0, lines: [] });
  assert.equal(taken(news(1, 3)), NO_TRADES);
});

test("a snapshot restarts the list, an update does not", () => {
  const list = taken(begun, news(3, 1));
  assert.equal(list.revision, 1);
  assert.deepEqual(shown(takeTrades(list, news(90, 2, { snapshot: true }))), [90, 91]);
  assert.equal(takeTrades(list, begun).revision, 2);
});

test("the oldest lines are dropped when there are too many", () => {
  const list = taken(begun, news(3, 500));
  assert.equal(list.lines.length, LINES_KEPT);
  assert.equal(list.lines.at(-1)?.number, 502);
});

test("a trade is big from five times the median", () => {
  const lines = [1, 2, 3, 4, 50].map((size, at) => /** @type {any} */ ({ number: at, trade: { size }, skipped: 0 }));
  assert.equal(bigFrom(lines), 15);
  assert.equal(bigFrom([]), Infinity);
});
