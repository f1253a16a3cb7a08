/** What the counts of two looks say together: rates, shares and quantiles. Pure. */

/** @typedef {import("../types/http.js").Samples} Samples */
/** @typedef {import("../types/http.js").FeedStatus} FeedStatus */
/** @typedef {{ at: number, samples: Samples }} Look `at` in seconds, by a clock that only goes forward */

/** @param {Samples} samples @param {string} name all labels of it together */
export function total(samples, name) {
  let sum = 0;
  for (const [key, value] of samples) if (key === name || key.startsWith(`${name}{`)) sum += value;
  return sum;
}

/**
 * How fast a counter grows, each second; `null` before there is a second look. One that began anew, as an epoch or a server does, counts from 0.
 *
 * @param {Look} now @param {Look | undefined} before @param {string} name
 */
export function rate(now, before, name) {
  if (!before || now.at <= before.at) return null;
  const [is, was] = [total(now.samples, name), total(before.samples, name)];
  return (is < was ? is : is - was) / (now.at - before.at);
}

/**
 * A quantile of what a histogram took in between two looks, in its unit: within a bucket in proportion, `null` where there was nothing, and
 * `Infinity` beyond the last bound.
 *
 * @param {Look} now @param {Look | undefined} before @param {string} name @param {number} share
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
 * The values of a label that are not 0, the largest first.
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

/** @param {number} seconds @returns {string} `3 d 4 h`, `4 h 5 min`, `5 min`, `12 s` */
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

/** @param {number | null} seconds @returns {string} with a unit that suits it */
export function lagText(seconds) {
  if (seconds === null) return "–";
  if (seconds === Infinity) return "> 10 s";
  return seconds < 1 ? `${(seconds * 1e3).toFixed(seconds < 0.01 ? 1 : 0)} ms` : `${seconds.toFixed(1)} s`;
}
