/** Each client, and the schema, against the real server. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startServer } from "../e2e/support.js";
import { faultOf, readText, typesOf } from "../web/contract.js";
import { CLIENTS, findClients, run, ws } from "./support.js";

/** @typedef {Record<string, any>} Json */

// Four times as fast: a single stock is not traded every second.
const MARKET = ["--seed", "7", "--speed", "4x"];
const UPDATE = /^([A-Z0-9.-]+) (-?\d+(?:\.\d+)?) (-?\d+(?:\.\d+)?) (\d+)$/;
const COUNT = 20;

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
before(async () => void (server = await startServer(MARKET)));
after(() => server?.kill());

const stream = (/** @type {number} */ port) => `ws://127.0.0.1:${port}/ws`;
const readme = readFileSync(join(CLIENTS, "README.md"), "utf8");

/** @param {string[]} lines @param {string[]} [symbols] */
function checkUpdates(lines, symbols) {
  for (const line of lines) {
    const [, symbol, last, , merged] = line.match(UPDATE) ?? assert.fail(`no update: ${line}`);
    assert.ok(Number(last) > 0 && Number(merged) >= 1, line);
    if (symbols) assert.ok(symbols.includes(symbol), line);
  }
}

for (const { name, missing, command } of findClients()) {
  const skip = missing ?? false;

  test(`${name} prints updates of all symbols`, { skip }, async () => {
    const { lines, ended, output } = run([
      ...command,
      "--url",
      stream(server.port),
      "--rate",
      "10",
      "--count",
      String(COUNT),
    ]);
    assert.equal(await ended, 0, output());
    assert.equal(lines.length, COUNT, output());
    checkUpdates(lines);
    assert.ok(new Set(lines.map((line) => line.split(" ")[0])).size > 3, output());
  });

  test(`${name} prints updates of named symbols`, { skip }, async () => {
    const { lines, ended, output } = run([
      ...command,
      "AAPL",
      "BTC-USD",
      "--url",
      stream(server.port),
      "--rate",
      "20",
      "--count",
      String(COUNT),
    ]);
    assert.equal(await ended, 0, output());
    assert.equal(lines.length, COUNT, output());
    checkUpdates(lines, ["AAPL", "BTC-USD"]);
  });

  test(`${name} reconnects to a restarted server`, { skip }, async () => {
    const first = await startServer(MARKET);
    // More than there can be before the end of the test.
    const running = run([...command, "--url", stream(first.port), "--rate", "10", "--count", "1000000"]);
    try {
      await running.next(COUNT);
      await first.kill();
      const seen = running.lines.length;
      const second = await startServer(MARKET, first.port);
      await running.next(seen + COUNT).finally(second.kill);
      checkUpdates(running.lines);
      assert.match(running.output(), /connection lost .*reconnecting/);
    } finally {
      running.kill();
    }
  });
}

for (const program of ["wscat", "websocat"]) {
  const [line] =
    readme.match(new RegExp(`^.*${program} --.*$`, "m")) ??
    assert.fail(`docs/clients/README.md does not show ${program}`);
  const absent = program === "websocat" && !found(program);

  test(
    `${program} prints what the server sends`,
    { skip: absent && "websocat is not installed: cargo install websocat --locked --version 1.14.1" },
    async () => {
      const command = line
        .replace("npx ", "npx --no-install --prefix web ")
        .replace("127.0.0.1:3030", `127.0.0.1:${server.port}`);
      const running = run([command], { shell: true });
      try {
        /** @type {string[]} */
        const types = [];
        while (!types.includes("update")) {
          await running.next(types.length + 1);
          for (const text of running.lines.slice(types.length)) {
            const message = JSON.parse(text);
            assert.equal(faultOf(message), null, text);
            types.push(message.type);
          }
        }
        assert.deepEqual(types.slice(0, 4), ["hello", "feed", "granted", "snapshot"]);
      } finally {
        running.kill();
      }
    },
  );
}

/** @param {string} program */
function found(program) {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Connects a WebSocket that keeps all messages it received. @param {number} port */
async function connect(port) {
  const socket = new ws.WebSocket(stream(port));
  /** @type {Json[]} */
  const received = [];
  let every = 0;
  let notify = () => {};
  socket.on("message", (/** @type {Buffer} */ data) => {
    const message = JSON.parse(String(data));
    received.push(message);
    if (message.type === "acknowledge") every = message.every ?? 0;
    const isAcknowledged = message.type === "probe" || (every > 0 && received.length % every === 0);
    if (isAcknowledged) socket.send(JSON.stringify({ type: "ack", number: received.length }));
    notify();
  });
  await once(socket, "open");
  return {
    received,
    send: (/** @type {Json} */ message) => socket.send(JSON.stringify(message)),
    sendText: (/** @type {string} */ text) => socket.send(text),
    end: () => socket.terminate(),
    /** @param {(received: Json[]) => boolean} enough */
    until: (enough) =>
      new Promise((/** @type {(value?: unknown) => void} */ done) => {
        notify = () => void (enough(received) && done());
        notify();
      }),
  };
}

test("messages of the server match the schema", { timeout: 120_000 }, async () => {
  const { received, send, sendText, until, end } = await connect(server.port);
  const requests = [
    { type: "subscribe", id: 1, channel: "quotes", symbols: ["*"], rate: 5 },
    { type: "subscribe", id: 2, channel: "bars", symbols: ["AAPL"], interval: "1m", history: 700, rate: 2 },
    { type: "subscribe", id: 3, channel: "bars", symbols: ["BTC-USD"], interval: "1s" },
    { type: "subscribe", id: 4, channel: "trades", symbols: ["AAPL", "BTC-USD"], history: 50, rate: 5 },
    { type: "subscribe", id: 5, channel: "quotes", symbols: ["AAPLE"] },
    { type: "rate", id: 6, channel: "quotes", symbols: ["AAPL"], rate: 0 },
    { type: "rate", id: 7, channel: "bars", symbols: ["AAPL"], interval: "1m", rate: 60 },
    { type: "resync", id: 8, symbols: ["BTC-USD"] },
    { type: "unsubscribe", id: 9, channel: "bars", symbols: ["AAPL"], interval: "1m" },
    { type: "rate", id: 10, channel: "bars", symbols: ["AAPL"], interval: "1m", rate: 1 },
    { type: "format", id: 11, format: "json" },
    { type: "rate", id: 12, channel: "quotes", symbols: ["BTC-USD"], rate: "every" },
    { type: "drive", id: 13, command: "speed", speed: 4 },
    { type: "subscribe", id: 14, channel: "news", history: 20 },
    { type: "drive", id: 15, command: "scenario", name: "news", on: "AAPL", strength: 1, seconds: 60 },
    { type: "subscribe", id: 16, channel: "depth", symbols: ["AAPL", "BTC-USD"], rate: 5 },
    { type: "clock", id: 17 },
    { type: "limits", id: 18, sent_bytes: 65_536 },
    { type: "describe", id: 19, symbols: ["AAPL"] },
    { type: "acknowledge", id: 20 },
  ];
  for (const request of requests) {
    assert.equal(faultOf(request), null);
    send(request);
  }
  sendText("Hello, world!");
  const wanted = typesOf("server").filter((type) => !["throttled", "stopping", "probe"].includes(type));
  const closed = (/** @type {Json} */ one) => one.type === "bars" && one.symbol === "BTC-USD" && !one.snapshot;
  const traded = (/** @type {Json} */ one) => one.type === "trades" && !one.snapshot;
  await Promise.race([
    until(
      (all) => wanted.every((type) => all.some((one) => one.type === type)) && all.some(closed) && all.some(traded),
    ),
    new Promise((done) => void setTimeout(done, 60_000).unref()),
  ]);
  end();
  for (const message of received) assert.equal(faultOf(message), null, JSON.stringify(message).slice(0, 2000));
  const codes = received.filter(({ type }) => type === "error").map(({ id, code }) => [id, code]);
  assert.deepEqual(codes, [
    [5, "unknown_symbol"],
    [10, "not_subscribed"],
    [undefined, "bad_json"],
  ]);
  const missing = wanted.filter((type) => !received.some((one) => one.type === type));
  assert.deepEqual(missing, []);
});

test("a client that acknowledges is asked where little is sent", { timeout: 120_000 }, async () => {
  const { received, send, until, end } = await connect(server.port);
  send({ type: "acknowledge" });
  send({ type: "subscribe", channel: "quotes", symbols: ["BTC-USD"], rate: 1 });
  await until((all) => all.some(({ type }) => type === "probe"));
  end();
  for (const message of received) assert.equal(faultOf(message), null, JSON.stringify(message));
  const every = received.filter(({ type }) => type === "acknowledge").map((message) => message.every);
  assert.deepEqual(every, [1, 20], "a client that keeps up acknowledges less");
  const at = received.findIndex(({ type }) => type === "probe");
  assert.equal(received[at].number, at + 1);
});

test("the announcement of a stop matches the schema", { timeout: 120_000 }, async () => {
  const own = await startServer(MARKET);
  const { received, until } = await connect(own.port);
  await until((all) => all.length >= 2);
  await Promise.all([until((all) => all.some(({ type }) => type === "stopping")), own.stop()]);
  for (const message of received) assert.equal(faultOf(message), null, JSON.stringify(message));
});

test("a resuming client receives only what it missed", { timeout: 120_000 }, async () => {
  const request = { type: "subscribe", id: 1, channel: "quotes", symbols: ["AAPL", "BTC-USD"], rate: 10 };
  const before = await connect(server.port);
  before.send(request);
  await before.until((all) => all.filter(({ type }) => type === "update").length > 3);
  before.end();
  /** @type {Record<string, number>} */
  const at = {};
  for (const { quotes = [] } of before.received) for (const { symbol, seq } of quotes) at[symbol] = seq;
  const { epoch } = before.received[1];

  const back = await connect(server.port);
  back.send({ ...request, since: { epoch, at } });
  await back.until((all) => all.filter(({ type }) => type === "update").length > 3);
  back.end();
  assert.equal(back.received.find(({ type }) => type === "granted")?.recovered, true);
  assert.deepEqual(
    back.received.filter(({ type }) => type === "snapshot"),
    [],
  );
  for (const { quotes = [] } of back.received) {
    for (const { symbol, first_seq, seq } of quotes) {
      assert.equal(first_seq, at[symbol] + 1, symbol);
      at[symbol] = seq;
    }
  }

  const stale = await connect(server.port);
  stale.send({ ...request, since: { epoch: epoch - 1, at } });
  await stale.until((all) => all.some(({ type }) => type === "snapshot"));
  stale.end();
  assert.equal(stale.received.find(({ type }) => type === "granted")?.recovered, false);
});

test("messages over HTTP match the schema", async () => {
  for (const [path, type] of [
    ["/api/v1/feed", "feed"],
    ["/api/v1/quotes?symbols=AAPL", "snapshot"],
  ]) {
    const answer = await fetch(new URL(path, server.url));
    assert.equal(answer.status, 200, path);
    const message = /** @type {Json} */ (await answer.json());
    assert.equal(message.type, type);
    assert.equal(faultOf(message), null, path);
  }
});

test("the server hands out its AsyncAPI document", async () => {
  const answer = await fetch(new URL("/asyncapi.json", server.url));
  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), JSON.parse(readText("docs/asyncapi.json")));
});
