/** The panels that are loaded after the first price: charts, transport, trades, wire, dock and dialogs. */

import { element } from "../../lib/dom.js";
import { createAlerts } from "../dock/alerts.js";
import { createAnnouncer } from "./announcer.js";
import { createBarTable } from "../chart/bartable.js";
import { createCharts } from "../chart/charts.js";
import { createDock } from "../dock/dock.js";
import { createFilePanel } from "../dock/file.js";
import { createHeatmapView } from "../dock/heatmap.js";
import { createHelp } from "./help.js";
import { createMovers } from "../dock/movers.js";
import { createNews } from "../dock/news.js";
import { createPalette } from "./palette.js";
import { createRanges } from "../chart/ranges.js";
import { createScenarios } from "../dock/scenarios.js";
import { createTimeAndSales } from "../quote/timeandsales.js";
import { createTicker } from "./ticker.js";
import { createToolbar } from "../chart/toolbar.js";
import { createTransport } from "../feed/transport.js";
import { createWire } from "./wire.js";
import { createWirePanel } from "../dock/wirepanel.js";

/** @typedef {import("../../state/model.js").State} State */

/**
 * @param {(id: string) => HTMLElement} byId
 * @param {readonly import("../actions.js").Command[]} commands
 * @param {import("../actions.js").Actions} actions
 */
export function createPanels(byId, commands, actions) {
  const charts = createCharts(byId("chart"), actions);
  const heatmap = createHeatmapView(actions);
  const movers = createMovers(actions);
  const wirePanel = createWirePanel();
  const alerts = createAlerts(actions);
  const news = createNews(actions);
  const scenarios = createScenarios(actions);
  const file = createFilePanel();
  const help = createHelp(commands, actions);
  const palette = createPalette(commands, { ...actions, onScenario: scenarios.choose });
  const market = element("div", { class: "market" }, heatmap.node, movers.node);
  const transport = createTransport(byId("transport"), actions);
  const panels = [
    createTicker(byId("ticker"), actions),
    transport,
    createToolbar(byId("toolbar"), actions),
    createRanges(byId("ranges"), charts, actions),
    createTimeAndSales(byId("time-and-sales"), actions),
    createWire(byId("wire"), actions),
    createAnnouncer(document.body),
    help,
    palette,
  ];
  const dock = createDock(
    byId("dock"),
    [
      {
        id: "market",
        title: "Market",
        isWide: true,
        node: market,
        render: (state, nowMs, look) => (heatmap.render(state, nowMs, look), movers.render(state, nowMs)),
      },
      { id: "wire", title: "Wire", node: wirePanel.node, render: (state) => wirePanel.render(state) },
      { id: "alerts", title: "Alerts", node: alerts.node, render: (state) => alerts.render(state) },
      { id: "news", title: "News", source: "simulation", node: news.node, render: (state) => news.render(state) },
      {
        id: "scenarios",
        title: "Scenarios",
        source: "simulation",
        node: scenarios.node,
        render: (state) => scenarios.render(state),
      },
      { id: "file", title: "File", source: "replay", node: file.node, render: (state) => file.render(state) },
    ],
    actions,
  );

  return {
    charts,
    dock,
    help,
    palette,
    transport,
    table: createBarTable(),
    /** @param {State} state @param {import("../actions.js").Moment} moment */
    render(state, { nowMs, look }) {
      for (const panel of panels) panel.render(state, nowMs);
      charts.render(state, look);
      dock.render(state, nowMs, look);
    },
  };
}
