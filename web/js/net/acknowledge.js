/**
 * Acknowledges messages, so that the server knows how far the page has read. A browser answers pings also for a page that
 * does not read.
 */

/** @typedef {import("../types/protocol.js").Acknowledge} Acknowledge */
/** @typedef {import("../types/protocol.js").Ack} Ack */

/** @param {(message: Acknowledge | Ack) => void} send */
export function createAcknowledger(send) {
  /** Messages of this connection, from `hello` on. */
  let handled = 0;
  /** Each message whose number is a multiple of this is acknowledged; none if it is 0. */
  let every = 0;

  return {
    /** Begins to count: a connection opens. */
    opening() {
      handled = every = 0;
    },

    /** Offers acknowledgements: the server has said hello. */
    opened() {
      send({ type: "acknowledge" });
    },

    /**
     * Called when a message was handled, also one that says nothing to the page.
     *
     * @param {{ type: string, on?: boolean, every?: number } | null} message
     */
    handled(message) {
      handled += 1;
      if (message?.type === "acknowledge") every = message.every ?? 0;
      const isDue = every > 0 && handled % every === 0;
      if (isDue || message?.type === "probe") send({ type: "ack", number: handled });
    },
  };
}
