/** Adds bars to a series. A bar replaces the one with the same start. */

/** @typedef {import("./model.js").Series} Series */
/** @typedef {import("./model.js").Bar} Bar */

/** The newest bars that are kept as long as no older ones are loaded. */
export const BARS_KEPT = 3000;
/** The bars that are kept once older ones are loaded: the server's default, and those that came since. */
export const MOST_BARS = 8000;
/** Bars above the limit before the oldest are dropped, as each drop refills the chart. */
const BARS_SPARE = 500;

/**
 * @param {Series} series
 * @param {{ snapshot: boolean, missed: number, bars: readonly Bar[] }} message
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
 * Puts older bars before those of the series.
 *
 * @param {Series} series
 * @param {readonly Bar[]} bars oldest first, and possibly some that the series has
 * @returns {Series}
 */
export function takeOlder(series, bars) {
  const first = series.bars[0]?.ts ?? Infinity;
  const older = bars.filter(({ ts }) => ts < first);
  const revision = older.length > 0 ? series.revision + 1 : series.revision;
  // The answer has all bars that the server keeps, so there are no older ones.
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
