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
const [BASE_MS, CAP_MS] = [500, 10_000]; // The longest waits before the first reconnect and before each later one.
const PLANNED = [1000, 1001]; // Close codes of a connection that ends as planned, which is no fault.
const CLIENT_ERRORS = [1002, 1007, 1008, 1009]; // Close codes after which a reconnect does not help.

/**
 * Returns the wait before a reconnect, in milliseconds. Random, so that not all clients come back at once.
 * `attempt` counts failures in a row from 0. `hint` is the wait that a server asked for before it stopped.
 */
export function waitBefore(attempt, hint = null, chance = Math.random) {
  if (hint !== null) return hint + chance() * Math.max(1000, hint);
  return chance() * Math.min(CAP_MS, BASE_MS * 2 ** attempt);
}

/**
 * Estimates by how much the server's clock is ahead of `performance.now()`, from round trips as NTP does.
 * This machine's own clock may be wrong by seconds, so `ts_sent` cannot be compared with it.
 */
export class ServerClock {
  #trips = []; // The last eight, in milliseconds.
  #asked = null; // The time of the question that has no answer yet.
  #next = 0;

  /** Returns the question to send now, or `null` if it is not time for one. */
  question(now) {
    if (this.#asked !== null || now < this.#next) return null;
    this.#asked = now;
    this.#next = now + (this.#trips.length >= 3 ? 10_000 : 500);
    return JSON.stringify({ type: "clock" });
  }

  answered(tsSent, now) {
    const trip = { error: (now - this.#asked) / 2, offset: tsSent / 1000 - (this.#asked + now) / 2 };
    this.#asked = null;
    const best = this.#best() ?? trip;
    // Otherwise the server's clock was set.
    const agrees = Math.abs(trip.offset - best.offset) <= trip.error + best.error + 10;
    this.#trips = agrees ? [...this.#trips.slice(-7), trip] : [trip];
  }

  /** Returns the age of a message in milliseconds, or `null` while it is not known. */
  delay(tsSent, now) {
    return this.#trips.length >= 3 ? Math.max(0, now + this.#best().offset - tsSent / 1000) : null;
  }

  #best() {
    return this.#trips.reduce((best, trip) => (best && best.error <= trip.error ? best : trip), undefined);
  }
}

/**
 * Calls `onUpdate` with each new quote and its delay in milliseconds, or `null` while that is not known.
 * Reconnects after each lost connection.
 * Calls `onError` with an error that a reconnect does not help. Returns a function that stops everything.
 */
export function watch({ url, symbols = ["*"], rate = 5, onUpdate, onError = console.error, onNote = console.warn }) {
  let epoch = null;
  let known = new Map(); // the newest quote of each symbol
  let attempt = 0;
  let hint = null; // the server's wait before a reconnect, in milliseconds
  let timer = null;
  let socket = null;
  let clock = null;

  function connect() {
    hint = null;
    clock = new ServerClock();
    socket = new WebSocket(url);
    socket.onmessage = ({ data }) => {
      restartTimer();
      const now = performance.now();
      receive(JSON.parse(data), now);
      const question = epoch === null ? null : clock.question(now);
      if (question && socket.readyState === WebSocket.OPEN) socket.send(question);
    };
    socket.onclose = ({ code, reason }) => {
      if (CLIENT_ERRORS.includes(code)) return end(`the server closed the connection: ${code} ${reason}`);
      if (PLANNED.includes(code)) retry(`the server ended the connection (${code} ${reason})`);
      else retry(`connection lost (${reason || code})`);
    };
    socket.onerror = () => {}; // A close event follows.
    restartTimer();
  }

  function restartTimer() {
    clearTimeout(timer);
    timer = setTimeout(() => retry("connection lost (silence)"), SILENCE_MS);
  }

  function retry(why) {
    onNote(`${why}, reconnecting`);
    stop();
    timer = setTimeout(connect, waitBefore(attempt, hint));
    attempt += 1;
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

  function receive(message, now) {
    switch (message.type) {
      case "hello":
        attempt = 0;
        return subscribe(message.limits.message_bytes);
      case "feed":
        if (message.epoch !== epoch) [epoch, known] = [message.epoch, new Map()]; // Snapshots follow.
        return;
      case "snapshot":
      case "update":
        if (message.epoch === epoch) apply(message, clock.delay(message.ts_sent, now));
        return;
      case "time":
        return clock.answered(message.ts_sent, now);
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

  function apply({ type, quotes }, delay) {
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
    for (const quote of updated) onUpdate(quote, delay);
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
    delay: { type: "boolean" },
    count: { type: "string" },
  };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  let left = Number(values.count ?? Infinity);
  const stop = watch({
    url: values.url,
    symbols: positionals.length > 0 ? positionals : ["*"],
    rate: Number(values.rate),
    onUpdate({ symbol, last, change, first_seq, seq }, delay) {
      if (left <= 0) return;
      const shown = values.delay ? [delay === null ? "-" : `${delay.toFixed(1)}ms`] : [];
      console.log(symbol, last, change, seq - first_seq + 1, ...shown);
      left -= 1;
      if (left === 0) stop();
    },
    onError(why) {
      console.error(why);
      process.exitCode = 1;
    },
  });
}
