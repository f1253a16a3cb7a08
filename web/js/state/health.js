/** Rates, sums and quantiles of metrics between two scrapes. Pure. */

/** @typedef {import("../types/http.js").Samples} Samples */
/** @typedef {{ at: number, samples: Samples }} Scrape `at` is in seconds of a monotonic clock */

/** Adds up a metric over all its labels. @param {Samples} samples @param {string} name */
export function total(samples, name) {
  let sum = 0;
  for (const [key, value] of samples) if (key === name || key.startsWith(`${name}{`)) sum += value;
  return sum;
}

/**
 * Returns the growth of a counter per second, or `null` at the first scrape. A counter that was reset counts from 0.
 *
 * @param {Scrape} now @param {Scrape | undefined} before @param {string} name
 */
export function rate(now, before, name) {
  if (!before || now.at <= before.at) return null;
  const [is, was] = [total(now.samples, name), total(before.samples, name)];
  return (is < was ? is : is - was) / (now.at - before.at);
}

/**
 * Estimates a quantile of a histogram between two scrapes, as Prometheus' `histogram_quantile` does: linear within a
 * bucket, `null` without samples, and `Infinity` above the last bound.
 *
 * @param {Scrape} now @param {Scrape | undefined} before @param {string} name @param {number} share
 */
export function quantile(now, before, name, share) {
  /** @type {{ bound: number, count: number }[]} */
  const buckets = [];
  for (const [key, value] of now.samples) {
    const bound = key.startsWith(`${name}_bucket{`) && /le="([^"]+)"/.exec(key)?.[1];
    if (bound)
      buckets.push({
        bound: bound === "+Inf" ? Infinity : Number(bound),
        count: value - (before?.samples.get(key) ?? 0),
      });
  }
  buckets.sort((a, b) => a.bound - b.bound);
  const wanted = (buckets.at(-1)?.count ?? 0) * share;
  if (wanted <= 0) return null;
  const at = buckets.findIndex(({ count }) => count >= wanted);
  const { bound, count } = buckets[at];
  const low = at > 0 ? buckets[at - 1] : { bound: 0, count: 0 };
  return low.bound + ((bound - low.bound) * (wanted - low.count)) / (count - low.count);
}

/**
 * Returns a metric by the values of a label, the largest first and without zeros.
 *
 * @param {Samples} samples @param {string} name @param {string} label
 * @returns {[string, number][]}
 */
export function byLabel(samples, name, label) {
  /** @type {Map<string, number>} */
  const found = new Map();
  for (const [key, value] of samples) {
    const text = key.startsWith(`${name}{`) && new RegExp(`[{,]${label}="([^"]*)"`).exec(key)?.[1];
    if (text && value > 0) found.set(text, (found.get(text) ?? 0) + value);
  }
  return [...found].sort((a, b) => b[1] - a[1]);
}

/** Writes a duration: `3 d 4 h`, `4 h 5 min`, `5 min`, `12 s`. @param {number} seconds */
export function spanText(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [days, hours, minutes] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3_600) % 24,
    Math.floor(whole / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min` : `${whole} s`;
}

/** Writes a lag in milliseconds or seconds. @param {number | null} seconds */
export function lagText(seconds) {
  if (seconds === null) return "–";
  if (seconds === Infinity) return "> 10 s";
  return seconds < 1 ? `${(seconds * 1e3).toFixed(seconds < 0.01 ? 1 : 0)} ms` : `${seconds.toFixed(1)} s`;
}
