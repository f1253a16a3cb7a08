/** One chart: the bars of its series, with legend, indicators, comparisons and marks. */

import { createPlot } from "../../chart/plot.js";
import { element, setAttribute, setText } from "../../lib/dom.js";
import { barZone } from "../../lib/time.js";
import { offsetText, zoneText } from "../../lib/zone.js";
import { indicators } from "../../state/indicators.js";
import { chartMarks } from "../../state/marks.js";
import { isCompareShort } from "../../state/panes.js";
import { barAt, seriesOf, zoneOf } from "../../state/select.js";
import { zoneDoubt } from "../../state/trust.js";
import { STUDY_COLOURS as LINE_COLOURS } from "../../state/studies.js";
import { createAlertLines } from "./alertlines.js";
import { createBarCursor } from "./barcursor.js";
import { createDrawing } from "./drawing.js";
import { createVolumeProfile } from "./volumeprofile.js";
import { createLegend } from "./legend.js";
import { createSpoken } from "./spoken.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").Pane} Pane */
/** @typedef {import("../../state/model.js").Bar} Bar */
/** @typedef {import("../../state/model.js").Series} Series */
/** @typedef {import("../../chart/palette.js").Palette} Palette */
/** @typedef {import("../../chart/overlays.js").Line} Line */

/** The most new bars that are faster added one by one than by a refill. */
const MOST_ADDED = 50;
/** The room above and below the legend. */
const LEGEND_PX = 14;

/**
 * @param {HTMLElement} root
 * @param {object} given
 * @param {Palette} given.palette
 * @param {number} given.number
 * @param {(ts: number | null) => void} given.onHover
 * @param {() => void} given.onView
 * @param {() => void} given.onOlder
 * @param {() => void} given.onActivate
 * @param {import("../actions.js").Actions} given.actions
 */
export function createPane(root, { palette: first, number, onHover, onView, onOlder, onActivate, actions }) {
  const canvas = element("div", { class: "pane-canvas", tabindex: 0, role: "application" });
  setAttribute(canvas, "aria-roledescription", "chart");
  const legendRoot = element("div", { class: "legend" });
  const veil = element("p", { class: "veil" });
  const zone = element("span", { class: "zone" });
  const node = element("div", { class: "pane", "data-pane": number }, canvas, legendRoot, zone, veil);
  // Before the plot, which takes its size from it.
  root.append(node);
  const plot = createPlot(canvas, first);
  const legend = createLegend(legendRoot);
  const alerts = createAlertLines(node, plot, actions.onAlert);
  const profile = createVolumeProfile(plot);
  const say = createSpoken(node);
  const drawing = createDrawing({ node, canvas, plot, say, actions });
  const cursor = createBarCursor({ canvas, plot, say, onMove: onHover, isBusy: drawing.hasKeys });
  node.addEventListener("pointerdown", onActivate, { capture: true });
  plot.onAxis(() => node.style.setProperty("--axis", `${plot.axisWidth()}px`));
  /**
   * The height of the legend. It only grows for the same series, so that one more digit does not move the chart back
   * and forth.
   */
  let room = 0;
  const observer = new ResizeObserver((entries) => {
    if (entries.some(({ target }) => target === node)) room = 0;
    room = Math.max(room, legendRoot.offsetHeight);
    node.style.setProperty("--legend", `${room}px`);
    plot.keepClear(room + LEGEND_PX);
  });
  observer.observe(node);
  observer.observe(legendRoot);
  plot.onHover(onHover);
  let framed = "";
  /** @type {number | null} */
  let framedEpoch = null;
  plot.time.onChange(
    () => (profile.onView(actions.onHover), onView()),
    () => void (framed !== "" && onOlder()),
  );

  let palette = first;
  /** The chart as it was drawn last. */
  const drawn = { shape: "", revision: -1, newestUs: -Infinity, lines: "", older: 0 };
  /** The sources of the marks, besides the bars. @type {readonly unknown[]} */
  let marked = [];
  /** @type {readonly Bar[] | undefined} */
  let drawnBars;
  /** @type {readonly (Line & { title: string, at: ReadonlyMap<number, number | null> | null })[]} */
  let lines = [];
  /** @type {readonly Bar[][] | readonly (readonly Bar[])[]} */
  let comparedBars = [];

  /** @param {State} state @param {Pane} pane @param {Palette} colours */
  function drawShape({ settings, instruments }, pane, colours) {
    const instrument = pane.symbol === null ? undefined : instruments.get(pane.symbol);
    if (!instrument || !pane.interval) return false;
    const scale = pane.compare.length > 0 ? /** @type {const} */ ("indexed") : settings.scale;
    const shape = {
      kind: settings.kind,
      scale,
      decimals: instrument.price_decimals,
      tickSize: instrument.tick_size,
      interval: pane.interval,
      volume: settings.volume && instrument.basis !== "bid",
      zone: zoneOf({ settings }),
    };
    const key = Object.values(shape).join();
    if (key === drawn.shape && colours === palette) return false;
    drawn.shape = key;
    palette = colours;
    plot.setShape(shape, palette);
    return true;
  }

  /** @param {State} state @param {Pane} pane @param {boolean} whole */
  function drawLines(state, pane, whole) {
    const { bars } = seriesOf(state, pane);
    const compared = pane.compare.map((symbol) => ({
      symbol,
      bars: seriesOf(state, { symbol, interval: pane.interval }).bars,
    }));
    comparedBars = compared.map((one) => one.bars);
    let colour = 0;
    const { indicators: ids, studies: chosen } = state.settings;
    const found = indicators(ids, bars, chosen);
    const studies = found.flatMap(({ id, colour: set, apart, levels, decimals, lines: parts }) => {
      const own = set ?? colour;
      if (set === null) colour += new Set(parts.map(({ shade }) => shade)).size;
      return parts.map(({ name, title, values, shade, look }, at) => ({
        id: `${id} ${name}`,
        title,
        colour: (own + shade) % LINE_COLOURS,
        apart: apart ? id : null,
        look,
        levels: at === 0 ? levels : [],
        decimals,
        points: bars.map(({ ts }, index) => ({ ts, value: values[index] })),
      }));
    });
    const others = compared.map(({ symbol, bars: theirs }) => ({
      id: `compare ${symbol}`,
      title: symbol,
      colour: colour++ % LINE_COLOURS,
      apart: null,
      look: /** @type {const} */ ("line"),
      levels: [],
      decimals: null,
      points: theirs.map(({ ts, close }) => ({ ts, value: close })),
    }));
    const next = [...studies, ...others];
    const revisions = compared.map(({ symbol }) => seriesOf(state, { symbol, interval: pane.interval }).revision);
    const key = `${next.map(({ id }) => id).join()} ${chosen.join()} ${revisions.join()}`;
    const fresh = key !== drawn.lines;
    if (fresh) room = 0;
    drawn.lines = key;
    plot.setLines(next, whole || fresh);
    lines = next.map((line) => ({ ...line, at: null }));
  }

  /** @param {State} state @param {Pane} pane @param {Palette} colours */
  function draw(state, pane, colours) {
    const series = seriesOf(state, pane);
    const { bars, revision } = series;
    const reshaped = drawShape(state, pane, colours);
    const name = `${pane.symbol} ${pane.interval}`;
    plot.setBars(bars);
    const whole = reshaped || revision !== drawn.revision || name !== framed;
    const from = firstNew(bars, drawn.newestUs);
    if (whole || bars.length - from > MOST_ADDED) plot.fill(bars);
    else for (const bar of bars.slice(from)) plot.update(bar);
    const happened = [state.news, state.scenarios, state.catalog, state.groups];
    if (whole || bars.length !== drawnBars?.length || happened.some((one, at) => one !== marked[at]))
      plot.setMarks(chartMarks(state, pane, bars));
    marked = happened;
    drawLines(state, pane, whole);
    Object.assign(drawn, { revision, newestUs: bars.at(-1)?.ts ?? -Infinity });
    drawnBars = bars;
    if (bars.length === 0) return;
    if (name !== framed) plot.showNewest();
    // In a new epoch the view may be before the first bar.
    else if (state.epoch !== framedEpoch) plot.time.toNewest();
    framed = name;
    framedEpoch = state.epoch;
  }

  /** The sources of the chart. @type {readonly unknown[]} */
  let seen = [];

  return {
    node,
    plot,
    place: drawing.place,
    remove() {
      observer.disconnect();
      drawing.remove();
      plot.remove();
      node.remove();
    },
    /**
     * @param {State} state
     * @param {Pane} pane
     * @param {{ colours: Palette, hoveredUs: number | null, active: boolean }} moment
     */
    render(state, pane, { colours, hoveredUs, active }) {
      const { settings } = state;
      const series = seriesOf(state, pane);
      const others = pane.compare.map((symbol) => seriesOf(state, { symbol, interval: pane.interval }).bars);
      const now = [
        series,
        pane,
        colours,
        settings.kind,
        settings.scale,
        settings.volume,
        settings.indicators,
        settings.studies,
        settings.zone,
        state.instruments,
        state.news,
        state.scenarios,
        state.groups,
      ];
      if (now.some((one, at) => one !== seen[at]) || others.some((bars, at) => bars !== comparedBars[at])) {
        seen = now;
        draw(state, pane, colours);
        if (isCompareShort(state, pane)) queueMicrotask(onOlder);
      }
      const quote = pane.symbol === null ? undefined : state.quotes.get(pane.symbol);
      plot.setQuote(settings.bidAsk ? { bid: quote?.bid ?? null, ask: quote?.ask ?? null } : null);
      alerts.render(state, pane.symbol);
      drawing.render(state, pane, colours);
      cursor.render(state, pane);
      profile.render(state, series, colours);
      drawLegend(state, pane, series, hoveredUs);
      setText(veil, veilText(state, series));
      setAttribute(veil, "hidden", series.bars.length > 0);
      drawZone(zone, state, pane);
      setAttribute(node, "data-active", active);
      setAttribute(node, "data-quoted", settings.bidAsk);
      setAttribute(canvas, "aria-label", labelText(pane, series, settings.kind));
    },
  };

  /** @param {State} state @param {Pane} pane @param {Series} series @param {number | null} hoveredUs */
  function drawLegend(state, pane, { bars, missed }, hoveredUs) {
    const { instruments } = state;
    const bar = (hoveredUs === null ? undefined : barAt(bars, hoveredUs)) ?? bars.at(-1);
    const at = bar ? bars.indexOf(bar) : -1;
    /** @type {import("./legend.js").Reading[]} */
    const readings = lines
      .filter(({ title }) => title !== "")
      .map(({ title, colour, decimals, points }) => ({
        title,
        colour,
        decimals,
        value: bar ? valueAt(points, bar.ts) : null,
      }));
    const ofProfile = profile.reading();
    if (ofProfile) readings.push(ofProfile);
    legend.render(pane, pane.symbol === null ? undefined : instruments.get(pane.symbol), {
      zone: zoneOf(state),
      mark: zoneDoubt(state).mark,
      bar,
      before: bars[at - 1],
      missed,
      readings,
    });
  }
}

/**
 * @param {readonly { ts: number, value: number | null }[]} points
 * @param {number} ts
 */
function valueAt(points, ts) {
  return points.findLast((point) => point.ts <= ts)?.value ?? null;
}

/**
 * Names the zone of the axis, as it is at the newest time.
 *
 * @param {Element} node
 * @param {State} state
 * @param {Pane} pane
 */
function drawZone(node, state, { interval }) {
  const zone = barZone(interval ?? "1m", zoneOf(state));
  const us = state.marketUs ?? 0;
  const { mark, title } = zoneDoubt(state);
  setText(node, zoneText(us, zone) + mark);
  const full = zone === "UTC" ? zone : `${zone}, ${offsetText(us, zone)}`;
  setAttribute(node, "title", [`Times are ${full}`, title].filter(Boolean).join(". "));
}

/** @param {State} state @param {Series} series */
function veilText({ link, feed }, { loading }) {
  if (loading && link.status !== "live")
    return link.status === "connecting" ? "Connecting" : "No connection: bars come when it is back.";
  if (loading) return "Loading bars";
  if (feed?.state === "ended") return "The feed ended without a bar here.";
  return feed?.state === "failed"
    ? "The feed failed before the first bar."
    : "No bars yet: the first bar comes with the first price.";
}

/** @param {Pane} pane @param {Series} series @param {string} kind */
function labelText({ symbol, interval, compare }, { bars }, kind) {
  const compared = compare.length > 0 ? `, compared with ${compare.join(", ")}` : "";
  const shown = `${symbol ?? "No symbol"}, ${interval ?? ""} ${kind}, ${bars.length} bars${compared}`;
  return `${shown}. Arrow keys read them one by one. The toolbar opens them as a table.`;
}

/**
 * Returns the index of the first bar to draw: the newest one drawn, as it may have been forming.
 *
 * @param {readonly { ts: number }[]} bars
 * @param {number} newestUs
 */
function firstNew(bars, newestUs) {
  let at = bars.length;
  while (at > 0 && bars[at - 1].ts >= newestUs) at -= 1;
  return at;
}
