/** The columns that the soak test takes from `/metrics`. */

/** @typedef {Map<string, number>} Samples by name with labels */

export const COLUMNS = /** @type {const} */ ([
  "seconds",
  "rss_bytes",
  "cpu_cores",
  "sessions_websocket",
  "sessions_events",
  "full",
  "skipping",
  "lowered",
  "tasks",
  "fds",
  "threads",
  "connections",
  "drift_seconds",
  "ticks",
  "messages",
  "bytes",
  "updates_encoded",
  "ticks_merged",
  "delivery_p50_ms",
  "delivery_p99_ms",
  "flush_p99_ms",
  "opened",
  "ended_too_slow",
  "ended_no_pong",
  "bus_gaps",
  "panics",
  "accept_failures",
]);

/** @param {string} text @returns {Samples} */
export function samples(text) {
  const lines = text.split("\n").filter((line) => line.startsWith("tickcast_"));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(" ");
      return [line.slice("tickcast_".length, space), Number(line.slice(space + 1))];
    }),
  );
}

/** Adds the samples of all labels. @param {Samples} scraped @param {string} name */
const sum = (scraped, name) =>
  [...scraped].reduce((total, [key, value]) => (key === name || key.startsWith(`${name}{`) ? total + value : total), 0);

/**
 * Returns a quantile of the values between two scrapes, in milliseconds, by linear interpolation in its bucket.
 * @param {Samples} scraped @param {Samples | undefined} before @param {string} name @param {number} q
 */
function quantile(scraped, before, name, q) {
  const buckets = [...scraped]
    .filter(([key]) => key.startsWith(`${name}_bucket{`))
    .map(([key, value]) => {
      const bound = /le="([^"]+)"/.exec(key)?.[1] ?? "+Inf";
      return { bound: bound === "+Inf" ? Infinity : Number(bound), count: value - (before?.get(key) ?? 0) };
    });
  const wanted = (buckets.at(-1)?.count ?? 0) * q;
  if (wanted === 0) return 0;
  const at = buckets.findIndex(({ count }) => count >= wanted);
  const { bound: low, count: below } = at > 0 ? buckets[at - 1] : { bound: 0, count: 0 };
  const { bound, count } = buckets[at];
  return 1e3 * (bound === Infinity ? low : low + ((bound - low) * (wanted - below)) / (count - below));
}

/** The market's clock minus the wall clock at the first scrape. */
let offset = NaN;

/** @param {Samples} scraped @param {Samples | undefined} before @param {number} seconds @param {number} now */
export function row(scraped, before, seconds, now) {
  const of = (/** @type {string} */ name) => scraped.get(name) ?? 0;
  const ahead = of("market_time_seconds") - now / 1e3;
  if (Number.isNaN(offset)) offset = ahead;
  const cpu = before ? of("process_cpu_seconds_total") - (before.get("process_cpu_seconds_total") ?? 0) : 0;
  const passed = before ? seconds - (before.get("at") ?? 0) : 1;
  scraped.set("at", seconds);
  const round = (/** @type {number} */ value, /** @type {number} */ digits) => Number(value.toFixed(digits));
  return {
    seconds: round(seconds, 1),
    rss_bytes: of("process_resident_memory_bytes"),
    cpu_cores: round(cpu / passed, 3),
    sessions_websocket: of('sessions{transport="websocket"}'),
    sessions_events: of('sessions{transport="events"}'),
    full: of('sessions_by_throttle_level{level="full"}'),
    skipping: of('sessions_by_throttle_level{level="skipping"}'),
    lowered: of('sessions_by_throttle_level{level="lowered"}'),
    tasks: of("tasks"),
    fds: of("process_open_fds"),
    threads: of("process_threads"),
    connections: of("connections"),
    drift_seconds: round(ahead - offset, 3),
    ticks: of("ticks_total"),
    messages: sum(scraped, "messages_sent_total"),
    bytes: sum(scraped, "message_bytes_sent_total"),
    updates_encoded: of("updates_encoded_total"),
    ticks_merged: of("ticks_merged_total"),
    delivery_p50_ms: round(quantile(scraped, before, "delivery_lag_seconds", 0.5), 2),
    delivery_p99_ms: round(quantile(scraped, before, "delivery_lag_seconds", 0.99), 2),
    flush_p99_ms: round(quantile(scraped, before, "flush_lag_seconds", 0.99), 2),
    opened: sum(scraped, "sessions_opened_total"),
    ended_too_slow: of('session_ends_total{reason="too_slow",code="1013"}'),
    ended_no_pong: of('session_ends_total{reason="no_pong",code="4408"}'),
    bus_gaps: of("bus_gaps_total"),
    panics: of("panics_total"),
    accept_failures: of("accept_failures_total"),
  };
}
