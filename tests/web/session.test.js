/** The session: what the page asks for, and when. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { createSession } from "../../web/js/net/session.js";

/** @returns {{ sent: any[], session: ReturnType<typeof createSession> }} */
function open() {
  /** @type {any[]} */
  const sent = [];
  const session = createSession((message) => sent.push(message));
  session.opened();
  return { sent, session };
}

test("a session asks for all quotes when it opens and for the bars of one choice at a time", () => {
  const { sent, session } = open();
  session.choose({ symbol: "AAPL", interval: "1m" });
  session.choose({ symbol: "AAPL", interval: "1m" });
  session.choose({ symbol: "IBM", interval: "1m" });
  assert.deepEqual(sent, [
    { type: "subscribe", channel: "quotes", symbols: ["*"], rate: 5 },
    { type: "subscribe", channel: "bars", symbols: ["AAPL"], interval: "1m", history: 500, rate: 5 },
    { type: "unsubscribe", channel: "bars", symbols: ["AAPL"], interval: "1m" },
    { type: "subscribe", channel: "bars", symbols: ["IBM"], interval: "1m", history: 500, rate: 5 },
  ]);
});

test("a new connection asks for the same bars again, and a closed one asks for nothing", () => {
  const { sent, session } = open();
  session.choose({ symbol: "AAPL", interval: "1m" });
  session.closed();
  session.choose({ symbol: "AAPL", interval: "1m" });
  session.resync(["AAPL"]);
  assert.equal(sent.length, 2);
  session.opened();
  session.choose({ symbol: "AAPL", interval: "1m" });
  assert.deepEqual(sent.slice(2).map(({ type, channel }) => `${type} ${channel}`), ["subscribe quotes", "subscribe bars"]);
});

test("a hidden page takes no quotes, also when it reconnects meanwhile", () => {
  const { sent, session } = open();
  session.setVisible(false);
  session.setVisible(false);
  session.closed();
  session.opened();
  session.setVisible(true);
  assert.deepEqual(sent.map(({ type, rate }) => `${type} ${rate}`), ["subscribe 5", "rate 0", "subscribe 0", "rate 5"]);
});
