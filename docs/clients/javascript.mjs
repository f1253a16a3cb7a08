/**
 * Prints each update of a tickcast stream as `SYMBOL last change merged`.
 *
 *     npm install ws
 *     node javascript.mjs AAPL BTC-USD --rate 2
 *
 * In a browser, which needs no library: `import { watch } from "./javascript.mjs"`.
 */

// Node.js before 22 has no WebSocket of its own.
const WebSocket = globalThis.WebSocket ?? (await import("ws")).WebSocket;

const SILENCE_MS = 6000; // The server says something each second: after so long the connection is dead.
const OUR_FAULT = [1002, 1007, 1008, 1009]; // Close codes after which the client has to be mended first.

/**
 * Calls `onUpdate` with one quote after the other, and comes back after each loss of the connection.
 * `onFault` hears of what cannot be mended by coming back. Returns a function that ends it all.
 */
export function watch({ url, symbols = ["*"], rate = 5, onUpdate, onFault = console.error, onNote = console.warn }) {
  let epoch = null;
  let known = new Map(); // the newest quote of each symbol
  let attempt = 0;
  let hint = null; // the server's, when to come back, in milliseconds
  let timer = null;
  let socket = null;

  function connect() {
    hint = null;
    socket = new WebSocket(url);
    socket.onmessage = ({ data }) => {
      expectMore();
      hear(JSON.parse(data));
    };
    socket.onclose = ({ code, reason }) => {
      if (OUR_FAULT.includes(code)) return end(`the server closed the connection: ${code} ${reason}`);
      lose(reason || code);
    };
    socket.onerror = () => {}; // A close event follows.
    expectMore();
  }

  function expectMore() {
    clearTimeout(timer);
    timer = setTimeout(() => lose("silence"), SILENCE_MS);
  }

  function lose(why) {
    onNote(`connection lost (${why}), coming back`);
    stop();
    const wait = hint === null ? Math.min(10_000, 500 * 2 ** attempt) : 2 * hint;
    attempt = Math.min(attempt + 1, 10);
    timer = setTimeout(connect, wait * (0.5 + Math.random() / 2)); // Chance, so that not all clients come at once.
  }

  function stop() {
    clearTimeout(timer);
    socket.onmessage = socket.onclose = null;
    socket.close();
  }

  function end(why) {
    stop();
    onFault(why);
  }

  function hear(message) {
    switch (message.type) {
      case "hello":
        attempt = 0;
        return subscribe(message.limits.message_bytes);
      case "feed":
        if (message.epoch !== epoch) [epoch, known] = [message.epoch, new Map()]; // Another run: snapshots follow.
        return;
      case "snapshot":
      case "update":
        if (message.epoch === epoch) take(message);
        return;
      case "stopping":
        hint = message.reconnect_after_ms;
        return;
      case "error":
        if (message.id === 1) return end(`${message.message}: ${message.remedy}`);
        return onNote(`${message.message}: ${message.remedy}`);
      default: // Passed over: new types may come.
    }
  }

  function subscribe(messageBytes) {
    const message = { type: "subscribe", id: 1, channel: "quotes", symbols, rate };
    const at = Object.fromEntries([...known].map(([symbol, { seq }]) => [symbol, seq]));
    const text = JSON.stringify(known.size > 0 ? { ...message, since: { epoch, at } } : message);
    // Without `since` the server sends snapshots, which do as well.
    socket.send(new TextEncoder().encode(text).length <= messageBytes ? text : JSON.stringify(message));
  }

  function take({ type, quotes }) {
    const holes = [];
    const fresh = [];
    for (const quote of quotes) {
      const seq = known.get(quote.symbol)?.seq ?? 0;
      if (type === "update") {
        if (quote.seq <= seq) continue; // Known already.
        if (quote.first_seq > seq + 1) holes.push(quote.symbol);
        fresh.push(quote);
      }
      known.set(quote.symbol, quote);
    }
    if (holes.length > 0) socket.send(JSON.stringify({ type: "resync", symbols: holes }));
    for (const quote of fresh) onUpdate(quote);
  }

  connect();
  return stop;
}

// From here on: the command line.
if (globalThis.process?.argv[1]?.endsWith("javascript.mjs")) {
  const { parseArgs } = await import("node:util");
  const options = {
    url: { type: "string", default: "ws://127.0.0.1:3030/ws" },
    rate: { type: "string", default: "5" },
    count: { type: "string" },
  };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  let left = Number(values.count ?? Infinity);
  const stop = watch({
    url: values.url,
    symbols: positionals.length > 0 ? positionals : ["*"],
    rate: Number(values.rate),
    onUpdate({ symbol, last, change, first_seq, seq }) {
      if (left <= 0) return;
      console.log(symbol, last, change, seq - first_seq + 1);
      left -= 1;
      if (left === 0) stop();
    },
    onFault(why) {
      console.error(why);
      process.exitCode = 1;
    },
  });
}
