/**
 * Sends commands to the feed. A seek waits until the seek before it is answered.
 *
 * A slider sends many positions a second, of which only the newest counts, and each seek costs the server a market.
 */

/** @typedef {import("../types/http.js").FeedCommand} FeedCommand */
/** @typedef {import("../types/protocol.js").Drive} Drive */

/** @param {(message: Drive) => void} send */
export function createDriver(send) {
  let lastId = 0;
  /** The id of the seek that has no answer yet. @type {number | null} */
  let seeking = null;
  /** The seek to send next. @type {FeedCommand | null} */
  let next = null;

  /** @param {FeedCommand} command */
  function request(command) {
    lastId += 1;
    send({ type: "drive", id: lastId, ...command });
    return lastId;
  }

  return {
    /** @param {FeedCommand} command */
    drive(command) {
      if (command.command !== "seek") request(command);
      else if (seeking === null) seeking = request(command);
      else next = command;
    },

    /**
     * Takes the answer to a command, `driven` or `error`.
     *
     * @param {{ id?: number }} message
     */
    answered({ id }) {
      if (id === undefined || id !== seeking) return;
      seeking = next && request(next);
      next = null;
    },

    /** Forgets the commands of a closed connection. */
    closed() {
      seeking = next = null;
    },
  };
}
