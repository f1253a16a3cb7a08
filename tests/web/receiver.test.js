import assert from "node:assert/strict";
import test from "node:test";
import { createPacker, createUnpacker } from "../../web/js/net/packing.js";
import { createReceiver, LONG_MS } from "../../web/js/net/receiver.js";
import { createRemote } from "../../web/js/net/remote.js";
import { fixture } from "./reducing.js";

const QUOTES = fixture("update").quotes;

/** Both sides of the thread, with messages that pass at once, and the sockets that were opened. */
function both() {
  /** @type {any[]} */
  const sockets = [];
  let nowMs = 0;
  /** @type {any} */
  const worker = { onmessage: null, postMessage: (/** @type {any} */ request) => receive(structuredClone(request)) };
  const receive = createReceiver({
    open(url, protocols) {
      /** @type {any} */
      const socket = { url, protocols, sent: [], closed: false };
      socket.send = (/** @type {string} */ text) => void socket.sent.push(JSON.parse(text));
      socket.close = () => void (socket.closed = true);
      sockets.push(socket);
      return socket;
    },
    post: (answer, transfer) => worker.onmessage({ data: structuredClone(answer, { transfer }) }),
    createDecoder: (onLost) => ({
      reset() {},
      setSymbols: ({ symbols }) => onLost(symbols),
      decode: () => null,
    }),
    now: () => nowMs,
  });
  const remote = createRemote(worker, 0);
  const socket = remote.open("ws://server/ws", []);
  /** @type {any[]} */
  const batches = [];
  socket.onmessage = ({ data }) => void batches.push(data);
  return {
    remote,
    socket,
    sockets,
    batches,
    /** @param {any[]} messages */
    arrive: (...messages) => messages.forEach((message) => sockets.at(-1).onmessage({ data: JSON.stringify(message) })),
    /** The types of the messages of each batch. */
    types: () => batches.splice(0).map(({ entries }) => entries.map((/** @type {any} */ { message }) => message.type)),
    pass: (/** @type {number} */ ms) => void (nowMs += ms),
  };
}

const hello = fixture("hello");
const acknowledging = { type: "acknowledge", on: true, every: 1 };
/** @param {number} seq */
const update = (seq) => ({ ...fixture("update"), quotes: [{ ...QUOTES[0], first_seq: seq, seq }] });
/** @param {{ sent: any[] }} socket */
const acks = ({ sent }) => sent.flatMap(({ type, number }) => (type === "ack" ? [number] : []));

test("packed quotes are the same quotes", () => {
  const [pack, unpack] = [createPacker(), createUnpacker()];
  const nothing = { ...QUOTES[0], symbol: "NONE", ts_event: null, last: null, bid: null, volume: null, change: null };
  for (const quotes of [QUOTES, [nothing, ...QUOTES], [], [{ ...nothing, seq: 2 ** 53 - 1, last: -0.1 }]]) {
    assert.deepEqual(unpack(structuredClone(pack(quotes))), quotes);
  }
});

test("page gets the next batch when it has taken the one before", () => {
  const { remote, arrive, types } = both();
  arrive(hello, update(1), update(2), fixture("bars_update"), update(3));
  assert.deepEqual(types(), [["hello"]]);
  remote.taken();
  assert.deepEqual(types(), [["bars", "update"]]);
  remote.taken();
  assert.deepEqual(types(), []);
  arrive(update(4));
  assert.deepEqual(types(), [["update"]]);
});

test("conflated updates tell what came", () => {
  const { remote, arrive, batches } = both();
  arrive(hello, update(1), update(2), update(3));
  remote.taken();
  const [{ message, messages, updates }] = batches[1].entries;
  assert.deepEqual([message.quotes, messages, updates], [[{ ...update(3).quotes[0], first_seq: 1 }], 3, 3]);
});

test("answer about the clock does not wait", () => {
  const { arrive, batches } = both();
  arrive(hello, update(1), { type: "time", ts_sent: 5 });
  assert.deepEqual(
    batches.map(({ urgent }) => urgent),
    [false, true],
  );
});

test("messages are acknowledged as they come, and late where the page takes long", () => {
  const { remote, sockets, arrive, pass } = both();
  arrive(hello, acknowledging, update(1));
  assert.deepEqual(acks(sockets[0]), [2, 3]);
  pass(LONG_MS);
  arrive(update(2), update(3));
  assert.deepEqual(acks(sockets[0]), [2, 3]);
  remote.taken();
  assert.deepEqual(acks(sockets[0]), [2, 3, 4, 5]);
});

test("announcement of the end comes before the end", () => {
  const { socket, sockets, arrive, types } = both();
  let closed = 0;
  socket.onclose = () => void (closed += 1);
  arrive(hello, fixture("stopping"));
  sockets[0].onclose({});
  assert.deepEqual([types(), closed], [[["hello"], ["stopping"]], 1]);
});

test("nothing comes of a connection that was given up", () => {
  const { remote, socket, sockets, arrive, types } = both();
  arrive(hello, update(1));
  const [old] = sockets;
  const late = old.onmessage;
  types();
  socket.close();
  const next = remote.open("ws://server/ws", ["tickcast.v1.bin"]);
  assert.deepEqual([old.closed, old.onmessage, sockets[1].protocols], [true, null, ["tickcast.v1.bin"]]);
  socket.send("{}");
  assert.deepEqual(
    sockets.map(({ sent }) => sent),
    [[{ type: "acknowledge" }], []],
  );
  assert.notEqual(late, null);
  next.send("{}");
  assert.deepEqual(sockets[1].sent, [{}]);
});

test("symbols without a state are named in the next batch", () => {
  const { remote, batches } = both();
  remote.setSymbols({ epoch: 1, symbols: ["A", "B"] });
  assert.deepEqual(batches, [{ entries: [], lost: ["A", "B"], urgent: false, receivedMs: 0 }]);
});
