/** Runs each client against a server that plays a script: its requests, its updates and its reconnects. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { findClients, run, ws } from "./support.js";

/** @typedef {Record<string, any>} Json */
/**
 * `onClock` answers questions for the clock, which are not among the messages of `next`.
 *
 * @typedef {{ send: (...messages: Json[]) => void, next: () => Promise<Json>, socket: any, onClock: () => void }} Peer
 */

const TIMEOUT_MS = 30_000;
const FIRST = 7_000;
const SECOND = 8_000;
const HELLO = {
  type: "hello",
  protocol: "tickcast.v1",
  server: "script",
  ts_sent: 1,
  rates: [1, 5],
  limits: { message_bytes: 16384, subscriptions: 9, bars: 9 },
};

const feed = (/** @type {number} */ epoch) => ({
  type: "feed",
  epoch,
  ts_sent: 1,
  source: "simulation",
  name: "",
  state: "playing",
  speed: 1,
  looping: false,
  seed: 7,
  start: 0,
  end: null,
  rows_rejected: 0,
  behind_us: 0,
  symbols_limited: 0,
  fault: null,
});
const granted = (/** @type {Json} */ more = {}) => ({
  type: "granted",
  id: 1,
  channel: "quotes",
  symbols: ["A", "B"],
  rate: 1,
  ...more,
});
const quote = (/** @type {string} */ symbol, /** @type {number} */ first_seq, /** @type {number} */ seq) => ({
  symbol,
  first_seq,
  seq,
  ts_event: 1,
  last: seq + 0.25,
  bid: null,
  ask: null,
  open: 1,
  high: 1,
  low: 1,
  volume: 0,
  vwap: null,
  change: -0.5,
  later: [1],
});
const quotes = (
  /** @type {"snapshot" | "update"} */ type,
  /** @type {number} */ epoch,
  /** @type {Json[]} */ ...held
) => ({ type, epoch, ts_sent: 1, quotes: held });
const line = (/** @type {string} */ symbol, /** @type {number} */ seq, /** @type {number} */ merged) =>
  `${symbol} ${seq + 0.25} -0.5 ${merged}`;

/**
 * Serves one connection after the other, each by its own part of the script.
 *
 * @param {((peer: Peer) => Promise<void>)[]} parts
 */
async function play(...parts) {
  const server = new ws.WebSocketServer({ host: "127.0.0.1", port: 0, path: "/ws" });
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  /** @type {(fault: unknown) => void} */
  let fail = () => {};
  /** @type {Promise<void>} */
  const done = new Promise((resolve, reject) => {
    fail = reject;
    let at = 0;
    server.on("connection", (/** @type {any} */ socket) => {
      const part = parts[at++];
      /** @type {Json[]} */
      const unread = [];
      /** @type {((message: Json) => void)[]} */
      const waiting = [];
      socket.on("message", (/** @type {Buffer} */ data) => {
        const message = JSON.parse(String(data));
        if (message.type === "clock") return peer.onClock();
        const taker = waiting.shift();
        if (taker) taker(message);
        else unread.push(message);
      });
      socket.on("error", () => {});
      /** @type {Peer} */
      const peer = {
        socket,
        onClock: () => {},
        send: (/** @type {Json[]} */ ...messages) =>
          messages.forEach((message) => socket.send(JSON.stringify(message))),
        next: () => {
          const message = unread.shift();
          return message ? Promise.resolve(message) : new Promise((taker) => void waiting.push(taker));
        },
      };
      if (!part) return fail(new Error(`connection ${at} was not expected`));
      part(peer).then(() => void (at === parts.length && resolve()), fail);
    });
  });
  done.catch(() => {});
  return {
    url: `ws://127.0.0.1:${port}/ws`,
    done,
    close: () => (server.clients.forEach((/** @type {any} */ one) => one.terminate()), server.close()),
  };
}

/**
 * @param {import("./support.js").Client} client
 * @param {string[]} args
 * @param {((peer: Peer) => Promise<void>)[]} parts
 */
async function act(client, args, parts) {
  const script = await play(...parts);
  const running = run([...client.command, "--url", script.url, ...args]);
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise(
    (_, fail) => (timer = setTimeout(() => fail(new Error(`nothing more after ${TIMEOUT_MS} ms`)), TIMEOUT_MS)),
  );
  try {
    const code = await Promise.race([Promise.all([running.ended, script.done]).then(([code]) => code), late]);
    return { code, lines: running.lines, output: running.output() };
  } catch (fault) {
    throw new Error(`${fault}\n${running.output()}`, { cause: fault });
  } finally {
    clearTimeout(timer);
    running.kill();
    script.close();
  }
}

/** @param {Peer} peer @param {number} epoch @returns {Promise<Json>} its first request */
async function greet({ send, next }, epoch) {
  send(HELLO, feed(epoch));
  return next();
}

const clients = findClients();
for (const client of clients) {
  const { name, missing, exact } = client;
  const skip = missing ?? false;

  test(`${name} follows gaps, losses and epochs`, { skip }, async () => {
    const request = { type: "subscribe", id: 1, channel: "quotes", symbols: ["A", "B"], rate: 2 };
    const { code, lines, output } = await act(
      client,
      ["A", "B", "--rate", "2", "--count", "9"],
      [
        async (peer) => {
          assert.deepEqual(await greet(peer, FIRST), request);
          peer.send(granted(), quotes("snapshot", FIRST, quote("A", 1, 10), quote("B", 1, 0)));
          peer.send(
            quotes("update", FIRST, quote("A", 9, 10)),
            quotes("update", FIRST, quote("A", 11, 14), quote("B", 1, 1)),
          );
          peer.send({ type: "later", deep: [1] }, quotes("update", SECOND, quote("A", 15, 18)), {
            type: "heartbeat",
            epoch: FIRST,
            ts_sent: 1,
            ts_market: 1,
            ticks: 1,
            late: 0,
          });
          peer.send(quotes("update", FIRST, quote("A", 15, 16)), quotes("update", FIRST, quote("A", 18, 20)));
          assert.deepEqual(await peer.next(), { type: "resync", symbols: ["A"] });
          peer.send(quotes("snapshot", FIRST, quote("A", 1, 21)), quotes("update", FIRST, quote("A", 22, 24)));
          peer.socket.ping("alive");
          const [pong] = await once(peer.socket, "pong");
          assert.equal(String(pong), "alive");
          peer.socket.terminate();
        },
        async (peer) => {
          assert.deepEqual(await greet(peer, FIRST), { ...request, since: { epoch: FIRST, at: { A: 24, B: 1 } } });
          peer.send(granted({ recovered: true }), quotes("update", FIRST, quote("A", 25, 30)));
          peer.send({ type: "stopping", ts_sent: 1, reconnect_after_ms: 100 });
          peer.socket.close(1001, "server_stopping");
        },
        async (peer) => {
          assert.deepEqual((await greet(peer, SECOND)).since, { epoch: FIRST, at: { A: 30, B: 1 } });
          peer.send(
            granted({ recovered: false }),
            quotes("snapshot", SECOND, quote("A", 1, 3)),
            quotes("update", SECOND, quote("A", 4, 4)),
          );
          peer.send(
            feed(SECOND + 1),
            quotes("snapshot", SECOND + 1, quote("A", 1, 0)),
            quotes("update", SECOND + 1, quote("A", 1, 2)),
          );
          peer.send(quotes("update", SECOND + 1, quote("B", 1, 1)));
        },
      ],
    );
    assert.deepEqual(
      lines,
      [
        line("A", 14, 4),
        line("B", 1, 1),
        line("A", 16, 2),
        line("A", 20, 3),
        line("A", 24, 3),
        line("A", 30, 6),
        line("A", 4, 1),
        line("A", 2, 2),
        line("B", 1, 1),
      ],
      output,
    );
    assert.equal(code, 0, output);
  });

  test(`${name} omits a since that is too long`, { skip }, async () => {
    const { code } = await act(
      client,
      ["A", "B", "--count", "2"],
      [
        async (peer) => {
          await greet(peer, FIRST);
          peer.send(granted(), quotes("snapshot", FIRST, quote("A", 1, 1)), quotes("update", FIRST, quote("A", 2, 2)));
          peer.socket.terminate();
        },
        async (peer) => {
          peer.send({ ...HELLO, limits: { ...HELLO.limits, message_bytes: 100 } }, feed(FIRST));
          assert.equal((await peer.next()).since, undefined);
          peer.send(granted(), quotes("snapshot", FIRST, quote("A", 1, 5)), quotes("update", FIRST, quote("A", 6, 6)));
        },
      ],
    );
    assert.equal(code, 0);
  });

  test(`${name} ends on a permanent error`, { skip }, async () => {
    const failed = await act(
      client,
      ["AAPLE"],
      [
        async (peer) => {
          const { id } = await greet(peer, FIRST);
          peer.send({ type: "error", id, code: "unknown_symbol", message: "no AAPLE", remedy: "request others" });
        },
      ],
    );
    assert.equal(failed.code, 1);
    assert.match(failed.output, /no AAPLE: request others/);
    const closed = await act(
      client,
      ["A"],
      [
        async (peer) => {
          await greet(peer, FIRST);
          peer.socket.close(1008, "too_many_messages");
        },
      ],
    );
    assert.equal(closed.code, 1, closed.output);
    assert.match(closed.output, /too_many_messages/);
  });

  test(`${name} tells planned ends from faults`, { skip }, async () => {
    const close = (/** @type {number} */ code) => async (/** @type {Peer} */ peer) => {
      await greet(peer, FIRST);
      peer.socket.close(code, `reason_${code}`);
    };
    const { code, output } = await act(
      client,
      ["A", "--count", "1"],
      [
        close(1001),
        close(1000),
        close(1013),
        async (peer) => {
          await greet(peer, FIRST);
          peer.send(quotes("update", FIRST, quote("A", 1, 1)));
        },
      ],
    );
    assert.equal(code, 0, output);
    const said = output.split("\n").filter((one) => one.includes("reconnecting"));
    assert.deepEqual(
      said.map((one) => [one.startsWith("the server ended the connection"), one.match(/reason_(\d+)/)?.[1]]),
      [
        [true, "1001"],
        [true, "1000"],
        [false, "1013"],
      ],
      output,
    );
  });

  test(`${name} counts delays by the server's clock`, { skip }, async () => {
    const WAY_MS = 40;
    for (const behindMs of [3_600_000, -1502]) {
      const { code, lines, output } = await act(
        client,
        ["A", "--count", "20", "--delay"],
        [
          async (peer) => {
            const now = () => (Date.now() - behindMs) * 1000;
            peer.onClock = () => peer.send({ type: "time", ts_sent: now() });
            await greet(peer, FIRST);
            let seq = 0;
            const timer = setInterval(() => {
              seq += 1;
              const update = quotes("update", FIRST, quote("A", seq, seq));
              peer.send({ ...update, ts_sent: now() - WAY_MS * 1000 });
            }, 100);
            peer.socket.once("close", () => clearInterval(timer));
          },
        ],
      );
      assert.equal(code, 0, output);
      const shown = lines.map((one) => one.split(" ")[4]);
      assert.equal(shown[0], "-", "nothing is known yet");
      const last = Number(shown[19].replace("ms", ""));
      assert.ok(last >= WAY_MS - 10 && last < WAY_MS + 200, output);
    }
  });

  test(`${name} keeps the digits of prices`, { skip }, async () => {
    const { lines } = await act(
      client,
      ["A", "--count", "1"],
      [
        async (peer) => {
          await greet(peer, FIRST);
          const update = JSON.stringify(quotes("update", FIRST, quote("A", 1, 1)));
          peer.socket.send(update.replace('"last":1.25', '"last":227.30'));
        },
      ],
    );
    assert.deepEqual(lines, [exact ? "A 227.30 -0.5 1" : "A 227.3 -0.5 1"]);
  });
}

test("clients reconnect when messages stop", async () => {
  const present = clients.filter(({ missing }) => missing === null);
  const parts = [
    async (/** @type {Peer} */ peer) => void (await greet(peer, FIRST)),
    async (/** @type {Peer} */ peer) => {
      assert.deepEqual((await greet(peer, FIRST)).symbols, ["*"]);
      peer.send(quotes("snapshot", FIRST, quote("A", 1, 5)), quotes("update", FIRST, quote("A", 6, 6)));
    },
  ];
  const ends = await Promise.all(present.map((client) => act(client, ["--count", "1"], parts)));
  for (const { code, lines, output } of ends) assert.deepEqual([code, lines], [0, [line("A", 6, 1)]], output);
});

test("clients back off after failures until they are greeted", async () => {
  const present = clients.filter(({ missing }) => missing === null);
  await Promise.all(
    present.map(async (client) => {
      /** @type {number[]} */
      const at = [];
      const vain = async (/** @type {Peer} */ { socket }) => {
        at.push(Date.now());
        socket.terminate();
      };
      const greeted = async (/** @type {Peer} */ peer) => {
        await greet(peer, FIRST);
        await vain(peer);
      };
      const last = async (/** @type {Peer} */ peer) => {
        at.push(Date.now());
        await greet(peer, FIRST);
        peer.send(quotes("update", FIRST, quote("A", 1, 1)));
      };
      const { code, output } = await act(client, ["--count", "1"], [vain, vain, vain, greeted, last]);
      assert.equal(code, 0, output);
      const waits = at.slice(1).map((ms, index) => ms - at[index]);
      // By chance they may be short, but not longer than the first may be.
      const [first, , , anew] = waits;
      assert.ok(first < 1500 && anew < 1500, `${client.name}: ${waits}`);
    }),
  );
});
