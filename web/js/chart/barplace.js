/**
 * The places of times on a chart: which bar a time is in, and its position in pixels. Times outside the bars go on at
 * the same distance, so that a line can begin before the oldest bar and end after the newest.
 */

/** @typedef {readonly { ts: number }[]} Bars oldest first */
/** @typedef {import("lightweight-charts").UTCTimestamp} UTCTimestamp */

/**
 * Returns the index of the bar that a time is in: that of the last bar before it in a gap, and beyond the bars that of
 * one that could be there.
 *
 * @param {Bars} bars
 * @param {number} ts
 * @param {number} lengthUs of a bar
 */
export function barIndex(bars, ts, lengthUs) {
  const last = bars.length - 1;
  if (last < 0) return 0;
  if (ts < bars[0].ts) return Math.floor((ts - bars[0].ts) / lengthUs);
  if (ts >= bars[last].ts) return last + Math.floor((ts - bars[last].ts) / lengthUs);
  let [low, high] = [0, last];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (bars[middle].ts <= ts) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Returns the start of the bar with an index, the reverse of `barIndex`.
 *
 * @param {Bars} bars not empty
 * @param {number} index
 * @param {number} lengthUs
 */
export function barStart(bars, index, lengthUs) {
  const last = bars.length - 1;
  if (index < 0) return bars[0].ts + index * lengthUs;
  return index > last ? bars[last].ts + (index - last) * lengthUs : bars[index].ts;
}

/** @param {import("lightweight-charts").IChartApi} chart */
export function createBarPlace(chart) {
  /** @type {Bars} */
  let bars = [];
  let lengthUs = 1e6;
  const scale = chart.timeScale();

  /** @param {number} index of a bar */
  const xOfBar = (index) => scale.timeToCoordinate(/** @type {UTCTimestamp} */ (Math.floor(bars[index].ts / 1e6)));

  /** Returns the position of a bar, where there are bars. @param {number} index */
  function xOfIndex(index) {
    if (bars.length === 0) return null;
    const within = Math.max(0, Math.min(bars.length - 1, index));
    const x = xOfBar(within);
    return x === null ? null : x + (index - within) * scale.options().barSpacing;
  }

  return {
    /** @param {Bars} next @param {number} length of a bar, in microseconds */
    set(next, length) {
      [bars, lengthUs] = [next, length];
    },

    /** Returns the position of the bar that a time is in. @param {number} ts */
    xOf: (ts) => xOfIndex(barIndex(bars, ts, lengthUs)),

    /** Returns the index of the bar that a time is in. @param {number} ts */
    indexOf: (ts) => barIndex(bars, ts, lengthUs),

    /** Returns the start of a bar. @param {number} index */
    startOf: (index) => (bars.length === 0 ? 0 : barStart(bars, index, lengthUs)),

    /**
     * Returns the index of the bar nearest to a position, which may lie beyond the bars.
     *
     * @param {number} x
     */
    indexAt(x) {
      const last = bars.length - 1;
      const [first, newest] = [xOfIndex(0), xOfIndex(last)];
      if (first === null || newest === null) return null;
      const spacing = scale.options().barSpacing;
      if (x >= newest) return last + Math.round((x - newest) / spacing);
      if (x <= first) return Math.round((x - first) / spacing);
      // A compared symbol may have bars between, so positions are searched instead of computed.
      let [low, high] = [0, last];
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if ((xOfBar(middle) ?? 0) <= x) low = middle;
        else high = middle;
      }
      return x - (xOfBar(low) ?? 0) <= (xOfBar(high) ?? 0) - x ? low : high;
    },
  };
}

/** @typedef {ReturnType<typeof createBarPlace>} BarPlace */
