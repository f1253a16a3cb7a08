/** The figures of the wire: rates, and the delay. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { EMPTY_TRAFFIC, count, rates, inFormat, withNewFormat } from "../../web/js/state/traffic.js";

test("rates count whole seconds only", () => {
  let traffic = EMPTY_TRAFFIC;
  for (let at = 0; at < 40; at += 1)
    traffic = count(
      traffic,
      { nowMs: at * 250, bytes: 100, messages: 1, offsetUs: 0 },
      { updates: 3, ticks: 9, sentUs: at * 250_000, feedTicks: null },
    );
  assert.deepEqual(rates(traffic, 9_900), { messages: 4, bytes: 400, updates: 12, ticks: 36, feedTicks: null });
  assert.equal(rates(traffic, 60_000).messages, 0);
});

test("the delay counts from the server's clock, where that is known", () => {
  const delay = (/** @type {number | null} */ offsetUs, /** @type {number | null} */ sentUs) =>
    count(
      { ...EMPTY_TRAFFIC, delayUs: 9 },
      { nowMs: 61_504, bytes: 0, messages: 1, offsetUs },
      { updates: 0, ticks: 0, sentUs, feedTicks: null },
    ).delayUs;
  assert.equal(delay(-1_500_000, 60_000_000), 4000);
  assert.equal(delay(-1_500_000, 60_010_000), 0);
  assert.equal(delay(null, 60_000_000), null);
  assert.equal(delay(null, null), 9, "a message without a time says nothing about it");
});

/** @param {...[number, number]} counts times and ticks */
const heartbeats = (...counts) =>
  counts.reduce(
    (traffic, [nowMs, feedTicks]) =>
      count(traffic, { nowMs, bytes: 0, messages: 1, offsetUs: 0 }, { updates: 0, ticks: 0, sentUs: null, feedTicks }),
    EMPTY_TRAFFIC,
  );

test("the feed's rate comes from heartbeats, and can restart", () => {
  assert.equal(rates(heartbeats([0, 100]), 5000).feedTicks, null);
  assert.equal(rates(heartbeats([0, 100], [2000, 500]), 5000).feedTicks, 200);
  assert.equal(rates(heartbeats([0, 900], [1000, 100], [2000, 150]), 5000).feedTicks, 50);
});

test("what a format costs is counted anew when it begins", () => {
  const arrival = { nowMs: 0, bytes: 200, messages: 1, offsetUs: null };
  const message = { updates: 1, ticks: 2, sentUs: null, feedTicks: null };
  const json = count(count(EMPTY_TRAFFIC, arrival, message), arrival, message);
  assert.deepEqual(inFormat(json), { updates: 2, ticks: 4, bytes: 400 });
  const binary = count(withNewFormat(json), { ...arrival, bytes: 12 }, message);
  assert.deepEqual(inFormat(binary), { updates: 1, ticks: 2, bytes: 12 });
  assert.equal(binary.bytes, 412, "the totals go on");
});
