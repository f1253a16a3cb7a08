/** The tape: each trade once, in order, what is lacking said, and never too long. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { NO_TAPE } from "../../web/js/state/model.js";
import { LINES_KEPT, takeTrades } from "../../web/js/state/tape.js";

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
const taken = (...messages) => messages.reduce(takeTrades, NO_TAPE);
/** @param {import("../../web/js/state/model.js").Tape} tape */
const shown = ({ lines }) => lines.map(({ number, skipped }) => (skipped > 0 ? `-${skipped}` : number));
const begun = news(1, 2, { snapshot: true });

test("trades are numbered from the snapshot on, and what the server skipped is a line", () => {
  const tape = takeTrades(takeTrades(NO_TAPE, fixture("trades_snapshot")), fixture("trades_update"));
  assert.deepEqual(shown(tape), [101, 102, "-3", 106]);
  assert.deepEqual([tape.last, tape.loading, tape.lines[3].trade?.side], [106, false, "buy"]);
});

test("a trade that comes twice is taken once", () => {
  assert.deepEqual(shown(taken(begun, news(3, 2), news(3, 2), news(2, 4))), [1, 2, 3, 4, 5]);
  const tape = taken(begun, news(3, 2));
  assert.equal(takeTrades(tape, news(1, 4)), tape);
});

test("numbers that do not meet are a line too, even where the server says nothing", () => {
  assert.deepEqual(shown(taken(begun, news(6, 1))), [1, 2, "-3", 6]);
});

test("skipped trades without a trade after them are a line", () => {
  assert.deepEqual(shown(taken(begun, news(6, 0, { skipped: 3 }), news(6, 1))), [1, 2, "-3", 6]);
});

test("an empty tape is one that has begun, and trades before the snapshot are dropped", () => {
  assert.deepEqual(taken(news(1, 0, { snapshot: true })), { revision: 1, loading: false, last: 0, lines: [] });
  assert.equal(taken(news(1, 3)), NO_TAPE);
});

test("a snapshot begins the lines anew, an update does not", () => {
  const tape = taken(begun, news(3, 1));
  assert.equal(tape.revision, 1);
  assert.deepEqual(shown(takeTrades(tape, news(90, 2, { snapshot: true }))), [90, 91]);
  assert.equal(takeTrades(tape, begun).revision, 2);
});

test("the oldest lines go when there are too many", () => {
  const tape = taken(begun, news(3, 500));
  assert.equal(tape.lines.length, LINES_KEPT);
  assert.equal(tape.lines.at(-1)?.number, 502);
});
