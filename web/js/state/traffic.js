/** Counts what arrives, second by second, so that the footer can say how much and how late. */

/** @typedef {{ second: number, messages: number, updates: number, ticks: number, offsetUs: number }} Second the least offset of the second */
/**
 * Totals since the page was loaded, and the last seconds one by one.
 *
 * @typedef {{ messages: number, updates: number, ticks: number, offsetUs: number | null, seconds: readonly Second[] }} Traffic
 */
/** @typedef {{ messagesPerSecond: number, updatesPerSecond: number, ticksPerSecond: number }} Rates */

const KEPT_SECONDS = 30;
const RATE_SECONDS = 5;
/** Up to here a difference of clocks is taken as a delay; beyond, the clocks disagree. */
const PLAUSIBLE_US = 2_000_000;

/** @type {Traffic} */
export const EMPTY_TRAFFIC = { messages: 0, updates: 0, ticks: 0, offsetUs: null, seconds: [] };

/**
 * @param {Traffic} traffic
 * @param {number} nowMs this machine's clock
 * @param {{ updates: number, ticks: number, sentUs: number }} message
 * @returns {Traffic}
 */
export function count(traffic, nowMs, { updates, ticks, sentUs }) {
  const second = Math.floor(nowMs / 1000);
  const offsetUs = nowMs * 1000 - sentUs;
  const newest = traffic.seconds.at(-1);
  const current = newest?.second === second ? newest : { second, messages: 0, updates: 0, ticks: 0, offsetUs };
  const older = newest === current ? traffic.seconds.slice(0, -1) : traffic.seconds.slice(-KEPT_SECONDS);
  const grown = {
    second,
    messages: current.messages + 1,
    updates: current.updates + updates,
    ticks: current.ticks + ticks,
    offsetUs: Math.min(current.offsetUs, offsetUs),
  };
  return {
    messages: traffic.messages + 1,
    updates: traffic.updates + updates,
    ticks: traffic.ticks + ticks,
    offsetUs,
    seconds: [...older, grown],
  };
}

/**
 * What arrives per second, over the last whole seconds.
 *
 * @param {Traffic} traffic
 * @param {number} nowMs
 * @returns {Rates}
 */
export function rates(traffic, nowMs) {
  const now = Math.floor(nowMs / 1000);
  const first = traffic.seconds[0]?.second ?? now;
  const span = Math.max(1, Math.min(RATE_SECONDS, now - first));
  const sum = { messages: 0, updates: 0, ticks: 0 };
  for (const { second, messages, updates, ticks } of traffic.seconds) {
    if (second >= now || second < now - span) continue;
    sum.messages += messages;
    sum.updates += updates;
    sum.ticks += ticks;
  }
  return { messagesPerSecond: sum.messages / span, updatesPerSecond: sum.updates / span, ticksPerSecond: sum.ticks / span };
}

/**
 * How long the last message took. Where the two clocks plainly disagree, the least offset of the last half minute counts as none.
 *
 * @param {Traffic} traffic
 * @returns {number | null} microseconds
 */
export function delayUs({ offsetUs, seconds }) {
  if (offsetUs === null) return null;
  const least = Math.min(...seconds.map((second) => second.offsetUs));
  const clocksAgree = least >= 0 && least < PLAUSIBLE_US;
  return clocksAgree ? offsetUs : offsetUs - least;
}
