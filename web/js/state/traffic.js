/** Counts what arrives, second by second, so that the page can say how much, how late, and what the server merged. */

/**
 * One second: messages, their bytes, updates of quotes and the ticks these stand for; the least offset of the clocks seen in it.
 *
 * @typedef {{ second: number, messages: number, bytes: number, updates: number, ticks: number, offsetUs: number }} Second
 */
/** @typedef {{ atMs: number, ticks: number }} Beat how many ticks the feed had played when */
/**
 * Totals since the page was loaded, the last seconds one by one, and the last beats.
 *
 * @typedef {{ messages: number, bytes: number, updates: number, ticks: number, offsetUs: number | null, seconds: readonly Second[],
 *   beats: readonly Beat[] }} Traffic
 */
/** @typedef {{ messages: number, bytes: number, updates: number, ticks: number, feedTicks: number | null }} Rates per second */

export const KEPT_SECONDS = 60;
const RATE_SECONDS = 5;
const KEPT_BEATS = 8;
/** Up to here a difference of clocks is taken as a delay; beyond, the clocks disagree. */
const PLAUSIBLE_US = 2_000_000;

/** @type {Traffic} */
export const EMPTY_TRAFFIC = { messages: 0, bytes: 0, updates: 0, ticks: 0, offsetUs: null, seconds: [], beats: [] };

/**
 * @param {Traffic} traffic
 * @param {{ nowMs: number, bytes: number }} arrival by this machine's clock
 * @param {{ updates: number, ticks: number, sentUs: number | null, feedTicks: number | null }} message
 * @returns {Traffic}
 */
export function count(traffic, { nowMs, bytes }, { updates, ticks, sentUs, feedTicks }) {
  const second = Math.floor(nowMs / 1000);
  const offsetUs = sentUs === null ? null : nowMs * 1000 - sentUs;
  const newest = traffic.seconds.at(-1);
  const current =
    newest?.second === second ? newest : { second, messages: 0, bytes: 0, updates: 0, ticks: 0, offsetUs: Infinity };
  const older = newest === current ? traffic.seconds.slice(0, -1) : traffic.seconds.slice(-KEPT_SECONDS);
  const grown = {
    second,
    messages: current.messages + 1,
    bytes: current.bytes + bytes,
    updates: current.updates + updates,
    ticks: current.ticks + ticks,
    offsetUs: Math.min(current.offsetUs, offsetUs ?? Infinity),
  };
  return {
    messages: traffic.messages + 1,
    bytes: traffic.bytes + bytes,
    updates: traffic.updates + updates,
    ticks: traffic.ticks + ticks,
    offsetUs: offsetUs ?? traffic.offsetUs,
    seconds: [...older, grown],
    beats: feedTicks === null ? traffic.beats : withBeat(traffic.beats, { atMs: nowMs, ticks: feedTicks }),
  };
}

/**
 * A count that fell is of another run of the feed.
 *
 * @param {readonly Beat[]} beats
 * @param {Beat} beat
 */
function withBeat(beats, beat) {
  const newest = beats.at(-1);
  return newest && newest.ticks > beat.ticks ? [beat] : [...beats.slice(1 - KEPT_BEATS), beat];
}

/**
 * What arrives per second, over the last whole seconds; and what the feed played, between the last beats.
 *
 * @param {Traffic} traffic
 * @param {number} nowMs
 * @returns {Rates}
 */
export function rates(traffic, nowMs) {
  const now = Math.floor(nowMs / 1000);
  const first = traffic.seconds[0]?.second ?? now;
  const span = Math.max(1, Math.min(RATE_SECONDS, now - first));
  const sum = { messages: 0, bytes: 0, updates: 0, ticks: 0 };
  for (const { second, messages, bytes, updates, ticks } of traffic.seconds) {
    if (second >= now || second < now - span) continue;
    sum.messages += messages;
    sum.bytes += bytes;
    sum.updates += updates;
    sum.ticks += ticks;
  }
  return {
    messages: sum.messages / span,
    bytes: sum.bytes / span,
    updates: sum.updates / span,
    ticks: sum.ticks / span,
    feedTicks: feedRate(traffic.beats),
  };
}

/** @param {readonly Beat[]} beats */
function feedRate(beats) {
  const [first, last] = [beats[0], beats.at(-1)];
  if (!first || !last || last.atMs <= first.atMs) return null;
  return ((last.ticks - first.ticks) / (last.atMs - first.atMs)) * 1000;
}

/**
 * How long the last message took. Where the two clocks plainly disagree, the least offset of the last minute counts as none.
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
