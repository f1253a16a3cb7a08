/** The lines of a chart: indicators and compared symbols. */

import { HistogramSeries, LineSeries } from "lightweight-charts";

/**
 * `apart` names the pane of its own that a line is in. `colour` is an index of the line colours. `faint` lines are thin
 * and have no label, as columns have none. `levels` are marked on the scale. `decimals` is `null` for prices.
 *
 * @typedef {{ id: string, colour: number, apart: string | null, look: "line" | "faint" | "columns", levels: readonly
 *   number[], decimals: number | null, points: readonly { ts: number, value: number | null }[] }} Line
 */
/** @typedef {import("lightweight-charts").ISeriesApi<any>} Drawn */

/** The most new points that are faster added one by one than by a refill. */
const MOST_ADDED = 5;
/** The strength of columns, so that the lines before them are clear. */
const SOFT = 0.45;
/** The heights of panes of their own, relative to that of the volumes. */
const STRETCH = 1;

/** @param {import("lightweight-charts").IChartApi} chart */
export function createOverlays(chart) {
  /**
   * @type {Map<string, { series: Drawn, pane: number, apart: string | null, decimals: number | null, newest: number,
   *   colour: string }>}
   */
  const drawn = new Map();
  /** @type {object} */
  let format = {};

  /** @param {Line} line */
  const formatOf = ({ decimals }) =>
    decimals === null
      ? { type: /** @type {const} */ ("custom"), ...format }
      : { type: /** @type {const} */ ("price"), precision: decimals, minMove: 10 ** -decimals };

  /** @param {Line} line @param {number} pane @param {string} colour */
  function make(line, pane, colour) {
    const isLine = line.look === "line";
    const look = {
      priceLineVisible: false,
      lastValueVisible: isLine,
      priceFormat: /** @type {any} */ (formatOf(line)),
    };
    const series =
      line.look === "columns"
        ? chart.addSeries(HistogramSeries, look, pane)
        : chart.addSeries(LineSeries, { ...look, lineWidth: isLine ? 2 : 1, crosshairMarkerVisible: false }, pane);
    for (const price of line.levels)
      series.createPriceLine({ price, color: colour, lineWidth: 1, lineStyle: 1, axisLabelVisible: false, title: "" });
    if (line.apart !== null) {
      series.priceScale().applyOptions({ mode: 0 });
      chart.panes()[pane].setStretchFactor(STRETCH);
    }
    return { series, pane, apart: line.apart, decimals: line.decimals, newest: -Infinity, colour: "" };
  }

  /** @param {{ ts: number, value: number | null }} point */
  const item = ({ ts, value }) => {
    const time = /** @type {import("lightweight-charts").UTCTimestamp} */ (Math.floor(ts / 1e6));
    return value === null ? { time } : { time, value };
  };

  return {
    /** @param {{ formatter: (price: number) => string, minMove: number }} next */
    setFormat(next) {
      format = next;
      for (const { series, apart, decimals } of drawn.values()) {
        if (decimals === null) series.applyOptions({ priceFormat: { type: "custom", ...next } });
        if (apart !== null) series.priceScale().applyOptions({ mode: 0 });
      }
    },

    clear() {
      for (const { series } of drawn.values()) chart.removeSeries(series);
      drawn.clear();
    },

    /**
     * @param {readonly Line[]} lines
     * @param {boolean} whole
     * @param {readonly string[]} colours
     * @param {number} below the first pane for lines that are apart
     */
    set(lines, whole, colours, below) {
      const groups = [...new Set(lines.map(({ apart }) => apart).filter((apart) => apart !== null))];
      const paneOf = (/** @type {Line} */ { apart }) => (apart === null ? 0 : below + groups.indexOf(apart));
      const held = [...new Set([...drawn.values()].map(({ apart }) => apart).filter((apart) => apart !== null))];
      // The library closes the gaps of panes that go, so where one goes or comes all below the prices are made again.
      const isOther = groups.join() !== held.join();
      for (const [id, { series, pane, apart }] of drawn) {
        const line = lines.find((one) => one.id === id);
        if (line && pane === paneOf(line) && !(isOther && apart !== null)) continue;
        chart.removeSeries(series);
        drawn.delete(id);
      }
      for (const line of lines) {
        const colour = colours[line.colour % colours.length];
        const known = drawn.get(line.id);
        const held = known ?? make(line, paneOf(line), colour);
        drawn.set(line.id, held);
        if (held.colour !== colour) {
          held.colour = colour;
          held.series.applyOptions({ color: line.look === "columns" ? soft(colour) : colour });
        }
        const { points } = line;
        let from = points.length;
        while (from > 0 && points[from - 1].ts >= held.newest) from -= 1;
        if (whole || !known || points.length - from > MOST_ADDED) held.series.setData(points.map(item));
        else for (const point of points.slice(from)) held.series.update(item(point));
        held.newest = points.at(-1)?.ts ?? -Infinity;
      }
    },
  };
}

/** @param {string} colour as `rgb(…)` */
const soft = (colour) => colour.replace(/^rgb\(([^)]*)\)$/, (_, parts) => `rgba(${parts}, ${SOFT})`);
