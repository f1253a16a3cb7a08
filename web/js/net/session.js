/**
 * Keeps the subscriptions of the connection equal to those that the page needs.
 *
 * Only differences are sent, in as few messages as possible. A new connection subscribes to everything again and
 * resumes from what the page has. A symbol that is no longer needed stays at rate 0, so that one snapshot brings it
 * back. A hidden page keeps its subscriptions, all at rate 0 but those of symbols with an armed alert.
 */

import { byteLength } from "./wire.js";

/** @typedef {import("./wire.js").Inbound} Inbound */
/** @typedef {import("../types/protocol.js").Subscribe} Subscribe */
/** @typedef {import("../types/protocol.js").UpdatesPerSecond} UpdateRate */
/** @typedef {import("../types/subscriptions.js").SeriesId} SeriesId */
/** @typedef {import("../types/subscriptions.js").Subscriptions} Subscriptions */
/** @typedef {NonNullable<Subscribe["since"]>} Since */
/** @typedef {{ symbol: string, rate: UpdateRate }} Single the subscription of a channel that has one symbol */
/**
 * Returns the positions to resume from, for each channel.
 *
 * @typedef {object} Positions
 * @property {(symbols: readonly string[]) => Since | null} quotes
 * @property {(symbol: string, key: string) => Since | null} bars
 * @property {(symbols: readonly string[]) => Since | null} watched
 * @property {() => Since | null} trades
 * @property {() => Since | null} depth
 * @property {() => Since | null} news
 */

export const HISTORY = 500;
export const TRADES = 50;
export const STORIES = 100;
/** The bars on which alerts are judged, and the rate of what a hidden page takes. */
const WATCHED = "1s";
const HIDDEN_RATE = 1;
/** The longest message that every server reads. */
const MESSAGE_BYTES = 16_384;
const ALL = "*";
/** @type {Subscriptions} */
const NOTHING = {
  quotes: new Map(),
  total: 0,
  bars: new Map(),
  armed: new Set(),
  watched: new Set(),
  trades: null,
  depth: null,
  news: false,
  rate: 0,
};

/** The subscriptions of a new connection. */
const nothingSent = () => ({
  /** @type {Map<string, UpdateRate>} */
  quotes: new Map(),
  /** The rate of `"*"`, which covers the symbols of later epochs too. @type {UpdateRate | null} */
  all: null,
  /** @type {Map<string, SeriesId & { rate: UpdateRate }>} */
  bars: new Map(),
  /** @type {Map<string, UpdateRate>} */
  watched: new Map(),
  /** @type {Single | null} */
  trades: null,
  /** @type {Single | null} */
  depth: null,
  news: false,
});

/**
 * @param {(message: Inbound) => void} send
 * @param {Positions} positions
 */
export function createSession(send, positions) {
  let isOpen = false;
  let isVisible = true;
  let isRinging = true;
  let messageBytes = MESSAGE_BYTES;
  let wanted = NOTHING;
  let sent = nothingSent();

  const rateNow = (/** @type {UpdateRate} */ rate) => (isVisible ? rate : 0);
  /** The rate of what an armed alert needs. @param {UpdateRate} rate */
  const armedRate = (rate) => {
    if (isVisible || !isRinging) return rateNow(rate);
    return rate === "every" ? HIDDEN_RATE : Math.min(rate, HIDDEN_RATE);
  };
  /** @param {string} symbol @param {UpdateRate} rate */
  const quoteRate = (symbol, rate) => (wanted.armed.has(symbol) ? armedRate(rate) : rateNow(rate));
  const fits = (/** @type {Inbound} */ message) => byteLength(message) < messageBytes;

  /**
   * Sends a message about many symbols in as many parts as the server needs to read it.
   *
   * @param {readonly string[]} symbols
   * @param {(symbols: string[]) => Inbound} message
   */
  function sendInParts(symbols, message) {
    const whole = message([...symbols]);
    if (symbols.length <= 1 || fits(whole)) return send(whole);
    const half = symbols.length >> 1;
    sendInParts(symbols.slice(0, half), message);
    sendInParts(symbols.slice(half), message);
  }

  /**
   * Adds the position to resume from, unless the message gets too long.
   *
   * @param {Subscribe} message
   * @param {Since | null} since
   */
  function resuming(message, since) {
    const whole = since && { ...message, since };
    return whole && fits(whole) ? whole : message;
  }

  function sendQuotes() {
    const { changed, added } = rateChanges(sent.quotes, wanted.quotes, quoteRate);
    for (const [rate, symbols] of byRate(changed)) {
      const isAll = symbols.length === sent.quotes.size && symbols.length > 1;
      if (isAll && sent.all !== null) sent.all = rate;
      sendInParts(isAll ? [ALL] : symbols, (part) => ({ type: "rate", channel: "quotes", symbols: part, rate }));
    }
    for (const [rate, symbols] of byRate(added)) subscribeQuotes(symbols, rate);
    for (const [symbol, rate] of [...changed, ...added]) sent.quotes.set(symbol, rate);
  }

  /**
   * @param {string[]} symbols
   * @param {UpdateRate} rate
   */
  function subscribeQuotes(symbols, rate) {
    const since = positions.quotes(symbols);
    const isAll = symbols.length === wanted.total && symbols.length > 1;
    if (isAll) {
      sent.all = rate;
      return send(resuming({ type: "subscribe", channel: "quotes", symbols: [ALL], rate }, since));
    }
    sendInParts(symbols, (part) => {
      const partly = part.length === symbols.length ? since : positions.quotes(part);
      return resuming({ type: "subscribe", channel: "quotes", symbols: part, rate }, partly);
    });
  }

  function sendBars() {
    for (const [key, { symbol, interval }] of sent.bars) {
      if (wanted.bars.has(key)) continue;
      send({ type: "unsubscribe", channel: "bars", symbols: [symbol], interval });
      sent.bars.delete(key);
    }
    for (const [key, { symbol, interval }] of wanted.bars) {
      const isWatched = interval === WATCHED && wanted.armed.has(symbol);
      const rate = isWatched ? armedRate(wanted.rate) : rateNow(wanted.rate);
      const before = sent.bars.get(key);
      if (before?.rate === rate) continue;
      sent.bars.set(key, { symbol, interval, rate });
      const symbols = [symbol];
      if (before) send({ type: "rate", channel: "bars", symbols, interval, rate });
      else {
        const since = positions.bars(symbol, key);
        send(resuming({ type: "subscribe", channel: "bars", symbols, interval, history: HISTORY, rate }, since));
      }
    }
  }

  /** Sends the differences of the bars that alerts are judged on, many symbols in a message. */
  function sendWatched() {
    /** @type {Map<string, UpdateRate>} */
    const rates = new Map([...wanted.watched].map((symbol) => [symbol, wanted.rate]));
    const { changed, added } = rateChanges(sent.watched, rates, (_, rate) => armedRate(rate));
    const gone = [...sent.watched.keys()].filter((symbol) => !rates.has(symbol));
    const series = /** @type {const} */ ({ channel: "bars", interval: WATCHED });
    if (gone.length > 0) sendInParts(gone, (symbols) => ({ type: "unsubscribe", ...series, symbols }));
    for (const symbol of gone) {
      sent.watched.delete(symbol);
      changed.delete(symbol);
    }
    for (const [rate, all] of byRate(changed)) {
      sendInParts(all, (symbols) => ({ type: "rate", ...series, symbols, rate }));
    }
    for (const [rate, all] of byRate(added)) {
      sendInParts(all, (symbols) =>
        resuming({ type: "subscribe", ...series, symbols, history: 1, rate }, positions.watched(symbols)),
      );
    }
    for (const [symbol, rate] of [...changed, ...added]) sent.watched.set(symbol, rate);
  }

  /**
   * Sends the differences of a channel that has one symbol.
   *
   * @param {"trades" | "depth"} channel
   * @param {{ history?: number }} options
   */
  function sendSingle(channel, options) {
    const [before, symbol, rate] = [sent[channel], wanted[channel], rateNow(wanted.rate)];
    if (before && before.symbol !== symbol) send({ type: "unsubscribe", channel, symbols: [before.symbol] });
    sent[channel] = symbol === null ? null : { symbol, rate };
    if (symbol === null) return;
    if (before?.symbol !== symbol) {
      send(resuming({ type: "subscribe", channel, symbols: [symbol], ...options, rate }, positions[channel]()));
    } else if (before.rate !== rate) send({ type: "rate", channel, symbols: [symbol], rate });
  }

  /** Subscribes to headlines. They are few, so the subscription stays. */
  function sendNews() {
    if (!wanted.news || sent.news) return;
    send(resuming({ type: "subscribe", channel: "news", history: STORIES }, positions.news()));
    sent.news = true;
  }

  function sendChanges() {
    if (!isOpen) return;
    sendQuotes();
    sendWatched();
    sendBars();
    sendSingle("trades", { history: TRADES });
    sendSingle("depth", {});
    sendNews();
  }

  return {
    /** @param {Record<string, number>} [limits] of the server */
    opened({ message_bytes = MESSAGE_BYTES } = {}) {
      isOpen = true;
      messageBytes = message_bytes;
      sent = nothingSent();
      sendChanges();
    },

    closed() {
      isOpen = false;
      sent = nothingSent();
    },

    /**
     * Takes the symbols of a new epoch. The server has ended the subscriptions to others, and `"*"` covers new ones.
     *
     * @param {ReadonlySet<string>} symbols
     */
    listed(symbols) {
      const isGone = (/** @type {{ symbol: string } | null} */ one) => one !== null && !symbols.has(one.symbol);
      for (const symbol of [...sent.quotes.keys()]) if (!symbols.has(symbol)) sent.quotes.delete(symbol);
      for (const symbol of [...sent.watched.keys()]) if (!symbols.has(symbol)) sent.watched.delete(symbol);
      for (const [key, series] of [...sent.bars]) if (isGone(series)) sent.bars.delete(key);
      if (isGone(sent.trades)) sent.trades = null;
      if (isGone(sent.depth)) sent.depth = null;
      if (sent.all === null) return;
      for (const symbol of symbols) if (!sent.quotes.has(symbol)) sent.quotes.set(symbol, sent.all);
    },

    /** @param {Subscriptions} subscriptions */
    setSubscriptions(subscriptions) {
      wanted = subscriptions;
      sendChanges();
    },

    /**
     * Stops the updates of a hidden page. When it is visible again, a snapshot or the missing updates come.
     *
     * @param {boolean} visible
     * @param {boolean} [ringing] a hidden page goes on with what armed alerts need
     */
    setVisible(visible, ringing = true) {
      if (visible === isVisible && ringing === isRinging) return;
      isVisible = visible;
      isRinging = ringing;
      sendChanges();
    },

    /** @param {readonly string[]} symbols */
    resync(symbols) {
      if (isOpen && symbols.length > 0) sendInParts(symbols, (part) => ({ type: "resync", symbols: part }));
    },

    /** @param {"json" | "binary"} format */
    setFormat(format) {
      if (isOpen) send({ type: "format", format });
    },
  };
}

/**
 * Compares the rates that the page needs with those that were sent. A symbol that is not needed goes to rate 0.
 *
 * @param {ReadonlyMap<string, UpdateRate>} sent
 * @param {ReadonlyMap<string, UpdateRate>} wanted
 * @param {(symbol: string, rate: UpdateRate) => UpdateRate} rateNow
 */
function rateChanges(sent, wanted, rateNow) {
  /** @type {Map<string, UpdateRate>} */
  const changed = new Map();
  /** @type {Map<string, UpdateRate>} */
  const added = new Map();
  for (const [symbol, rate] of wanted) {
    const before = sent.get(symbol);
    if (before === undefined) added.set(symbol, rateNow(symbol, rate));
    else if (before !== rateNow(symbol, rate)) changed.set(symbol, rateNow(symbol, rate));
  }
  for (const [symbol, before] of sent) if (before !== 0 && !wanted.has(symbol)) changed.set(symbol, 0);
  return { changed, added };
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
