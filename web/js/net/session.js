/**
 * The page's side of the conversation: what it subscribes to, and when it asks for more or less.
 *
 * All quotes are wanted, and the bars and the tape of one symbol. A new connection knows nothing, so `opened` asks again, and says what
 * the page still has. A hidden page keeps what it is subscribed to and takes nothing.
 */

import { byteLength } from "./wire.js";

/** @typedef {import("./wire.js").Inbound} Inbound */
/** @typedef {import("./wire.js").Since} Since */
/** @typedef {import("./wire.js").Subscribe} Subscribe */
/** @typedef {import("../lib/time.js").Interval} Interval */
/** @typedef {{ symbol: string, interval: Interval, tape: boolean }} Choice `tape`: whether its trades are wanted too */
/** @typedef {{ quotes: () => Since | null, bars: () => Since | null, trades: () => Since | null }} Known what the page has, asked on subscribing */

export const RATE = 5;
export const HISTORY = 500;
export const TRADES = 50;
/** The longest message while the server has not said otherwise. */
const MESSAGE_BYTES = 16_384;

/**
 * @param {(message: Inbound) => void} send
 * @param {Known} known
 */
export function createSession(send, known) {
  let open = false;
  let visible = true;
  let messageBytes = MESSAGE_BYTES;
  /** @type {{ symbol: string, interval: Interval } | null} the bars that this connection is subscribed to */
  let bars = null;
  /** @type {string | null} the symbol whose tape this connection is subscribed to */
  let tape = null;

  const rate = () => (visible ? RATE : 0);
  const fits = (/** @type {Inbound} */ message) => byteLength(message) < messageBytes;

  /**
   * Goes on from what the page has, unless saying so takes more than the server reads.
   *
   * @param {Subscribe} message
   * @param {Since | null} since
   */
  function subscribe(message, since) {
    const resuming = since && { ...message, since };
    send(resuming && fits(resuming) ? resuming : message);
  }

  /** @param {string | null} symbol */
  function follow(symbol) {
    if (tape === symbol) return;
    if (tape !== null) send({ type: "unsubscribe", channel: "trades", symbols: [tape] });
    if (symbol !== null) subscribe({ type: "subscribe", channel: "trades", symbols: [symbol], history: TRADES, rate: rate() }, known.trades());
    tape = symbol;
  }

  return {
    /** @param {Record<string, number>} [limits] of the server */
    opened({ message_bytes = MESSAGE_BYTES } = {}) {
      open = true;
      bars = tape = null;
      messageBytes = message_bytes;
      subscribe({ type: "subscribe", channel: "quotes", symbols: ["*"], rate: rate() }, known.quotes());
    },

    closed() {
      open = false;
      bars = tape = null;
    },

    /** @param {Choice} choice */
    choose({ symbol, interval, tape: withTape }) {
      if (!open) return;
      if (bars?.symbol !== symbol || bars.interval !== interval) {
        if (bars) send({ type: "unsubscribe", channel: "bars", symbols: [bars.symbol], interval: bars.interval });
        subscribe({ type: "subscribe", channel: "bars", symbols: [symbol], interval, history: HISTORY, rate: rate() }, known.bars());
        bars = { symbol, interval };
      }
      follow(withTape ? symbol : null);
    },

    /**
     * One snapshot of each, or what is lacking, comes when the page is seen again.
     *
     * @param {boolean} seen
     */
    setVisible(seen) {
      if (seen === visible) return;
      visible = seen;
      if (!open) return;
      send({ type: "rate", channel: "quotes", symbols: ["*"], rate: rate() });
      if (bars) send({ type: "rate", channel: "bars", symbols: [bars.symbol], interval: bars.interval, rate: rate() });
      if (tape !== null) send({ type: "rate", channel: "trades", symbols: [tape], rate: rate() });
    },

    /** @param {readonly string[]} symbols */
    resync(symbols) {
      if (!open || symbols.length === 0) return;
      /** @type {Inbound} */
      const message = { type: "resync", symbols: [...symbols] };
      if (symbols.length === 1 || fits(message)) return send(message);
      const half = symbols.length >> 1;
      this.resync(symbols.slice(0, half));
      this.resync(symbols.slice(half));
    },
  };
}
