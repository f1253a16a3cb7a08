/**
 * Asks for the server's clock now and then, and measures the round trips.
 *
 * Not here: what they tell (`state/clock.js`).
 */

/** @typedef {import("../types/protocol.js").Clock} ClockRequest */
/** @typedef {import("../types/protocol.js").Time} Time */
/** @typedef {import("../types/clock.js").Moment} Moment */
/** @typedef {import("../types/clock.js").RoundTrip} RoundTrip */

/** The least time between two questions while the offset is not known. */
export const FAST_MS = 500;
/** The least time between two questions that keep it known, while clocks drift. */
export const SLOW_MS = 10_000;

/**
 * @param {object} options
 * @param {(message: ClockRequest) => void} options.send
 * @param {() => Moment} options.now
 * @param {() => boolean} options.isKnown the offset is known
 */
export function createClock({ send, now, isKnown }) {
  let isOpen = false;
  let askedMs = -Infinity;
  /** The time of the question that has no answer yet. @type {Moment | null} */
  let asked = null;

  function ask() {
    asked = now();
    askedMs = asked.steadyMs;
    send({ type: "clock" });
  }

  return {
    opened() {
      isOpen = true;
      ask();
    },

    closed() {
      isOpen = false;
      asked = null;
    },

    /** Asks if it is time to. Called with each message, of which one comes at least every few seconds. */
    tick() {
      if (!isOpen || asked !== null) return;
      const restMs = now().steadyMs - askedMs;
      if (restMs >= SLOW_MS || (restMs >= FAST_MS && !isKnown())) ask();
    },

    /**
     * Takes an answer.
     *
     * @param {Time} message
     * @param {number} waitedMs since it came
     * @returns {RoundTrip | null}
     */
    answered({ ts_sent }, waitedMs) {
      if (asked === null) return null;
      const { nowMs, steadyMs } = now();
      const answered = { nowMs: nowMs - waitedMs, steadyMs: steadyMs - waitedMs };
      const trip = { asked, answered, serverUs: ts_sent };
      asked = null;
      return trip;
    },
  };
}
