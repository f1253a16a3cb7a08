/** The socket: reconnecting, and dropping a silent connection. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  backoffMs,
  BASE_MS,
  CAP_MS,
  createSocket,
  LOST_AFTER,
  stopDelayMs,
  SILENT_SECONDS,
} from "../../web/js/net/socket.js";

class FakeSocket {
  /** @type {((event: any) => void) | null} */ onmessage = null;
  /** @type {((event?: any) => void) | null} */ onclose = null;
  /** @type {((event?: any) => void) | null} */ onerror = null;
  /** @type {string[]} */ sent = [];
  closed = false;
  send(/** @type {string} */ text) {
    this.sent.push(text);
  }
  close() {
    this.closed = true;
  }
}

/** A clock that only the test moves. */
class FakeClock {
  time = 0;
  /** @type {Set<{ at: number, run: () => void }>} */ timers = new Set();
  now = () => this.time;
  after = (/** @type {number} */ ms, /** @type {() => void} */ run) => {
    const timer = { at: this.time + ms, run };
    this.timers.add(timer);
    return timer;
  };
  cancel = (/** @type {any} */ timer) => void this.timers.delete(timer);
  /** @param {number} ms */
  pass(ms) {
    const end = this.time + ms;
    for (;;) {
      const due = [...this.timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.timers.delete(due);
      this.time = due.at;
      due.run();
    }
    this.time = end;
  }
}

function begin() {
  /** @type {FakeSocket[]} */
  const sockets = [];
  /** @type {import("../../web/js/net/socket.js").Link[]} */
  const links = [];
  /** @type {unknown[]} */
  const frames = [];
  const clock = new FakeClock();
  const socket = createSocket({
    open: () => {
      const made = new FakeSocket();
      sockets.push(made);
      return made;
    },
    onLink: (link) => links.push(link),
    onFrame: (frame) => frames.push(frame),
    clock,
    random: () => 1,
  });
  socket.connect();
  return { socket, sockets, links, frames, clock, newest: () => sockets[sockets.length - 1] };
}

test("the delay grows with each failure up to the cap", () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 1000].map((attempt) => backoffMs(attempt, 1));
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, CAP_MS, CAP_MS, CAP_MS]);
});

test("randomness takes away at most half of the delay", () => {
  for (const attempt of [1, 3, 9]) {
    const full = backoffMs(attempt, 1);
    for (const chance of [0, 0.3, 0.999]) {
      const wait = backoffMs(attempt, chance);
      assert.ok(wait >= full / 2 && wait <= full, `${wait} of ${full}`);
    }
  }
});

test("the link is live at the first message, not before", () => {
  const { links, newest, frames } = begin();
  assert.deepEqual(
    links.map(({ status }) => status),
    ["connecting"],
  );
  newest().onmessage?.({ data: "hello" });
  newest().onmessage?.({ data: "more" });
  assert.deepEqual(
    links.map(({ status }) => status),
    ["connecting", "live"],
  );
  assert.deepEqual(frames, ["hello", "more"]);
});

test("a lost connection announces its retry and makes it", () => {
  const { links, newest, sockets, clock } = begin();
  newest().onmessage?.({ data: "x" });
  newest().onclose?.({ code: 1006 });
  assert.deepEqual(links.at(-1), { status: "waiting", attempt: 1, retryAt: BASE_MS });
  clock.pass(BASE_MS - 1);
  assert.equal(sockets.length, 1);
  clock.pass(1);
  assert.equal(sockets.length, 2);
});

test("the link is lost after several attempts, and retries go on", () => {
  const { links, newest, sockets, clock } = begin();
  for (let attempt = 0; attempt < LOST_AFTER; attempt += 1) {
    newest().onclose?.({ code: 1006 });
    clock.pass(CAP_MS);
  }
  assert.ok(links.some(({ status }) => status === "lost"));
  assert.ok(sockets.length > LOST_AFTER);
});

test("a message resets the delay", () => {
  const { links, newest, clock } = begin();
  for (let attempt = 0; attempt < 3; attempt += 1) {
    newest().onclose?.({ code: 1006 });
    clock.pass((links.at(-1)?.retryAt ?? 0) - clock.time);
  }
  newest().onmessage?.({ data: "hello" });
  newest().onclose?.({ code: 1006 });
  assert.equal((links.at(-1)?.retryAt ?? 0) - clock.time, BASE_MS);
});

test("a silent connection is dropped, one with heartbeats is kept", () => {
  const { links, newest, sockets, clock } = begin();
  for (let second = 0; second < 20; second += 1) {
    newest().onmessage?.({ data: "heartbeat" });
    clock.pass(1000);
  }
  assert.equal(sockets.length, 1);
  clock.pass(SILENT_SECONDS * 1000);
  assert.ok(sockets[0].closed);
  assert.ok(links.some(({ status }) => status === "waiting"));
});

test("a dropped socket is no longer received from", () => {
  const { sockets, frames, clock } = begin();
  clock.pass(SILENT_SECONDS * 1000);
  sockets[0].onmessage?.({ data: "late" });
  assert.deepEqual(frames, []);
});

test("a retry on demand comes at once, and only once", () => {
  const { socket, sockets, newest, clock } = begin();
  newest().onclose?.({ code: 1001 });
  socket.retryNow();
  socket.retryNow();
  assert.equal(sockets.length, 2);
  clock.pass(BASE_MS);
  assert.equal(sockets.length, 2);
});

test("a planned stop delays as requested, and some more at random", () => {
  assert.deepEqual(
    [stopDelayMs(1000, 0), stopDelayMs(1000, 1), stopDelayMs(4000, 1), stopDelayMs(0, 1), stopDelayMs(-5, 0)],
    [1000, 1500, 6000, 500, 0],
  );
  assert.ok(stopDelayMs(1e12, 1) < 100_000);
  const { socket, links, newest, sockets, clock } = begin();
  newest().onmessage?.({ data: "hello" });
  socket.expectStop(3000);
  assert.equal(links.at(-1)?.status, "stopping");
  newest().onclose?.({ code: 1001 });
  assert.deepEqual(links.at(-1), { status: "stopping", attempt: 1, retryAt: 4500 });
  clock.pass(4499);
  assert.equal(sockets.length, 1);
  clock.pass(1);
  assert.equal(sockets.length, 2);
});

test("a planned stop counts for one connection", () => {
  const { socket, links, newest, clock } = begin();
  socket.expectStop(3000);
  clock.pass(SILENT_SECONDS * 1000);
  assert.equal(links.at(-1)?.status, "stopping");
  clock.pass(4500);
  newest().onclose?.({ code: 1006 });
  assert.equal(links.at(-1)?.status, "waiting");
  socket.expectStop(3000);
  assert.equal(links.at(-1)?.status, "waiting");
});
