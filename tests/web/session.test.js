/** The session: what the page asks for, and when. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { createSession } from "../../web/js/net/session.js";
import { byteLength } from "../../web/js/net/wire.js";

/** @typedef {import("../../web/js/net/wire.js").Since} Since */

const AAPL = /** @type {const} */ ({ symbol: "AAPL", interval: "1m", tape: true });

/**
 * @param {{ quotes?: Since, bars?: Since, trades?: Since }} [known]
 * @returns {{ sent: any[], session: ReturnType<typeof createSession> }}
 */
function open(known = {}) {
  /** @type {any[]} */
  const sent = [];
  const session = createSession((message) => sent.push(message), {
    quotes: () => known.quotes ?? null,
    bars: () => known.bars ?? null,
    trades: () => known.trades ?? null,
  });
  session.opened();
  return { sent, session };
}

/** @param {any[]} sent */
const said = (sent) => sent.map(({ type, channel, rate, symbols }) => [type, channel, rate ?? symbols.join()].join(" "));

test("a session asks for all quotes when it opens, and for the bars and the tape of one choice at a time", () => {
  const { sent, session } = open();
  session.choose(AAPL);
  session.choose(AAPL);
  session.choose({ ...AAPL, symbol: "IBM" });
  assert.deepEqual(sent, [
    { type: "subscribe", channel: "quotes", symbols: ["*"], rate: 5 },
    { type: "subscribe", channel: "bars", symbols: ["AAPL"], interval: "1m", history: 500, rate: 5 },
    { type: "subscribe", channel: "trades", symbols: ["AAPL"], history: 50, rate: 5 },
    { type: "unsubscribe", channel: "bars", symbols: ["AAPL"], interval: "1m" },
    { type: "subscribe", channel: "bars", symbols: ["IBM"], interval: "1m", history: 500, rate: 5 },
    { type: "unsubscribe", channel: "trades", symbols: ["AAPL"] },
    { type: "subscribe", channel: "trades", symbols: ["IBM"], history: 50, rate: 5 },
  ]);
});

test("another interval leaves the tape alone, and a tape that is not wanted is not asked for", () => {
  const { sent, session } = open();
  session.choose(AAPL);
  session.choose({ ...AAPL, interval: "5m" });
  session.choose({ ...AAPL, interval: "5m", tape: false });
  session.choose({ ...AAPL, symbol: "EURUSD", tape: false });
  assert.deepEqual(said(sent.filter(({ channel }) => channel === "trades")), ["subscribe trades 5", "unsubscribe trades AAPL"]);
});

test("a new connection asks for the same again, and a closed one asks for nothing", () => {
  const { sent, session } = open();
  session.choose(AAPL);
  session.closed();
  session.choose(AAPL);
  session.resync(["AAPL"]);
  session.setVisible(false);
  session.setVisible(true);
  assert.equal(sent.length, 3);
  session.opened();
  session.choose(AAPL);
  assert.deepEqual(sent.slice(3), sent.slice(0, 3));
});

test("a new connection goes on from what the page has", () => {
  const since = (/** @type {number} */ value) => ({ epoch: 7, at: { AAPL: value } });
  const { sent, session } = open({ quotes: since(1), bars: since(2), trades: since(3) });
  session.choose(AAPL);
  assert.deepEqual(sent.map((message) => message.since), [since(1), since(2), since(3)]);
});

test("what the page has is left out where it would make the message longer than the server reads", () => {
  const at = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`Ü${n}`, 1_000_000 + n]));
  const { sent, session } = open({ quotes: { epoch: 7, at } });
  const whole = byteLength(sent[0]);
  assert.ok(whole > JSON.stringify(sent[0]).length, "bytes are counted, not letters");
  session.opened({ message_bytes: whole + 1 });
  session.opened({ message_bytes: whole });
  assert.deepEqual(sent.map(({ since }) => since !== undefined), [true, true, false]);
});

test("a resync of more symbols than fit goes in parts", () => {
  const { sent, session } = open();
  session.opened({ message_bytes: 60 });
  sent.length = 0;
  const symbols = ["AAPL", "IBM", "MSFT", "EURUSD", "BTCUSD"];
  session.resync(symbols);
  assert.ok(sent.length > 1);
  assert.deepEqual(sent.flatMap((message) => message.symbols), symbols);
  for (const message of sent) assert.ok(byteLength(message) < 60);
});

test("a hidden page takes nothing, also when it reconnects meanwhile, and all of it when it is seen again", () => {
  const { sent, session } = open();
  session.choose(AAPL);
  session.setVisible(false);
  session.setVisible(false);
  session.closed();
  session.opened();
  session.choose(AAPL);
  session.setVisible(true);
  const channels = ["quotes", "bars", "trades"];
  assert.deepEqual(said(sent), ["subscribe % 5", "rate % 0", "subscribe % 0", "rate % 5"].flatMap((text) => channels.map((channel) => text.replace("%", channel))));
  const [, , , , bars] = sent;
  assert.deepEqual(bars, { type: "rate", channel: "bars", symbols: ["AAPL"], interval: "1m", rate: 0 });
});
