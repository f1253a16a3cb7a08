/** The lines of a chart: indicators and compared symbols. */

import { LineSeries } from "lightweight-charts";

/**
 * `apart` puts a line into a pane of its own. `colour` is an index of the line colours. `faint` lines are thin and have
 * no label.
 *
 * @typedef {{ id: string, colour: number, apart: boolean, faint: boolean, points: readonly { ts: number, value: number
 *   | null }[] }} Line
 */
/** @typedef {import("lightweight-charts").ISeriesApi<"Line">} Drawn */

/** The most new points that are faster added one by one than by a refill. */
const MOST_ADDED = 5;
const LEVELS = [30, 70];

/** @param {import("lightweight-charts").IChartApi} chart */
export function createOverlays(chart) {
  /** @type {Map<string, { series: Drawn, pane: number, newest: number, colour: string }>} */
  const drawn = new Map();
  /** @type {object} */
  let format = {};

  /** @param {Line} line @param {number} pane @param {string} colour */
  function make({ apart, faint }, pane, colour) {
    const priceFormat = apart
      ? { type: /** @type {const} */ ("price"), precision: 1, minMove: 0.1 }
      : { type: /** @type {const} */ ("custom"), ...format };
    const series = chart.addSeries(
      LineSeries,
      {
        lineWidth: faint ? 1 : 2,
        priceLineVisible: false,
        crosshairMarkerVisible: false,
        lastValueVisible: !faint,
        priceFormat: /** @type {any} */ (priceFormat),
      },
      pane,
    );
    if (apart) {
      for (const price of LEVELS)
        series.createPriceLine({
          price,
          color: colour,
          lineWidth: 1,
          lineStyle: 1,
          axisLabelVisible: false,
          title: "",
        });
      series.priceScale().applyOptions({ mode: 0 });
      chart.panes()[pane].setStretchFactor(1);
    }
    return { series, pane, newest: -Infinity, colour: "" };
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
      for (const { series, pane } of drawn.values()) {
        if (pane === 0) series.applyOptions({ priceFormat: { type: "custom", ...next } });
        else series.priceScale().applyOptions({ mode: 0 });
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
     * @param {number} below the pane for a line that is apart
     */
    set(lines, whole, colours, below) {
      for (const [id, { series, pane }] of drawn) {
        const line = lines.find((one) => one.id === id);
        if (line && pane === (line.apart ? below : 0)) continue;
        chart.removeSeries(series);
        drawn.delete(id);
      }
      for (const line of lines) {
        const colour = colours[line.colour % colours.length];
        const known = drawn.get(line.id);
        const held = known ?? make(line, line.apart ? below : 0, colour);
        drawn.set(line.id, held);
        if (held.colour !== colour) held.series.applyOptions({ color: (held.colour = colour) });
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
