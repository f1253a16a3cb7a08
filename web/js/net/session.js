/**
 * The page's side of the conversation: what it is subscribed to, and when it asks for more or less.
 *
 * `want` says what the page needs now; what differs from what this connection was told is sent, in as few messages as it takes. A new
 * connection knows nothing, so all is asked for again with what the page still has. What is no longer needed is kept at rate 0, so that
 * one snapshot brings it back. A hidden page keeps what it is subscribed to and takes nothing.
 */

import { byteLength } from "./wire.js";

/** @typedef {import("./wire.js").Inbound} Inbound */
/** @typedef {NonNullable<import("../types/protocol.js").Subscribe["since"]>} Since */
/** @typedef {import("../types/protocol.js").UpdatesPerSecond} UpdateRate */
/** @typedef {import("../types/protocol.js").Subscribe} Subscribe */
/** @typedef {import("../lib/time.js").Interval} Interval */
/** @typedef {{ symbol: string, interval: Interval }} Bars */
/** @typedef {{ quotes: ReadonlyMap<string, UpdateRate>, total: number, bars: ReadonlyMap<string, Bars>, tape: string | null, depth: string | null, news: boolean, rate: UpdateRate }} Wish
 *   rates by symbol, of `total` symbols that there are; the symbols of tape and book; the rate of bars, tape and book */
/**
 * What the page has, asked on subscribing.
 *
 * @typedef {{ quotes: (symbols: readonly string[]) => Since | null, bars: (symbol: string, key: string) => Since | null, trades: () => Since | null, depth: () => Since | null, news: () => Since | null }} Known
 */

export const HISTORY = 500;
export const TRADES = 50;
export const STORIES = 100;
/** The longest message while the server has not said otherwise. */
const MESSAGE_BYTES = 16_384;
const ALL = "*";

/**
 * @param {(message: Inbound) => void} send
 * @param {Known} known
 */
export function createSession(send, known) {
  let open = false;
  let visible = true;
  let messageBytes = MESSAGE_BYTES;
  /** @type {Wish} */
  let wish = { quotes: new Map(), total: 0, bars: new Map(), tape: null, depth: null, news: false, rate: 0 };
  /** What this connection was told. */
  const told = {
    /** @type {Map<string, UpdateRate>} */
    quotes: new Map(),
    /** @type {Map<string, Bars & { rate: UpdateRate }>} */
    bars: new Map(),
    /** @type {{ symbol: string, rate: UpdateRate } | null} */
    tape: null,
    /** @type {{ symbol: string, rate: UpdateRate } | null} */
    depth: null,
    news: false,
  };

  const now = (/** @type {UpdateRate} */ rate) => (visible ? rate : 0);
  const fits = (/** @type {Inbound} */ message) => byteLength(message) < messageBytes;

  /**
   * Sends a message about many symbols in as many parts as the server reads.
   *
   * @param {readonly string[]} symbols
   * @param {(symbols: string[]) => Inbound} message
   */
  function inParts(symbols, message) {
    const whole = message([...symbols]);
    if (symbols.length <= 1 || fits(whole)) return send(whole);
    const half = symbols.length >> 1;
    inParts(symbols.slice(0, half), message);
    inParts(symbols.slice(half), message);
  }

  /**
   * Goes on from what the page has, unless saying so takes more than the server reads.
   *
   * @param {Subscribe} message
   * @param {Since | null} since
   */
  function resuming(message, since) {
    const whole = since && { ...message, since };
    return whole && fits(whole) ? whole : message;
  }

  function tellQuotes() {
    /** @type {Map<string, UpdateRate>} */
    const moved = new Map();
    /** @type {Map<string, UpdateRate>} */
    const fresh = new Map();
    for (const [symbol, wanted] of wish.quotes) {
      const before = told.quotes.get(symbol);
      if (before === undefined) fresh.set(symbol, now(wanted));
      else if (before !== now(wanted)) moved.set(symbol, now(wanted));
    }
    for (const [symbol, before] of told.quotes) if (before !== 0 && !wish.quotes.has(symbol)) moved.set(symbol, 0);
    for (const [rate, symbols] of byRate(moved)) {
      const some = symbols.length === told.quotes.size && symbols.length > 1 ? [ALL] : symbols;
      inParts(some, (part) => ({ type: "rate", channel: "quotes", symbols: part, rate }));
    }
    for (const [rate, symbols] of byRate(fresh)) {
      const all = symbols.length === wish.total && symbols.length > 1;
      const since = known.quotes(symbols);
      if (all) send(resuming({ type: "subscribe", channel: "quotes", symbols: [ALL], rate }, since));
      else
        inParts(symbols, (part) =>
          resuming(
            { type: "subscribe", channel: "quotes", symbols: part, rate },
            symbols.length === part.length ? since : known.quotes(part),
          ),
        );
    }
    for (const [symbol, rate] of [...moved, ...fresh]) told.quotes.set(symbol, rate);
  }

  function tellBars() {
    for (const [key, { symbol, interval }] of told.bars) {
      if (wish.bars.has(key)) continue;
      send({ type: "unsubscribe", channel: "bars", symbols: [symbol], interval });
      told.bars.delete(key);
    }
    const rate = now(wish.rate);
    for (const [key, { symbol, interval }] of wish.bars) {
      const before = told.bars.get(key);
      if (before?.rate === rate) continue;
      if (before) send({ type: "rate", channel: "bars", symbols: [symbol], interval, rate });
      else
        send(
          resuming(
            { type: "subscribe", channel: "bars", symbols: [symbol], interval, history: HISTORY, rate },
            known.bars(symbol, key),
          ),
        );
      told.bars.set(key, { symbol, interval, rate });
    }
  }

  /**
   * Of the one symbol whose tape or book is shown.
   *
   * @param {"trades" | "depth"} channel
   * @param {{ symbol: string, rate: UpdateRate } | null} before
   * @param {string | null} wanted
   * @param {(symbol: string, rate: UpdateRate) => Subscribe} subscription
   */
  function tellOne(channel, before, wanted, subscription) {
    const rate = now(wish.rate);
    if (before && before.symbol !== wanted) send({ type: "unsubscribe", channel, symbols: [before.symbol] });
    if (wanted === null) return null;
    if (before?.symbol !== wanted) send(subscription(wanted, rate));
    else if (before.rate !== rate) send({ type: "rate", channel, symbols: [wanted], rate });
    return { symbol: wanted, rate };
  }

  function tellTape() {
    told.tape = tellOne("trades", told.tape, wish.tape, (symbol, rate) =>
      resuming({ type: "subscribe", channel: "trades", symbols: [symbol], history: TRADES, rate }, known.trades()),
    );
  }

  function tellDepth() {
    told.depth = tellOne("depth", told.depth, wish.depth, (symbol, rate) =>
      resuming({ type: "subscribe", channel: "depth", symbols: [symbol], rate }, known.depth()),
    );
  }

  /** Headlines are few, and a page that is seen again lacks none. */
  function tellNews() {
    if (!wish.news || told.news) return;
    send(resuming({ type: "subscribe", channel: "news", history: STORIES }, known.news()));
    told.news = true;
  }

  function tell() {
    if (!open) return;
    tellQuotes();
    tellBars();
    tellTape();
    tellDepth();
    tellNews();
  }

  function forget() {
    told.quotes.clear();
    told.bars.clear();
    told.tape = null;
    told.depth = null;
    told.news = false;
  }

  return {
    /** @param {Record<string, number>} [limits] of the server */
    opened({ message_bytes = MESSAGE_BYTES } = {}) {
      open = true;
      messageBytes = message_bytes;
      forget();
      tell();
    },

    closed() {
      open = false;
      forget();
    },

    /** @param {Wish} wanted */
    want(wanted) {
      wish = wanted;
      tell();
    },

    /**
     * One snapshot of each, or what is lacking, comes when the page is seen again.
     *
     * @param {boolean} seen
     */
    setVisible(seen) {
      if (seen === visible) return;
      visible = seen;
      tell();
    },

    /** @param {readonly string[]} symbols */
    resync(symbols) {
      if (open && symbols.length > 0) inParts(symbols, (part) => ({ type: "resync", symbols: part }));
    },

    /** @param {"json" | "binary"} format */
    speak(format) {
      if (open) send({ type: "format", format });
    },
  };
}

/**
 * @param {ReadonlyMap<string, UpdateRate>} rates
 * @returns {Map<UpdateRate, string[]>}
 */
function byRate(rates) {
  /** @type {Map<UpdateRate, string[]>} */
  const groups = new Map();
  for (const [symbol, rate] of rates) {
    const group = groups.get(rate);
    if (group) group.push(symbol);
    else groups.set(rate, [symbol]);
  }
  return groups;
}
