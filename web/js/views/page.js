/** All panels of the page as one view, in the order in which they are painted. */

import { createAlerts } from "./alerts.js";
import { createAnnouncer } from "./announcer.js";
import { createBarTable } from "./bartable.js";
import { createCharts } from "./charts.js";
import { createDock } from "./dock.js";
import { createFeedView } from "./feed.js";
import { createHeatmapView } from "./heatmap.js";
import { createHelp } from "./help.js";
import { createLinkView } from "./link.js";
import { createMasthead } from "./masthead.js";
import { createMovers } from "./movers.js";
import { createNotice } from "./notice.js";
import { createPalette } from "./palette.js";
import { createQuote } from "./quote.js";
import { createTape } from "./tape.js";
import { createTicker } from "./ticker.js";
import { createTitle } from "./title.js";
import { createToolbar } from "./toolbar.js";
import { createTransport } from "./transport.js";
import { createWatchlist } from "./watchlist.js";
import { createWire } from "./wire.js";
import { createWirePanel } from "./wirepanel.js";
import { element } from "../lib/dom.js";
import { putOut } from "../lib/flash.js";

/** @typedef {import("../state/model.js").State} State */
/** @typedef {import("../state/settings.js").Settings} Settings */
/**
 * What a person can do; each changes the state elsewhere.
 *
 * @typedef {object} Actions
 * @property {(symbol: string) => void} onChoose
 * @property {(interval: import("../lib/time.js").Interval) => void} onInterval
 * @property {(symbols: readonly string[]) => void} onCompare
 * @property {(settings: Partial<Settings>) => void} onSet
 * @property {(text: string) => void} onFilter
 * @property {(part: "rows" | "ticker", symbols: readonly string[]) => void} onSeen
 * @property {(pane: number) => void} onActivate
 * @property {(pane: number) => void} onOlder bars before the oldest of a pane are wanted
 * @property {(paused: boolean) => void} onPause
 * @property {(command: import("../state/transport.js").Command) => void} onCommand drives the feed
 * @property {() => void} onNotify alerts may want to be shown outside the page
 * @property {() => void} onChartTable
 * @property {() => void} onPicture
 * @property {() => void} onExport
 * @property {() => void} onDismiss
 * @property {() => void} onHover
 */

/**
 * @param {(id: string) => HTMLElement} byId
 * @param {readonly import("./help.js").Command[]} commands
 * @param {Actions} actions
 */
export function createViews(byId, commands, actions) {
  // The theme comes first: the charts read their colours from what that sets.
  const masthead = createMasthead(byId("controls"), commands, actions);
  const charts = createCharts(byId("chart"), actions);
  const heatmap = createHeatmapView(actions);
  const movers = createMovers(actions);
  const wirePanel = createWirePanel();
  const alerts = createAlerts(actions);
  const help = createHelp(commands, actions);
  const market = element("div", { class: "market" }, heatmap.node, movers.node);
  const panels = [
    createLinkView(byId("link")),
    createFeedView(byId("feed")),
    createTicker(byId("ticker"), actions),
    createWatchlist(byId("watchlist"), actions),
    createQuote(byId("instrument")),
    createTransport(byId("transport"), actions),
    createToolbar(byId("toolbar"), actions),
    createTape(byId("tape"), actions),
    createWire(byId("wire"), actions),
    createNotice(byId("notices"), actions),
    createTitle(),
    createAnnouncer(document.body),
    help,
  ];
  const dock = createDock(byId("dock"), [
    { id: "market", title: "Market", node: market, render: (state, nowMs, look) => (heatmap.render(state, nowMs, look), movers.render(state, nowMs)) },
    { id: "wire", title: "Wire", node: wirePanel.node, render: (state) => wirePanel.render(state) },
    { id: "alerts", title: "Alerts", node: alerts.node, render: (state) => alerts.render(state) },
  ], actions);

  return {
    charts,
    help,
    palette: createPalette(commands, actions),
    table: createBarTable(),
    /**
     * @param {State} state
     * @param {{ nowMs: number, look: string }} moment
     */
    render(state, { nowMs, look }) {
      putOut();
      masthead.render(state);
      for (const panel of panels) panel.render(state, nowMs);
      charts.render(state, look);
      dock.render(state, nowMs, look);
    },
  };
}
