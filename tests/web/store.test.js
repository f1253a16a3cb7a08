/** The store and its events. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { createBudget, createFrame, createHold, createPace, createTurns, createWait } from "../../web/js/lib/frame.js";
import { initialState } from "../../web/js/state/model.js";
import { Store } from "../../web/js/state/store.js";

/** @type {any} */
const FEED = {
  type: "feed",
  epoch: 1,
  ts_sent: 0,
  source: "simulation",
  name: "",
  state: "playing",
  speed: 1,
  looping: false,
};

/**
 * @param {number} first_seq
 * @param {number} seq
 * @returns {any}
 */
const update = (first_seq, seq) => ({
  type: "update",
  epoch: 1,
  ts_sent: 0,
  quotes: [{ symbol: "AAPL", first_seq, seq, ts_event: 0, last: 1 }],
});

test("only an action that changes the state sends an event", () => {
  const store = new Store(initialState());
  let changes = 0;
  store.addEventListener("change", () => (changes += 1));
  store.dispatch({ type: "choose", symbol: "AAPL" });
  store.dispatch({ type: "choose", symbol: "AAPL" });
  assert.equal(changes, 1);
  assert.equal(store.state.choice.symbol, "AAPL");
});

test("the event comes after the change", () => {
  const store = new Store(initialState());
  /** @type {unknown} */
  let seen = null;
  store.addEventListener("change", () => (seen = store.state.settings.theme));
  store.dispatch({ type: "set", settings: { theme: "dark" } });
  assert.equal(seen, "dark");
});

test("a gap sends its symbols", () => {
  const store = new Store(initialState());
  /** @type {unknown[]} */
  const lost = [];
  store.addEventListener("lost", (event) => lost.push(/** @type {CustomEvent} */ (event).detail));
  for (const message of [FEED, update(1, 3), update(4, 5), update(9, 9)])
    store.dispatch({ type: "message", message, nowMs: 0 });
  assert.deepEqual(lost, [["AAPL"]]);
});

test("a frame paints once however often it is requested", () => {
  /** @type {(() => void)[]} */
  const requested = [];
  let painted = 0;
  const mark = createFrame(
    () => (painted += 1),
    (callback) => requested.push(callback),
  );
  mark();
  mark();
  assert.equal(requested.length, 1);
  requested.shift()?.();
  assert.equal(painted, 1);
  mark();
  requested.shift()?.();
  assert.equal(painted, 2);
});

test("a pace runs at once, then at the end of each rest", () => {
  let nowMs = 0;
  let ran = 0;
  /** @type {{ atMs: number, run: () => void }[]} */
  const timers = [];
  const pace = createPace(
    () => (ran += 1),
    () => 100,
    { now: () => nowMs, after: (ms, run) => void timers.push({ atMs: nowMs + ms, run }) },
  );
  const to = (/** @type {number} */ ms) => {
    nowMs = ms;
    for (const { run } of timers.splice(0, timers.filter(({ atMs }) => atMs <= nowMs).length)) run();
  };
  pace();
  assert.equal(ran, 1);
  to(30);
  pace();
  pace();
  assert.deepEqual([ran, timers.length], [1, 1]);
  to(100);
  assert.equal(ran, 2);
  to(150);
  pace();
  to(200);
  assert.equal(ran, 3);
  to(1000);
  pace();
  assert.equal(ran, 4);
});

test("a budget rests longer after higher costs, within limits", () => {
  const { spend, restMs } = createBudget({ share: 0.1, leastMs: 100, mostMs: 250 });
  assert.equal(restMs(), 100);
  for (let turn = 0; turn < 60; turn += 1) spend(20);
  assert.ok(Math.abs(restMs() - 200) < 1);
  for (let turn = 0; turn < 60; turn += 1) spend(80);
  assert.equal(restMs(), 250);
  for (let turn = 0; turn < 60; turn += 1) spend(1);
  assert.equal(restMs(), 100);
});

test("turns come once a period, at different times", () => {
  const [one, other] = [createTurns(1000, 0), createTurns(1000, 0.4)];
  const at = (/** @type {number} */ ms) => [one(ms), other(ms)];
  assert.deepEqual([0, 300, 600, 700, 1000, 1600, 5700].map(at), [
    [true, true],
    [false, false],
    [false, true],
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ]);
});

test("old values are held back while newer ones come", () => {
  const check = (
    /** @type {string} */ what,
    /** @type {[nowMs: number, delayMs: number | null, messages: number, held: boolean][]} */ frames,
  ) => {
    const holds = createHold({ lateMs: 1000, mostMs: 500 });
    frames.forEach(([now, delayMs, messages, held], at) =>
      assert.equal(holds({ delayMs, messages }, now), held, `${what}: ${at}`),
    );
  };
  check("the first frame, and a quiet market", [
    [5000, 10, 0, false],
    [5500, 10, 0, false],
    [6400, 10, 0, false],
  ]);
  check("old messages come, then a new one", [
    [0, 10, 1, false],
    [400, 20_000, 2, true],
    [500, 19_000, 3, true],
    [600, 10, 4, false],
    [700, 1000, 5, true],
  ]);
  check("late for good", [
    [0, 10, 1, false],
    [400, 20_000, 2, true],
    [899, 20_000, 3, true],
    [900, 20_000, 4, false],
    [1800, 20_000, 5, false],
  ]);
  check("nothing came yet after a standstill", [
    [0, 10, 1, false],
    [9000, 10, 1, true],
    [9100, 10, 1, true],
    [9200, 5000, 2, true],
    [9300, 10, 3, false],
  ]);
  check("the delay is not known", [
    [0, null, 1, false],
    [900, null, 2, false],
    [9000, null, 2, true],
    [9100, null, 3, true],
    [9600, null, 4, false],
  ]);
  check("nothing comes at all", [
    [0, 10, 1, false],
    [9000, 10, 1, true],
    [9400, 10, 1, true],
    [9600, 10, 1, false],
  ]);
});

test("what is apart is held for a bounded time, once", () => {
  const waits = createWait(50);
  assert.equal(waits(false, 0), false);
  assert.equal(waits(true, 10), true);
  assert.equal(waits(true, 59), true);
  assert.equal(waits(true, 60), false, "it is painted as it is");
  assert.equal(waits(true, 500), false, "and not held again");
  assert.equal(waits(false, 510), false);
  assert.equal(waits(true, 520), true);
});
