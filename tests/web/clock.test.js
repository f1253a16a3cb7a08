/** The offset of the server's clock, from round trips, with clocks of the test. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { createClock, FAST_MS, SLOW_MS } from "../../web/js/net/clock.js";
import { addRoundTrip, estimate, KEPT, NEEDED, NO_SAMPLES } from "../../web/js/state/clock.js";
import { initialState } from "../../web/js/state/model.js";
import { reduce } from "../../web/js/state/reduce.js";

/** A machine whose clock is ahead of the server's by `aheadMs`, where the steady clock began at 0. */
const machine = (/** @type {number} */ aheadMs) => ({
  /** @param {number} serverMs */
  at: (serverMs) => ({ nowMs: Math.floor(serverMs + aheadMs), steadyMs: serverMs - 1000 }),
});

/**
 * A round trip that leaves at a time of the server, in milliseconds.
 *
 * @param {ReturnType<typeof machine>} client
 * @param {number} leaves
 * @param {number} there the way to the server
 * @param {number} back
 */
const trip = (client, leaves, there, back) => ({
  asked: client.at(leaves),
  answered: client.at(leaves + there + back),
  serverUs: (leaves + there) * 1000,
});

/** @param {Parameters<typeof trip>[]} trips */
const taken = (...trips) => trips.reduce((samples, one) => addRoundTrip(samples, trip(...one)), NO_SAMPLES);

for (const aheadMs of [0, 1502, -90_000, 3_600_000]) {
  test(`offset is found where the clock is ${aheadMs} ms ahead`, () => {
    const client = machine(aheadMs);
    // The way there is often slower than the way back; the second trip is the shortest.
    const samples = taken([client, 5000, 80, 10], [client, 6000, 3, 2], [client, 7000, 40, 5]);
    const found = estimate(samples, client.at(7100));
    assert.ok(found && Math.abs(found.offsetUs + aheadMs * 1000) <= 1500, JSON.stringify(found));
    assert.ok(found.errorUs < 5000, JSON.stringify(found));
  });
}

test("offset is not known before some round trips", () => {
  const client = machine(1500);
  const trips = Array.from({ length: NEEDED }, (_, at) => /** @type {const} */ ([client, 5000 + at * 500, 2, 2]));
  trips.forEach((_, at) => {
    const known = estimate(taken(...trips.slice(0, at).map(([...one]) => one)), client.at(9000)) !== null;
    assert.equal(known, false, `${at} trips`);
  });
  assert.notEqual(estimate(taken(...trips.map(([...one]) => one)), client.at(9000)), null);
});

test("error of the offset is never above the true one", () => {
  const client = machine(-700);
  let seed = 7;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  let samples = NO_SAMPLES;
  for (let at = 0; at < 500; at += 1) {
    samples = addRoundTrip(samples, trip(client, 5000 + at * 1000, random() ** 4 * 900, random() ** 4 * 900));
    assert.ok(samples.length <= KEPT);
    const found = estimate(samples, client.at(5000 + at * 1000 + 900));
    if (at >= NEEDED) assert.ok(found, `trip ${at} contradicts none`);
    if (found) assert.ok(Math.abs(found.offsetUs - 700_000) <= found.errorUs, JSON.stringify(found));
  }
});

test("drift of the clocks is followed", () => {
  // This machine's clock runs fast by 100 millionths, 0.36 seconds in an hour.
  const at = (/** @type {number} */ serverMs) => ({ nowMs: serverMs * 1.0001, steadyMs: serverMs * 1.0001 });
  let samples = NO_SAMPLES;
  for (let ms = 0; ms <= 3_600_000; ms += SLOW_MS) {
    samples = addRoundTrip(samples, { asked: at(ms), answered: at(ms + 20), serverUs: (ms + 10) * 1000 });
    const found = estimate(samples, at(ms + 20));
    if (ms < NEEDED * SLOW_MS) continue;
    assert.ok(found && Math.abs(found.offsetUs + ms * 0.1) < 11_000, `${ms}: ${JSON.stringify(found)}`);
  }
});

test("clock that is set makes the offset unknown until new round trips", () => {
  const before = machine(0);
  const after = machine(-60_000);
  const old = taken([before, 5000, 2, 2], [before, 5500, 2, 2], [before, 6000, 2, 2]);
  assert.notEqual(estimate(old, before.at(6500)), null);
  assert.equal(estimate(old, after.at(6500)), null, "at once");
  const across = { asked: before.at(6500), answered: after.at(6504), serverUs: 6_502_000 };
  assert.deepEqual(addRoundTrip(old, across), [], "set on the way");
  const anew = [7000, 7500, 8000].reduce((samples, at) => addRoundTrip(samples, trip(after, at, 2, 2)), old);
  assert.equal(anew.length, 3);
  assert.ok(Math.abs((estimate(anew, after.at(8100))?.offsetUs ?? 0) - 60_000_000) <= 1500);
});

test("server whose clock is set contradicts and begins anew", () => {
  const client = machine(0);
  const old = taken([client, 5000, 2, 2], [client, 5500, 2, 2], [client, 6000, 2, 2]);
  const later = addRoundTrip(old, { ...trip(client, 7000, 2, 2), serverUs: 9_002_000 });
  assert.equal(later.length, 1);
  assert.equal(estimate(later, client.at(7100)), null);
});

test("questions are fast until the offset is known, and never two at once", () => {
  let ms = 0;
  let isKnown = false;
  let sent = 0;
  const clock = createClock({
    send: () => void (sent += 1),
    now: () => ({ nowMs: ms, steadyMs: ms }),
    isKnown: () => isKnown,
  });
  const message = /** @type {const} */ ({ type: "time", ts_sent: 1 });
  clock.tick();
  assert.equal(sent, 0, "not before the connection is open");
  assert.equal(clock.answered(message, 0), null, "nobody asked");
  clock.opened();
  ms = 60_000;
  clock.tick();
  assert.equal(sent, 1, "the first has no answer yet");
  const trip = clock.answered(message, 5);
  assert.deepEqual(trip?.asked, { nowMs: 0, steadyMs: 0 });
  assert.deepEqual(trip?.answered, { nowMs: 59_995, steadyMs: 59_995 }, "what it waited for the page does not count");
  clock.tick();
  assert.equal(sent, 2);
  clock.answered(message, 0);
  ms += FAST_MS - 1;
  clock.tick();
  assert.equal(sent, 2);
  isKnown = true;
  ms += FAST_MS;
  clock.tick();
  assert.equal(sent, 2, "known, so there is time");
  ms += SLOW_MS;
  clock.tick();
  assert.equal(sent, 3);
  clock.closed();
  ms += SLOW_MS;
  clock.tick();
  assert.equal(clock.answered(message, 0), null, "of the closed connection");
  assert.equal(sent, 3);
});

test("page knows a delay once it knows the offset, and not after it reconnects", () => {
  const client = machine(1502);
  let state = initialState();
  const receive = (/** @type {any} */ message, /** @type {number} */ serverMs, /** @type {any} */ trip = null) =>
    ({ state } = reduce(state, { type: "message", message, trip, ...client.at(serverMs) }));
  const stopping = (/** @type {number} */ sentMs) => ({ type: "stopping", ts_sent: sentMs * 1000 });
  receive(stopping(5000), 5004);
  assert.equal(state.traffic.delayUs, null, "a clock that is ahead is no delay");
  for (const leaves of [5100, 5200, 5300])
    receive({ type: "time", ts_sent: (leaves + 2) * 1000 }, leaves + 4, trip(client, leaves, 2, 2));
  receive(stopping(6000), 6007);
  assert.ok(Math.abs((state.traffic.delayUs ?? NaN) - 7000) <= 1500, `${state.traffic.delayUs}`);
  receive(stopping(6010), 6009);
  assert.equal(state.traffic.delayUs, 0, "never negative");
  receive({ type: "hello", protocol: "", server: "", ts_sent: 7_000_000 }, 7001);
  assert.equal(state.traffic.delayUs, null);
});
