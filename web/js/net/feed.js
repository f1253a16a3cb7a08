/**
 * Drives the feed: says a command, and holds the next seek back until the one before is answered.
 *
 * A slider says many places in a second of which only the newest counts, and each costs the server a market.
 */

/** @typedef {import("../types/http.js").FeedCommand} FeedCommand */
/** @typedef {import("../types/protocol.js").Drive} Drive */

/** @param {(message: Drive) => void} send */
export function createDriver(send) {
  let lastId = 0;
  /** @type {number | null} the seek that is not answered yet */
  let seeking = null;
  /** @type {FeedCommand | null} where to seek after that */
  let wanted = null;

  /** @param {FeedCommand} command */
  function say(command) {
    lastId += 1;
    send({ type: "drive", id: lastId, ...command });
    return lastId;
  }

  return {
    /** @param {FeedCommand} command */
    drive(command) {
      if (command.command !== "seek") say(command);
      else if (seeking === null) seeking = say(command);
      else wanted = command;
    },

    /**
     * An answer to what was said: `driven`, or `error`.
     *
     * @param {{ id?: number }} message
     */
    answered({ id }) {
      if (id === undefined || id !== seeking) return;
      seeking = null;
      const next = wanted;
      wanted = null;
      if (next) seeking = say(next);
    },

    /** What was not answered never will be. */
    closed() {
      seeking = wanted = null;
    },
  };
}
