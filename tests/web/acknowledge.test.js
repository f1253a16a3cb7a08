import assert from "node:assert/strict";
import test from "node:test";
import { createAcknowledger } from "../../web/js/net/acknowledge.js";

/** Handles messages of these types, and returns what was sent. @param {({ type: string, every?: number } | null)[]} messages */
function sentAfter(messages) {
  /** @type {object[]} */
  const sent = [];
  const acknowledger = createAcknowledger((message) => void sent.push(message));
  acknowledger.opening();
  for (const message of messages) {
    acknowledger.handled(message);
    if (message?.type === "hello") acknowledger.opened();
  }
  return sent;
}

const ack = (/** @type {number} */ number) => ({ type: "ack", number });

test("each message is acknowledged by its number on the connection", () => {
  const messages = [{ type: "hello" }, { type: "feed" }, { type: "acknowledge", on: true, every: 1 }, null];
  assert.deepEqual(sentAfter([...messages, { type: "update" }]), [{ type: "acknowledge" }, ack(3), ack(4), ack(5)]);
});

test("fewer messages are acknowledged where the server says so", () => {
  const updates = Array(20).fill({ type: "update" });
  const messages = [{ type: "hello" }, { type: "acknowledge", on: true, every: 8 }, ...updates];
  assert.deepEqual(sentAfter(messages), [{ type: "acknowledge" }, ack(8), ack(16)]);
});

test("probe is acknowledged at once", () => {
  const messages = [{ type: "hello" }, { type: "acknowledge", on: true, every: 8 }, { type: "probe" }];
  assert.deepEqual(sentAfter(messages), [{ type: "acknowledge" }, ack(3)]);
});

test("nothing is acknowledged after acknowledgements have ended", () => {
  const messages = [{ type: "hello" }, { type: "acknowledge", on: true, every: 1 }];
  const ended = [{ type: "acknowledge", on: false }, { type: "update" }];
  assert.deepEqual(sentAfter([...messages, ...ended]), [{ type: "acknowledge" }, ack(2)]);
});
