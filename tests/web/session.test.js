/** The session: its subscriptions and their messages. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { createSession } from "../../web/js/net/session.js";
import { byteLength } from "../../web/js/net/wire.js";

/** @typedef {NonNullable<import("../../web/js/types/protocol.js").Subscribe["since"]>} Since */
/** @typedef {import("../../web/js/types/subscriptions.js").Subscriptions} Subscriptions */

const TOTAL = 4;

/**
 * @param {Record<string, number>} quotes
 * @param {Partial<Subscriptions>} [rest]
 * @returns {Subscriptions}
 */
const wanted = (quotes, rest = {}) => ({
  quotes: new Map(Object.entries(quotes)),
  total: TOTAL,
  bars: new Map([["AAPL 1m", { symbol: "AAPL", interval: "1m" }]]),
  armed: new Set(),
  watched: new Set(),
  trades: "AAPL",
  depth: null,
  news: false,
  rate: 5,
  ...rest,
});
const AAPL = wanted({ AAPL: 5, IBM: 5 });

/**
 * @param {{ quotes?: Since, bars?: Since, trades?: Since, depth?: Since, news?: Since }} [known]
 * @returns {{ sent: any[], session: ReturnType<typeof createSession> }}
 */
function open(known = {}) {
  /** @type {any[]} */
  const sent = [];
  const session = createSession((message) => sent.push(message), {
    quotes: () => known.quotes ?? null,
    bars: () => known.bars ?? null,
    watched: () => null,
    trades: () => known.trades ?? null,
    depth: () => known.depth ?? null,
    news: () => known.news ?? null,
  });
  session.opened();
  return { sent, session };
}

/** @param {any[]} sent */
const textOf = (sent) =>
  sent.map(({ type, channel, symbols, rate }) =>
    [type, channel, symbols.join(), rate].filter((part) => part !== undefined).join(" "),
  );

test("subscriptions are sent once, then only differences", () => {
  const { sent, session } = open();
  session.setSubscriptions(AAPL);
  session.setSubscriptions(wanted({ IBM: 5, AAPL: 5 }));
  session.setSubscriptions(
    wanted({ IBM: 5 }, { bars: new Map([["IBM 5m", { symbol: "IBM", interval: "5m" }]]), trades: "IBM" }),
  );
  assert.deepEqual(sent, [
    { type: "subscribe", channel: "quotes", symbols: ["AAPL", "IBM"], rate: 5 },
    { type: "subscribe", channel: "bars", symbols: ["AAPL"], interval: "1m", history: 500, rate: 5 },
    { type: "subscribe", channel: "trades", symbols: ["AAPL"], history: 50, rate: 5 },
    { type: "rate", channel: "quotes", symbols: ["AAPL"], rate: 0 },
    { type: "unsubscribe", channel: "bars", symbols: ["AAPL"], interval: "1m" },
    { type: "subscribe", channel: "bars", symbols: ["IBM"], interval: "5m", history: 500, rate: 5 },
    { type: "unsubscribe", channel: "trades", symbols: ["AAPL"] },
    { type: "subscribe", channel: "trades", symbols: ["IBM"], history: 50, rate: 5 },
  ]);
});

test("rows that come and go change rates, grouped by rate", () => {
  const { sent, session } = open();
  const bars = new Map();
  session.setSubscriptions(wanted({ A: 5, B: 5, C: 1 }, { bars, trades: null }));
  session.setSubscriptions(wanted({ B: 5, C: 5, D: 5 }, { bars, trades: null }));
  session.setSubscriptions(wanted({ A: 5 }, { bars, trades: null }));
  assert.deepEqual(textOf(sent), [
    "subscribe quotes A,B 5",
    "subscribe quotes C 1",
    "rate quotes C 5",
    "rate quotes A 0",
    "subscribe quotes D 5",
    "rate quotes A 5",
    "rate quotes B,C,D 0",
  ]);
});

test("all symbols at one rate are subscribed as all", () => {
  const { sent, session } = open();
  const bars = new Map();
  session.setSubscriptions(wanted({ A: 5, B: 5, C: 5, D: 5 }, { bars, trades: null }));
  session.setSubscriptions(wanted({ A: 2, B: 2, C: 2, D: 2 }, { bars, trades: null, rate: 2 }));
  session.setSubscriptions(wanted({ A: 2, B: 2, C: 2, D: 1 }, { bars, trades: null, rate: 2 }));
  assert.deepEqual(textOf(sent), ["subscribe quotes * 5", "rate quotes * 2", "rate quotes D 1"]);
});

test("a changed rate goes to bars and trades too", () => {
  const { sent, session } = open();
  session.setSubscriptions(AAPL);
  session.setSubscriptions(wanted({ AAPL: 1, IBM: 1 }, { rate: 1 }));
  assert.deepEqual(textOf(sent.slice(3)), ["rate quotes * 1", "rate bars AAPL 1", "rate trades AAPL 1"]);
});

test("a new connection subscribes again, a closed one does not", () => {
  const { sent, session } = open();
  session.setSubscriptions(AAPL);
  session.closed();
  session.setSubscriptions(AAPL);
  session.resync(["AAPL"]);
  session.setFormat("binary");
  session.setVisible(false);
  session.setVisible(true);
  assert.equal(sent.length, 3);
  session.opened();
  assert.deepEqual(sent.slice(3), sent.slice(0, 3));
});

test("a new connection resumes from the positions of the page", () => {
  const since = (/** @type {number} */ value) => ({ epoch: 7, at: { AAPL: value } });
  const { sent, session } = open({ quotes: since(1), bars: since(2), trades: since(3) });
  session.setSubscriptions(AAPL);
  assert.deepEqual(
    sent.map((message) => message.since),
    [since(1), since(2), since(3)],
  );
});

test("positions are left out where a message gets too long", () => {
  const at = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`Ü${n}`, 1_000_000 + n]));
  const { sent, session } = open({ quotes: { epoch: 7, at } });
  session.setSubscriptions(AAPL);
  const whole = byteLength(sent[0]);
  assert.ok(whole > JSON.stringify(sent[0]).length, "bytes are counted, not letters");
  const quotes = () => sent.filter(({ channel }) => channel === "quotes");
  session.opened({ message_bytes: whole + 1 });
  session.opened({ message_bytes: whole });
  assert.deepEqual(
    quotes().map(({ since }) => since !== undefined),
    [true, true, false],
  );
});

test("messages with too many symbols go in parts", () => {
  const { sent, session } = open();
  session.opened({ message_bytes: 80 });
  const symbols = ["AAPL", "IBM", "MSFT", "EURUSD", "BTCUSD", "GOOGL", "NVDA", "AMZN"];
  session.resync(symbols);
  assert.ok(sent.length > 1);
  assert.deepEqual(
    sent.flatMap((message) => message.symbols),
    symbols,
  );
  sent.length = 0;
  session.setSubscriptions(
    wanted(Object.fromEntries(symbols.map((symbol) => [symbol, 1])), { total: 99, bars: new Map(), trades: null }),
  );
  assert.ok(sent.length > 1);
  assert.deepEqual(
    sent.flatMap((message) => message.symbols),
    symbols,
  );
  for (const message of sent) assert.ok(byteLength(message) < 80);
});

test("a hidden page takes nothing, and resumes when it is visible", () => {
  const { sent, session } = open();
  session.setSubscriptions(AAPL);
  session.setVisible(false);
  session.setVisible(false);
  session.closed();
  session.opened();
  session.setVisible(true);
  const texts = ["quotes %", "bars AAPL", "trades AAPL"];
  const all = (/** @type {string} */ text, /** @type {string} */ symbols) =>
    texts.map((one) => `${text.split(" ")[0]} ${one.replace("%", symbols)} ${text.split(" ")[1]}`);
  assert.deepEqual(textOf(sent), [
    ...all("subscribe 5", "AAPL,IBM"),
    ...all("rate 0", "*"),
    ...all("subscribe 0", "AAPL,IBM"),
    ...all("rate 5", "*"),
  ]);
});

test("a hidden page goes on with armed alerts, a paused one not", () => {
  const { sent, session } = open();
  session.setSubscriptions({ ...AAPL, armed: new Set(["IBM"]), watched: new Set(["IBM"]) });
  const from = sent.length;
  session.setVisible(false);
  assert.deepEqual(textOf(sent.slice(from)), [
    "rate quotes AAPL 0",
    "rate quotes IBM 1",
    "rate bars IBM 1",
    "rate bars AAPL 0",
    "rate trades AAPL 0",
  ]);
  session.setVisible(false, false);
  assert.deepEqual(textOf(sent.slice(from + 5)), ["rate quotes IBM 0", "rate bars IBM 0"]);
  session.setSubscriptions(AAPL);
  assert.deepEqual(textOf(sent.slice(from + 7)), ["unsubscribe bars IBM"]);
});

test("headlines are subscribed once and resumed after a loss", () => {
  const { sent, session } = open({ news: { epoch: 1, at: { "*": 7 } } });
  session.setSubscriptions(wanted({}, { bars: new Map(), trades: null, news: true }));
  session.setSubscriptions(wanted({}, { bars: new Map(), trades: null, news: true }));
  session.closed();
  session.opened();
  const subscription = { type: "subscribe", channel: "news", history: 100, since: { epoch: 1, at: { "*": 7 } } };
  assert.deepEqual(sent, [subscription, subscription]);
});

test("the book of one symbol is subscribed while it is shown", () => {
  const since = { epoch: 1, at: { AAPL: 14 } };
  const { sent, session } = open({ depth: since });
  const only = { bars: new Map(), trades: null };
  session.setSubscriptions(wanted({}, { ...only, depth: "AAPL" }));
  session.setSubscriptions(wanted({}, { ...only, depth: "AAPL", rate: 10 }));
  session.setVisible(false);
  session.setVisible(true);
  session.setSubscriptions(wanted({}, { ...only, depth: "IBM", rate: 10 }));
  session.setSubscriptions(wanted({}, { ...only, depth: null, rate: 10 }));
  assert.deepEqual(sent, [
    { type: "subscribe", channel: "depth", symbols: ["AAPL"], rate: 5, since },
    { type: "rate", channel: "depth", symbols: ["AAPL"], rate: 10 },
    { type: "rate", channel: "depth", symbols: ["AAPL"], rate: 0 },
    { type: "rate", channel: "depth", symbols: ["AAPL"], rate: 10 },
    { type: "unsubscribe", channel: "depth", symbols: ["AAPL"] },
    { type: "subscribe", channel: "depth", symbols: ["IBM"], rate: 10, since },
    { type: "unsubscribe", channel: "depth", symbols: ["IBM"] },
  ]);
});

test("another feed ends what it lacks, and the rest goes on", () => {
  const { sent, session } = open();
  session.setSubscriptions(AAPL);
  sent.length = 0;
  session.listed(new Set(["IBM", "XYZ"]));
  assert.deepEqual(sent, [], "the server has ended them by itself");
  /** @type {Subscriptions["bars"]} */
  const bars = new Map([["XYZ 1m", { symbol: "XYZ", interval: "1m" }]]);
  session.setSubscriptions(wanted({ IBM: 5, XYZ: 5 }, { total: 3, bars, trades: "XYZ" }));
  assert.deepEqual(textOf(sent), ["subscribe quotes XYZ 5", "subscribe bars XYZ 5", "subscribe trades XYZ 5"]);
  sent.length = 0;
  session.listed(new Set(["AAPL", "IBM", "MSFT", "NEW"]));
  session.setSubscriptions(AAPL);
  assert.deepEqual(textOf(sent), ["subscribe quotes AAPL 5", "subscribe bars AAPL 5", "subscribe trades AAPL 5"]);
});

test("a subscription to all symbols covers those of another feed", () => {
  const { sent, session } = open();
  const all = { AAPL: 5, IBM: 5, MSFT: 5, NEW: 5 };
  session.setSubscriptions(wanted(all));
  assert.deepEqual(textOf(sent)[0], "subscribe quotes * 5");
  sent.length = 0;
  session.listed(new Set(["XYZ", "ABC", "DEF"]));
  session.setSubscriptions(wanted({ XYZ: 5, ABC: 2 }, { total: 3, bars: new Map(), trades: null }));
  assert.deepEqual(textOf(sent), ["rate quotes ABC 2", "rate quotes DEF 0"]);
});
