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

const SILENCE_MS = 6000; // The server sends a message each second, so a longer silence means a dead connection.
const CLIENT_ERRORS = [1002, 1007, 1008, 1009]; // Close codes after which a reconnect does not help.

/**
 * Calls `onUpdate` with each new quote, and reconnects after each lost connection.
 * Calls `onError` with an error that a reconnect does not help. Returns a function that stops everything.
 */
export function watch({ url, symbols = ["*"], rate = 5, onUpdate, onError = console.error, onNote = console.warn }) {
  let epoch = null;
  let known = new Map(); // the newest quote of each symbol
  let attempt = 0;
  let hint = null; // the server's wait before a reconnect, in milliseconds
  let timer = null;
  let socket = null;

  function connect() {
    hint = null;
    socket = new WebSocket(url);
    socket.onmessage = ({ data }) => {
      restartTimer();
      receive(JSON.parse(data));
    };
    socket.onclose = ({ code, reason }) => {
      if (CLIENT_ERRORS.includes(code)) return end(`the server closed the connection: ${code} ${reason}`);
      lose(reason || code);
    };
    socket.onerror = () => {}; // A close event follows.
    restartTimer();
  }

  function restartTimer() {
    clearTimeout(timer);
    timer = setTimeout(() => lose("silence"), SILENCE_MS);
  }

  function lose(why) {
    onNote(`connection lost (${why}), reconnecting`);
    stop();
    const wait = hint === null ? Math.min(10_000, 500 * 2 ** attempt) : 2 * hint;
    attempt = Math.min(attempt + 1, 10);
    timer = setTimeout(connect, wait * (0.5 + Math.random() / 2)); // Random, so that not all clients reconnect at once.
  }

  function stop() {
    clearTimeout(timer);
    socket.onmessage = socket.onclose = null;
    socket.close();
  }

  function end(why) {
    stop();
    onError(why);
  }

  function receive(message) {
    switch (message.type) {
      case "hello":
        attempt = 0;
        return subscribe(message.limits.message_bytes);
      case "feed":
        if (message.epoch !== epoch) [epoch, known] = [message.epoch, new Map()]; // Snapshots follow.
        return;
      case "snapshot":
      case "update":
        if (message.epoch === epoch) apply(message);
        return;
      case "stopping":
        hint = message.reconnect_after_ms;
        return;
      case "error":
        if (message.id === 1) return end(`${message.message}: ${message.remedy}`);
        return onNote(`${message.message}: ${message.remedy}`);
      default: // Ignored: new types may come.
    }
  }

  function subscribe(messageBytes) {
    const message = { type: "subscribe", id: 1, channel: "quotes", symbols, rate };
    const at = Object.fromEntries([...known].map(([symbol, { seq }]) => [symbol, seq]));
    const text = JSON.stringify(known.size > 0 ? { ...message, since: { epoch, at } } : message);
    // Without `since` the server sends snapshots instead.
    socket.send(new TextEncoder().encode(text).length <= messageBytes ? text : JSON.stringify(message));
  }

  function apply({ type, quotes }) {
    const gaps = [];
    const updated = [];
    for (const quote of quotes) {
      const seq = known.get(quote.symbol)?.seq ?? 0;
      if (type === "update") {
        if (quote.seq <= seq) continue; // Already known.
        if (quote.first_seq > seq + 1) gaps.push(quote.symbol);
        updated.push(quote);
      }
      known.set(quote.symbol, quote);
    }
    if (gaps.length > 0) socket.send(JSON.stringify({ type: "resync", symbols: gaps }));
    for (const quote of updated) onUpdate(quote);
  }

  connect();
  return stop;
}

// The command line.
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
    onError(why) {
      console.error(why);
      process.exitCode = 1;
    },
  });
}
