/**
 * Estimates how far the server's clock is ahead of this machine's, from round trips, as NTP does (RFC 5905, sections 8
 * and 10). Pure.
 *
 * The server's time was taken somewhere within the round trip, so half of the round trip is the largest error. The
 * shortest of the last round trips counts, as it waited least on its way.
 */

/** @typedef {import("../types/clock.js").Moment} Moment */
/** @typedef {import("../types/clock.js").RoundTrip} RoundTrip */
/** @typedef {{ at: Moment, offsetUs: number, errorUs: number }} Sample */

/** The round trips that count, as in NTP's clock filter. */
export const KEPT = 8;
/** The round trips without which the offset is not known. */
export const NEEDED = 3;
/** Microseconds by which two clocks may drift apart in a millisecond; NTP allows as much. */
const DRIFT_US = 0.5;
/** This machine's clock counts whole milliseconds. */
const RESOLUTION_US = 1000;
/** The difference between the two clocks of this machine after which one was set, or the machine slept. */
const JUMP_MS = 100;

/** @type {readonly Sample[]} */
export const NO_SAMPLES = [];

/**
 * Adds a round trip. One that contradicts the best one so far means that a clock was set, and begins anew.
 *
 * @param {readonly Sample[]} samples
 * @param {RoundTrip} trip
 * @returns {readonly Sample[]}
 */
export function addRoundTrip(samples, { asked, answered, serverUs }) {
  // Where this machine's clock was set on the way, the trip tells nothing.
  if (isSet(asked, answered)) return NO_SAMPLES;
  const halfUs = ((answered.steadyMs - asked.steadyMs) / 2) * 1000;
  const errorUs = halfUs + RESOLUTION_US;
  const sample = { at: answered, offsetUs: serverUs + halfUs - answered.nowMs * 1000, errorUs };
  const best = bestOf(samples, answered);
  const isAgreed = best !== null && Math.abs(sample.offsetUs - best.offsetUs) <= errorUs + errorAt(best, answered);
  return isAgreed ? [...samples.slice(1 - KEPT), sample] : [sample];
}

/**
 * Returns by how much the server's clock is ahead, and the largest error; `null` while it is not known.
 *
 * @param {readonly Sample[]} samples
 * @param {Moment} now
 * @returns {{ offsetUs: number, errorUs: number } | null}
 */
export function estimate(samples, now) {
  const best = samples.length >= NEEDED ? bestOf(samples, now) : null;
  return best && { offsetUs: best.offsetUs, errorUs: errorAt(best, now) };
}

/**
 * Returns the sample with the least error now. Of a machine whose clock was set since, there is none.
 *
 * @param {readonly Sample[]} samples
 * @param {Moment} now
 */
function bestOf(samples, now) {
  /** @type {Sample | null} */
  let best = null;
  for (const sample of samples) {
    if (isSet(sample.at, now)) continue;
    if (best === null || errorAt(sample, now) < errorAt(best, now)) best = sample;
  }
  return best;
}

/**
 * Returns the error of a sample, which grows with its age.
 *
 * @param {Sample} sample
 * @param {Moment} now
 */
function errorAt({ errorUs, at }, { steadyMs }) {
  return errorUs + DRIFT_US * (steadyMs - at.steadyMs);
}

/**
 * Tells whether this machine's clock was set between two moments, or the machine slept.
 *
 * @param {Moment} from
 * @param {Moment} to
 */
function isSet(from, to) {
  const steadyMs = to.steadyMs - from.steadyMs;
  return Math.abs(to.nowMs - from.nowMs - steadyMs) > JUMP_MS + (DRIFT_US / 1000) * steadyMs;
}
