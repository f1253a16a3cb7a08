/** All panels of the page as one view, in the order in which they are painted. */

import { createChartView } from "./chart.js";
import { createFeedView } from "./feed.js";
import { createInstrument } from "./instrument.js";
import { createIntervals } from "./intervals.js";
import { createLinkView } from "./link.js";
import { createNotice } from "./notice.js";
import { createTape } from "./tape.js";
import { createThemeView } from "./theme.js";
import { createTitle } from "./title.js";
import { createTrafficView } from "./traffic.js";
import { createWatchlist } from "./watchlist.js";

/** @typedef {import("../state/model.js").State} State */
/**
 * What a person can do; each changes the state elsewhere.
 *
 * @typedef {object} Actions
 * @property {(symbol: string) => void} onChoose
 * @property {(interval: import("../lib/time.js").Interval) => void} onInterval
 * @property {(theme: import("../state/model.js").Theme) => void} onTheme
 * @property {(open: boolean) => void} onTape
 * @property {() => void} onDismiss
 * @property {() => void} onHover
 */

/**
 * @param {(id: string) => HTMLElement} byId
 * @param {Actions} actions
 */
export function createViews(byId, actions) {
  // The theme comes first: the chart reads its colours from what that sets.
  const theme = createThemeView(byId("theme-choice"), actions);
  const chart = createChartView({ canvas: byId("chart"), legend: byId("legend") }, actions);
  const panels = [
    createLinkView(byId("link")),
    createFeedView(byId("feed")),
    createWatchlist(byId("watchlist"), actions),
    createInstrument(byId("instrument")),
    createIntervals(byId("intervals"), actions),
    createTape(byId("tape"), actions),
    createTrafficView(byId("traffic")),
    createNotice(byId("notices"), actions),
    createTitle(),
  ];

  return {
    /**
     * @param {State} state
     * @param {{ nowMs: number, look: string }} moment
     */
    render(state, { nowMs, look }) {
      theme.render(state);
      for (const panel of panels) panel.render(state, nowMs);
      chart.render(state, look);
    },
  };
}
