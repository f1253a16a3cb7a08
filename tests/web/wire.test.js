/** The JSON messages, checked against the fixtures that the server shares. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { decode, encode } from "../../web/js/net/wire.js";

const FIXTURES = new URL("../fixtures/wire/", import.meta.url);
const INBOUND = [
  "ack",
  "clock",
  "describe",
  "drive_load",
  "drive_scenario",
  "drive_seek",
  "drive_speed",
  "drive_step",
  "rate",
  "rate_every",
  "resync",
  "subscribe_all",
  "subscribe_bars",
  "subscribe_depth",
  "subscribe_news",
  "subscribe_quotes",
  "subscribe_since",
  "subscribe_trades",
  "unsubscribe",
];

/** @param {string} name */
const read = (name) => readFileSync(new URL(`${name}.json`, FIXTURES), "utf8");
const names = readdirSync(FIXTURES)
  .filter((file) => file.endsWith(".json"))
  .map((file) => file.replace(/\.json$/, ""));
const outbound = names.filter((name) => !INBOUND.includes(name));

test("every server message decodes to its content", () => {
  assert.ok(outbound.length >= 18);
  for (const name of outbound) assert.deepEqual(decode(read(name)), JSON.parse(read(name)), name);
});

test("messages of the page do not decode", () => {
  for (const name of INBOUND) assert.equal(decode(read(name)), null, name);
});

test("encoding gives the inbound fixtures", () => {
  /** @type {Record<string, import("../../web/js/net/wire.js").Inbound>} */
  const messages = {
    describe: { type: "describe", id: 13, symbols: ["*"] },
    drive_load: {
      type: "drive",
      id: 11,
      command: "load",
      feeds: ["library/aapl.csv"],
      settings: { tz: "America/New_York" },
    },
    drive_scenario: { type: "drive", id: 10, command: "scenario", name: "crash", on: "AAPL", strength: 2, seconds: 60 },
    drive_seek: { type: "drive", id: 7, command: "seek", percent: 37.5 },
    drive_speed: { type: "drive", id: 8, command: "speed", speed: "max" },
    drive_step: { type: "drive", command: "step", to: "bar", interval: "1m" },
    rate: { type: "rate", id: 2, channel: "quotes", symbols: ["AAPL"], rate: 0 },
    rate_every: { type: "rate", id: 7, channel: "quotes", symbols: ["AAPL"], rate: "every" },
    ack: { type: "ack", number: 7 },
    clock: { type: "clock", id: 21 },
    resync: { type: "resync", symbols: ["AAPL"] },
    subscribe_all: { type: "subscribe", channel: "quotes", symbols: ["*"] },
    subscribe_bars: { type: "subscribe", channel: "bars", symbols: ["AAPL"], interval: "1m", history: 300, rate: 0.7 },
    subscribe_depth: { type: "subscribe", id: 11, channel: "depth", symbols: ["AAPL"], rate: 10 },
    subscribe_news: { type: "subscribe", id: 9, channel: "news", history: 20 },
    subscribe_quotes: { type: "subscribe", id: 1, channel: "quotes", symbols: ["AAPL", "EURUSD"], rate: 7 },
    subscribe_since: {
      type: "subscribe",
      id: 1,
      channel: "quotes",
      symbols: ["AAPL", "EURUSD"],
      rate: 5,
      since: { epoch: 1795341600000, at: { AAPL: 14, EURUSD: 3 } },
    },
    subscribe_trades: { type: "subscribe", id: 5, channel: "trades", symbols: ["AAPL"], history: 50, rate: 5 },
    unsubscribe: { type: "unsubscribe", id: 4, channel: "quotes", symbols: ["*"] },
  };
  for (const name of INBOUND) assert.deepEqual(JSON.parse(encode(messages[name])), JSON.parse(read(name)), name);
});

test("unknown members and types are ignored", () => {
  const heartbeat = { ...JSON.parse(read("heartbeat")), later: { deep: [1] } };
  assert.equal(decode(JSON.stringify(heartbeat))?.type, "heartbeat");
  assert.equal(decode('{"type":"trades","epoch":1}'), null);
});

test("decoding never throws", () => {
  const odd = [
    "",
    "{",
    "null",
    "[]",
    "7",
    '"heartbeat"',
    "{}",
    '{"type":null}',
    '{"type":"__proto__"}',
    '{"type":"heartbeat"}',
    undefined,
    null,
    7,
    new ArrayBuffer(3),
  ];
  for (const frame of odd) assert.equal(decode(frame), null, String(frame));
});

test("a message with a missing or wrong member is dropped", () => {
  for (const name of [
    "update",
    "bars_update",
    "heartbeat",
    "feed_simulation",
    "error",
    "trades_update",
    "depth_update",
    "throttled",
    "stopping",
    "granted_recovered",
  ]) {
    const whole = JSON.parse(read(name));
    for (const member of [
      "epoch",
      "quotes",
      "bars",
      "ts_market",
      "speed",
      "message",
      "trades",
      "first",
      "bids",
      "first_seq",
      "max_rate",
      "reconnect_after_ms",
      "recovered",
    ]) {
      if (!(member in whole)) continue;
      assert.equal(decode(JSON.stringify({ ...whole, [member]: {} })), null, `${name}.${member}`);
    }
  }
  const update = JSON.parse(read("update"));
  delete update.quotes[1].seq;
  assert.equal(decode(JSON.stringify(update)), null);
  const trades = JSON.parse(read("trades_update"));
  trades.trades[0].side = "both";
  assert.equal(decode(JSON.stringify(trades)), null);
});
