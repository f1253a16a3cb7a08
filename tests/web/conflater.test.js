import assert from "node:assert/strict";
import test from "node:test";
import { createConflater } from "../../web/js/net/conflater.js";

const EPOCH = 7;
/** @param {string} symbol @param {number} first_seq @param {number} seq */
const quote = (symbol, first_seq, seq) => /** @type {any} */ ({ symbol, first_seq, seq, last: seq });
/** @param {any[]} quotes */
const update = (...quotes) => /** @type {any} */ ({ type: "update", epoch: EPOCH, ts_sent: quotes[0].seq, quotes });
/** @param {string} type */
const other = (type) => /** @type {any} */ ({ type, epoch: EPOCH });

/** What is taken after these messages of ten bytes each. @param {any[]} messages */
function taken(...messages) {
  const conflater = createConflater();
  for (const message of messages) conflater.add(message, 10);
  const entries = conflater.take();
  assert.equal(conflater.isEmpty(), true);
  return entries;
}

test("updates become one with the newest state and all their ticks", () => {
  const entries = taken(update(quote("A", 1, 3), quote("B", 1, 1)), update(quote("A", 4, 4)), update(quote("A", 5, 9)));
  assert.deepEqual(entries, [
    {
      message: { ...update(quote("A", 5, 9)), quotes: [{ ...quote("A", 1, 9) }, quote("B", 1, 1)] },
      bytes: 30,
      messages: 3,
      updates: 4,
    },
  ]);
});

test("gap between updates stays a gap", () => {
  const [{ message }] = taken(update(quote("A", 1, 3)), update(quote("A", 6, 8)));
  assert.deepEqual(/** @type {any} */ (message).quotes, [quote("A", 6, 8)]);
});

test("older update changes nothing", () => {
  const [{ message, updates }] = taken(update(quote("A", 1, 3)), update(quote("A", 2, 2)));
  assert.deepEqual([/** @type {any} */ (message).quotes, updates], [[quote("A", 1, 3)], 1]);
});

test("updates pass bars and trades, and nothing that changes what they mean", () => {
  const types = (/** @type {any[]} */ ...messages) => taken(...messages).map(({ message }) => message.type);
  const one = update(quote("A", 1, 1));
  const two = update(quote("A", 2, 2));
  assert.deepEqual(types(one, other("bars"), other("trades"), other("depth"), other("heartbeat"), two), [
    "bars",
    "trades",
    "depth",
    "heartbeat",
    "update",
  ]);
  for (const type of ["snapshot", "feed", "granted", "format", "throttled", "stopping", "error"]) {
    assert.deepEqual(types(one, other(type), two), ["update", type, "update"]);
  }
  assert.deepEqual(types(one, { ...two, epoch: EPOCH + 1 }), ["update", "update"]);
});
