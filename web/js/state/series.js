/** Takes bars in: they are keyed by their start, so one that comes twice replaces itself. */

/** @typedef {import("./model.js").Series} Series */
/** @typedef {import("./model.js").Bar} Bar */

/** The newest bars that are kept; the oldest go some at a time, because each going fills the chart anew. */
export const BARS_KEPT = 3000;
const BARS_SPARE = 500;

/**
 * @param {Series} series
 * @param {{ snapshot: boolean, missed: number, bars: readonly Bar[] }} news
 * @returns {Series}
 */
export function takeBars(series, { snapshot, missed, bars }) {
  if (snapshot) return { revision: series.revision + 1, loading: false, missed: 0, bars };
  if (series.loading) return series;
  const merged = series.bars.slice();
  let revision = series.revision;
  for (const bar of bars) {
    const newest = merged.at(-1);
    if (!newest || bar.ts > newest.ts) merged.push(bar);
    else if (bar.ts === newest.ts) merged[merged.length - 1] = bar;
    else if (replaceOlder(merged, bar)) revision += 1;
  }
  const crowded = merged.length > BARS_KEPT + BARS_SPARE;
  return {
    revision: crowded ? revision + 1 : revision,
    loading: false,
    missed: series.missed + missed,
    bars: crowded ? merged.slice(-BARS_KEPT) : merged,
  };
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
