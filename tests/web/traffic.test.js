/** The figures of the wire: rates, and the delay. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { delayUs, EMPTY_TRAFFIC, count, rates } from "../../web/js/state/traffic.js";

test("rates count whole seconds only", () => {
  let traffic = EMPTY_TRAFFIC;
  for (let at = 0; at < 40; at += 1)
    traffic = count(
      traffic,
      { nowMs: at * 250, bytes: 100 },
      { updates: 3, ticks: 9, sentUs: at * 250_000, feedTicks: null },
    );
  assert.deepEqual(rates(traffic, 9_900), { messages: 4, bytes: 400, updates: 12, ticks: 36, feedTicks: null });
  assert.equal(rates(traffic, 60_000).messages, 0);
});

test("the delay uses the clocks, or else the least offset", () => {
  /** @param {number[]} offsets in milliseconds */
  const delay = (...offsets) =>
    delayUs(
      offsets.reduce(
        (traffic, offset, at) =>
          count(
            traffic,
            { nowMs: at * 1000, bytes: 0 },
            { updates: 0, ticks: 0, sentUs: (at * 1000 - offset) * 1000, feedTicks: null },
          ),
        EMPTY_TRAFFIC,
      ),
    );
  assert.equal(delay(3, 8), 8_000);
  assert.equal(delay(60_003, 60_009), 6_000);
  assert.equal(delay(-500, -480), 20_000);
  assert.equal(delayUs(EMPTY_TRAFFIC), null);
});

/** @param {...[number, number]} counts times and ticks */
const heartbeats = (...counts) =>
  counts.reduce(
    (traffic, [nowMs, feedTicks]) =>
      count(traffic, { nowMs, bytes: 0 }, { updates: 0, ticks: 0, sentUs: null, feedTicks }),
    EMPTY_TRAFFIC,
  );

test("the feed's rate comes from heartbeats, and can restart", () => {
  assert.equal(rates(heartbeats([0, 100]), 5000).feedTicks, null);
  assert.equal(rates(heartbeats([0, 100], [2000, 500]), 5000).feedTicks, 200);
  assert.equal(rates(heartbeats([0, 900], [1000, 100], [2000, 150]), 5000).feedTicks, 50);
});
