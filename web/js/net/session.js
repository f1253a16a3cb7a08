/**
 * The page's side of the conversation: what it subscribes to, and when it asks for more or less.
 *
 * All quotes and one symbol's bars are wanted. A new connection knows nothing, so `opened` asks again.
 */

/** @typedef {import("./wire.js").Inbound} Inbound */
/** @typedef {import("../lib/time.js").Interval} Interval */
/** @typedef {{ symbol: string, interval: Interval }} Choice */

export const RATE = 5;
export const HISTORY = 500;

/** @param {(message: Inbound) => void} send */
export function createSession(send) {
  let open = false;
  let visible = true;
  /** @type {Choice | null} the bars that this connection is subscribed to */
  let subscribed = null;

  return {
    opened() {
      open = true;
      subscribed = null;
      send({ type: "subscribe", channel: "quotes", symbols: ["*"], rate: visible ? RATE : 0 });
    },

    closed() {
      open = false;
      subscribed = null;
    },

    /** @param {Choice} choice */
    choose({ symbol, interval }) {
      if (!open || (subscribed?.symbol === symbol && subscribed.interval === interval)) return;
      if (subscribed) send({ type: "unsubscribe", channel: "bars", symbols: [subscribed.symbol], interval: subscribed.interval });
      send({ type: "subscribe", channel: "bars", symbols: [symbol], interval, history: HISTORY, rate: RATE });
      subscribed = { symbol, interval };
    },

    /**
     * A hidden page keeps its subscription and takes no quotes; one snapshot comes when it is seen again.
     *
     * @param {boolean} seen
     */
    setVisible(seen) {
      if (seen === visible) return;
      visible = seen;
      if (open) send({ type: "rate", channel: "quotes", symbols: ["*"], rate: visible ? RATE : 0 });
    },

    /** @param {string[]} symbols */
    resync(symbols) {
      if (open && symbols.length > 0) send({ type: "resync", symbols });
    },
  };
}
