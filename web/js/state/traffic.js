/** Counts messages, bytes and ticks second by second, for their rates, their delay and the effect of conflation. */

/**
 * One second: messages, their bytes, updates of quotes, and the ticks in those updates.
 *
 * @typedef {{ second: number, messages: number, bytes: number, updates: number, ticks: number }} Second
 */
/** @typedef {{ atMs: number, ticks: number }} FeedCount the ticks that the feed had played at a time */
/**
 * Totals since the page was loaded, the delay of the last message where it is known, the last seconds, the tick counts of
 * the last heartbeats, and the totals at which the format of the messages began.
 *
 * @typedef {{ messages: number, bytes: number, updates: number, ticks: number, delayUs: number | null, seconds:
 *   readonly Second[], feedCounts: readonly FeedCount[], formatFrom: { updates: number, bytes: number, ticks: number } }} Traffic
 */
/**
 * Per second.
 *
 * @typedef {{ messages: number, bytes: number, updates: number, ticks: number, feedTicks: number | null }} Rates
 */

export const KEPT_SECONDS = 60;
const RATE_SECONDS = 5;
const KEPT_COUNTS = 8;

/** @type {Traffic} */
export const EMPTY_TRAFFIC = {
  messages: 0,
  bytes: 0,
  updates: 0,
  ticks: 0,
  delayUs: null,
  seconds: [],
  feedCounts: [],
  formatFrom: { updates: 0, bytes: 0, ticks: 0 },
};

/**
 * Begins to count anew for another format, whose bytes are not those of the one before.
 *
 * @param {Traffic} traffic
 * @returns {Traffic}
 */
export function withNewFormat(traffic) {
  const { updates, bytes, ticks } = traffic;
  return { ...traffic, formatFrom: { updates, bytes, ticks } };
}

/**
 * Returns what came in the present format.
 *
 * @param {Traffic} traffic
 */
export function inFormat({ updates, bytes, ticks, formatFrom: from }) {
  return { updates: updates - from.updates, bytes: bytes - from.bytes, ticks: ticks - from.ticks };
}

/**
 * @param {Traffic} traffic
 * @param {{ nowMs: number, bytes: number, messages: number, offsetUs: number | null }} arrival by this machine's clock, and by how much the
 *   server's is ahead of it
 * @param {{ updates: number, ticks: number, sentUs: number | null, feedTicks: number | null }} message
 * @returns {Traffic}
 */
export function count(traffic, { nowMs, bytes, messages, offsetUs }, { updates, ticks, sentUs, feedTicks }) {
  const second = Math.floor(nowMs / 1000);
  const newest = traffic.seconds.at(-1);
  const current = newest?.second === second ? newest : { second, messages: 0, bytes: 0, updates: 0, ticks: 0 };
  const older = newest === current ? traffic.seconds.slice(0, -1) : traffic.seconds.slice(-KEPT_SECONDS);
  const grown = {
    second,
    messages: current.messages + messages,
    bytes: current.bytes + bytes,
    updates: current.updates + updates,
    ticks: current.ticks + ticks,
  };
  return {
    messages: traffic.messages + messages,
    bytes: traffic.bytes + bytes,
    updates: traffic.updates + updates,
    ticks: traffic.ticks + ticks,
    delayUs: sentUs === null ? traffic.delayUs : delayUs({ nowMs, offsetUs, sentUs }),
    seconds: [...older, grown],
    formatFrom: traffic.formatFrom,
    feedCounts:
      feedTicks === null ? traffic.feedCounts : withCount(traffic.feedCounts, { atMs: nowMs, ticks: feedTicks }),
  };
}

/**
 * Adds a count. One that is lower than the last belongs to a new run of the feed.
 *
 * @param {readonly FeedCount[]} counts
 * @param {FeedCount} count
 */
function withCount(counts, count) {
  const newest = counts.at(-1);
  return newest && newest.ticks > count.ticks ? [count] : [...counts.slice(1 - KEPT_COUNTS), count];
}

/**
 * Computes rates over the last whole seconds, and the feed's rate between the last heartbeats.
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
    feedTicks: feedRate(traffic.feedCounts),
  };
}

/** @param {readonly FeedCount[]} counts */
function feedRate(counts) {
  const [first, last] = [counts[0], counts.at(-1)];
  if (!first || !last || last.atMs <= first.atMs) return null;
  return ((last.ticks - first.ticks) / (last.atMs - first.atMs)) * 1000;
}

/**
 * Returns the delay of a message. A short one may seem negative, as the offset is not exact.
 *
 * @param {{ nowMs: number, offsetUs: number | null, sentUs: number }} times
 * @returns {number | null} microseconds
 */
function delayUs({ nowMs, offsetUs, sentUs }) {
  return offsetUs === null ? null : Math.max(0, nowMs * 1000 + offsetUs - sentUs);
}
