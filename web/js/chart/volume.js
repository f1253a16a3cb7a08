/** The volumes below the bars, in a pane of their own. */

import { HistogramSeries } from "lightweight-charts";

/** @typedef {import("./palette.js").Palette} Palette */
/** @typedef {import("./plot.js").ChartBar} ChartBar */

/** The relative heights of the panes. */
const STRETCH = { bars: 5, below: 1 };

/** @param {import("lightweight-charts").IChartApi} chart */
export function createVolume(chart) {
  /** @type {import("lightweight-charts").ISeriesApi<"Histogram"> | null} */
  let series = null;
  let colours = { upSoft: "", downSoft: "" };

  /** @param {ChartBar} bar */
  const column = ({ ts, open, close, volume: value }) => ({
    time: /** @type {import("lightweight-charts").UTCTimestamp} */ (Math.floor(ts / 1e6)),
    value,
    color: close < open ? colours.downSoft : colours.upSoft,
  });

  return {
    /**
     * @param {boolean} shown
     * @param {Palette} palette
     */
    setShown(shown, palette) {
      colours = palette;
      if (shown && !series) {
        series = chart.addSeries(
          HistogramSeries,
          { priceFormat: { type: "volume" }, priceLineVisible: false, lastValueVisible: false },
          1,
        );
        series.priceScale().applyOptions({ scaleMargins: { top: 0.12, bottom: 0 } });
        chart.panes()[0].setStretchFactor(STRETCH.bars);
        chart.panes()[1].setStretchFactor(STRETCH.below);
      }
      series?.priceScale().applyOptions({ mode: 0 });
      if (!shown && series) {
        chart.removeSeries(series);
        series = null;
      }
    },
    /** Returns the number of panes of the bars and their volumes. */
    panes: () => (series ? 2 : 1),
    /** @param {readonly ChartBar[]} bars */
    fill: (bars) => series?.setData(bars.map(column)),
    /** @param {ChartBar} bar */
    update: (bar) => series?.update(column(bar)),
  };
}
