/** Takes bars in: they are keyed by their start, so one that comes twice replaces itself. */

/** @typedef {import("./model.js").Series} Series */
/** @typedef {import("./model.js").Bar} Bar */

/** The newest bars that are kept where nobody asked for older ones; the oldest go some at a time, because each going fills the chart anew. */
export const BARS_KEPT = 3000;
/** The bars that are kept where older ones were asked for: what a server keeps by default, and what came since. */
export const MOST_BARS = 8000;
const BARS_SPARE = 500;

/**
 * @param {Series} series
 * @param {{ snapshot: boolean, missed: number, bars: readonly Bar[] }} news
 * @returns {Series}
 */
export function takeBars(series, { snapshot, missed, bars }) {
  if (snapshot) return { revision: series.revision + 1, loading: false, missed: 0, older: "unknown", bars };
  if (series.loading) return series;
  const merged = series.bars.slice();
  let revision = series.revision;
  for (const bar of bars) {
    const newest = merged.at(-1);
    if (!newest || bar.ts > newest.ts) merged.push(bar);
    else if (bar.ts === newest.ts) merged[merged.length - 1] = bar;
    else if (replaceOlder(merged, bar)) revision += 1;
  }
  const most = series.older === "unknown" ? BARS_KEPT : MOST_BARS;
  const crowded = merged.length > most + BARS_SPARE;
  return {
    ...series,
    revision: crowded ? revision + 1 : revision,
    loading: false,
    missed: series.missed + missed,
    bars: crowded ? merged.slice(-most) : merged,
  };
}

/**
 * Puts older bars before those that are there. Where none are older, there are no more to be had.
 *
 * @param {Series} series
 * @param {readonly Bar[]} bars oldest first, and perhaps some that are there already
 * @returns {Series}
 */
export function takeOlder(series, bars) {
  const first = series.bars[0]?.ts ?? Infinity;
  const older = bars.filter(({ ts }) => ts < first);
  const revision = older.length > 0 ? series.revision + 1 : series.revision;
  // All that is kept was asked for at once, so a second asking would bring nothing.
  return { ...series, revision, older: "none", bars: older.length > 0 ? [...older, ...series.bars] : series.bars };
}

/**
 * @param {Bar[]} bars
 * @param {Bar} bar
 * @returns {boolean} whether anything changed
 */
function replaceOlder(bars, bar) {
  const at = bars.findLastIndex(({ ts }) => ts <= bar.ts);
  const known = bars[at];
  if (known?.ts !== bar.ts) {
    bars.splice(at + 1, 0, bar);
    return true;
  }
  bars[at] = bar;
  return known.close !== bar.close || known.high !== bar.high || known.low !== bar.low || known.volume !== bar.volume;
}
