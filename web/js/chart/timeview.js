/** The visible time range of a chart. */

import { RIGHT_BARS } from "./look.js";

/** @typedef {import("lightweight-charts").UTCTimestamp} UTCTimestamp */
/**
 * `range` is in seconds.
 *
 * @typedef {{ spacing: number, position: number, range: { from: number, to: number } | null }} TimeView
 */

/** The distance of bars at which candles are distinct, in pixels. */
const BAR_PX = 8;
/** The number of bars left of the view at which older ones are requested. */
const NEAR_BARS = 20;

/** @param {import("lightweight-charts").IChartApi} chart */
export function createTimeView(chart) {
  const scale = chart.timeScale();
  return {
    /** Goes to the newest bars and keeps their distance. */
    toNewest: () => scale.scrollToPosition(RIGHT_BARS, false),

    /** Goes to the newest bars, at the usual distance. */
    showNewest() {
      scale.applyOptions({ barSpacing: BAR_PX });
      scale.scrollToPosition(RIGHT_BARS, false);
    },

    /** Moves the view as far as a bar needs to be in it. @param {number} ts the start of the bar */
    reveal(ts) {
      const at = scale.timeToIndex(/** @type {UTCTimestamp} */ (Math.floor(ts / 1e6)), true);
      const range = scale.getVisibleLogicalRange();
      if (at === null || !range) return;
      const by = at < range.from + 1 ? at - range.from - 1 : at > range.to - 1 ? at - range.to + 1 : 0;
      if (by !== 0) scale.setVisibleLogicalRange({ from: range.from + by, to: range.to + by });
    },

    /** @returns {TimeView} */
    get() {
      const range = scale.getVisibleRange();
      return {
        spacing: scale.options().barSpacing,
        position: scale.scrollPosition(),
        range: range && { from: Number(range.from), to: Number(range.to) },
      };
    },

    /** @param {TimeView} view */
    set({ spacing, position, range }) {
      if (position >= 0 || !range) {
        scale.applyOptions({ barSpacing: spacing });
        scale.scrollToPosition(position, false);
        return;
      }
      const [from, to] = /** @type {UTCTimestamp[]} */ ([range.from, range.to]);
      scale.setVisibleRange({ from, to });
    },

    /** Shows the bars from a time on, in seconds, up to the newest. @param {number} from @param {number} to */
    showFrom(from, to) {
      scale.setVisibleRange(/** @type {any} */ ({ from, to }));
    },

    /** Tells whether the newest bar lies right of the view. */
    isAway: () => scale.scrollPosition() < 0,

    /**
     * @param {() => void} onMove
     * @param {() => void} onNearOldest
     */
    onChange(onMove, onNearOldest) {
      scale.subscribeVisibleLogicalRangeChange((range) => {
        onMove();
        if (range && range.from < NEAR_BARS) onNearOldest();
      });
    },
  };
}
