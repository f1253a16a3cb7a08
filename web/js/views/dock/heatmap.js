/**
 * The heatmap of the market: a tile for each symbol, grouped by class or sector, sized by turnover, volume or
 * equally, and coloured by change. Its values are those of the other panels in every picture; only the layout is held.
 *
 * Arrow keys move the focus, and Enter chooses a symbol.
 */

import { createHeatmap, FULL_PERCENT } from "../../chart/heatmap.js";
import { readPalette } from "../../chart/palette.js";
import { element, setAttribute, setText, span } from "../../lib/dom.js";
import { createTurns } from "../../lib/frame.js";
import { percentText, priceText } from "../../lib/number.js";
import { byGroup, shares } from "../../state/market.js";
import { changePercent } from "../../state/quotes.js";
import { HEAT_SIZES } from "../../state/settings.js";
import { squarify } from "../../state/treemap.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").Quote} Quote */
/** @typedef {import("../../chart/heatmap.js").Tile} Tile */

/** The interval of looking for a reason to lay the tiles out again. */
const LOOK_MS = 1000;
/** The interval of new layouts. Between them the tiles stay in place. */
const LAYOUT_MS = 30_000;
const TITLE_PX = 13;
const NO_TILES = "No symbols yet";

/** @param {Pick<import("../actions.js").Actions, "onChoose" | "onSet">} actions */
export function createHeatmapView({ onChoose, onSet }) {
  const canvas = element("canvas", { class: "heat-canvas", "aria-hidden": "true" });
  const option = element(
    "span",
    { class: "spoken", role: "option", id: "heat-option", "aria-selected": "true" },
    NO_TILES,
  );
  const tip = element("div", { class: "tip", hidden: true, "aria-hidden": "true" });
  const veil = element("p", { class: "veil" });
  const node = element(
    "div",
    { class: "heat", role: "listbox", tabindex: 0, "aria-label": "Heatmap: colour by change" },
    canvas,
    option,
    tip,
    veil,
  );
  const picture = createHeatmap(canvas);
  /** @type {Tile[]} */
  let tiles = [];
  /** @type {import("../../chart/heatmap.js").Title[]} */
  let titles = [];
  let laid = { ms: -Infinity, key: "" };
  const isTime = createTurns(LOOK_MS, 0.4);
  let drawn = false;
  /** The quotes that were drawn, by symbol. @type {Map<string, Quote | undefined>} */
  let quotesDrawn = new Map();
  /** The tile under the pointer. @type {Tile | undefined} */
  let pointed;
  let drawnSize = 0;
  let look = "";
  /** @type {import("../../chart/heatmap.js").Colours} */
  let colours;
  let focused = -1;
  /** @type {State | undefined} */
  let shown;
  const size = { width: 0, height: 0 };
  new ResizeObserver(([{ contentRect }]) => {
    Object.assign(size, { width: contentRect.width, height: contentRect.height });
    laid.key = "";
    drawn = false;
  }).observe(node);

  /** Gives the tiles the values of the state, and returns those whose text has changed. @param {State} state */
  function setValues({ quotes }) {
    return tiles.filter((tile) => {
      const quote = quotes.get(tile.symbol);
      if (quote === quotesDrawn.get(tile.symbol)) return false;
      quotesDrawn.set(tile.symbol, quote);
      const percent = changePercent(quote);
      const text = percent === null ? "" : percentText(percent);
      if (text === tile.text) return false;
      Object.assign(tile, { percent, text });
      return true;
    });
  }

  /** Draws the tiles whose value has changed, or all. @param {State} state @param {boolean} whole */
  function draw(state, whole) {
    const changed = setValues(state);
    if (focused < 0) setText(option, tiles[0] ? tileText(state, tiles[0]) : NO_TILES);
    if (pointed) setText(tip, tileText(state, pointed));
    if (!whole && focused < 0) return picture.drawTiles(changed, colours);
    picture.draw(tiles, titles, {
      ...size,
      colours,
      focus: node.matches(":focus-visible") ? tiles[focused] : undefined,
    });
  }

  /** @param {number} at */
  function focus(at) {
    if (!shown || tiles.length === 0) return;
    focused = Math.max(0, Math.min(tiles.length - 1, at));
    setText(option, tileText(shown, tiles[focused]));
    setAttribute(option, "aria-posinset", focused + 1);
    setAttribute(option, "aria-setsize", tiles.length);
    setAttribute(node, "aria-activedescendant", option.id);
    draw(shown, true);
  }

  node.addEventListener("focus", () => focus(Math.max(0, focused)));
  node.addEventListener("blur", () => shown && draw(shown, true));
  node.addEventListener("keydown", (event) => {
    const next = {
      ArrowRight: focused + 1,
      ArrowDown: focused + 1,
      ArrowLeft: focused - 1,
      ArrowUp: focused - 1,
      Home: 0,
      End: tiles.length - 1,
    }[event.key];
    if (next !== undefined) focus(next);
    else if ((event.key === "Enter" || event.key === " ") && tiles[focused]) onChoose(tiles[focused].symbol);
    else return;
    event.preventDefault();
  });

  /** @param {{ offsetX: number, offsetY: number }} event */
  const tileAt = ({ offsetX: x, offsetY: y }) =>
    tiles.find(({ box }) => x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height);
  canvas.addEventListener("click", (event) => {
    const tile = tileAt(event);
    if (tile) onChoose(tile.symbol);
  });
  canvas.addEventListener("pointermove", (event) => {
    const tile = (pointed = tileAt(event));
    setAttribute(tip, "hidden", !tile);
    if (!tile || !shown) return;
    setText(tip, tileText(shown, tile));
    const left = Math.min(event.offsetX + 12, size.width - tip.offsetWidth - 4);
    tip.style.transform = `translate(${left}px, ${event.offsetY > 40 ? event.offsetY - 34 : event.offsetY + 18}px)`;
  });
  canvas.addEventListener("pointerleave", () => {
    pointed = undefined;
    setAttribute(tip, "hidden", true);
  });

  const head = createHead(onSet);
  return {
    node: element("div", { class: "heat-box" }, head.node, node),
    /** @param {State} state @param {number} nowMs @param {string} nowLook */
    render(state, nowMs, nowLook) {
      shown = state;
      head.render(state);
      const empty = emptyText(state);
      setText(veil, empty);
      setAttribute(veil, "hidden", empty === "");
      const due = isTime(nowMs);
      if (size.width === 0) return;
      if (!due && drawn && nowLook === look && state.quotes.size === drawnSize) return draw(state, false);
      const isFresh = !drawn || nowLook !== look;
      drawnSize = state.quotes.size;
      if (nowLook !== look) {
        look = nowLook;
        const { tileUp, tileDown, tile, strong, text, accent, font } = readPalette(node);
        colours = { up: tileUp, down: tileDown, flat: tile, text: strong, muted: text, focus: accent, font };
      }
      drawn = true;
      const key = layoutKey(state, size);
      const isMoved = key !== laid.key || nowMs - laid.ms > LAYOUT_MS;
      if (isMoved) {
        laid = { ms: nowMs, key };
        ({ tiles, titles } = layOut(state, size));
        quotesDrawn = new Map();
        pointed = undefined;
        setAttribute(tip, "hidden", true);
      }
      draw(state, isFresh || isMoved);
    },
  };
}

const SIZE_TITLES = { turnover: "Turnover", volume: "Volume", equal: "Equal" };

/**
 * The line above the tiles: what their size shows, and the scale of their colours.
 *
 * @param {import("../actions.js").Actions["onSet"]} onSet
 */
function createHead(onSet) {
  const options = HEAT_SIZES.map((value) => element("option", { value }, SIZE_TITLES[value]));
  const size = element("select", { class: "field heat-size", id: "heat-size" }, ...options);
  size.addEventListener("change", () => onSet({ heatSize: HEAT_SIZES[size.selectedIndex] }));
  const scale = element(
    "span",
    { class: "heat-scale", role: "img", "aria-label": `Colours from −${FULL_PERCENT}% to +${FULL_PERCENT}% today` },
    element("span", {}, `−${FULL_PERCENT}%`),
    span("heat-colours"),
    element("span", {}, `+${FULL_PERCENT}%`),
  );
  const label = element("label", { class: "heat-label" }, span("label", "Size"), size);
  return {
    node: element("div", { class: "heat-head" }, label, span("label", "Change today"), scale),
    /** @param {State} state */
    render({ settings }) {
      if (document.activeElement !== size) size.value = settings.heatSize;
    },
  };
}

/**
 * Lays the tiles out, group by group. More than one group has titles.
 *
 * @param {State} state
 * @param {{ width: number, height: number }} size
 */
function layOut(state, size) {
  /** @type {Tile[]} */
  const tiles = [];
  /** @type {import("../../chart/heatmap.js").Title[]} */
  const titles = [];
  const groups = byGroup(shares(state));
  const titlePx = groups.length > 1 ? TITLE_PX : 0;
  const weightOf = (/** @type {{ weight: number }} */ { weight }) => weight;
  for (const { item: all, box } of squarify(groups, weightOf, { x: 0, y: 0, ...size })) {
    if (titlePx) titles.push({ title: all.group, x: box.x, y: box.y, width: box.width });
    const inner = { ...box, y: box.y + titlePx, height: Math.max(0, box.height - titlePx) };
    for (const { item, box } of squarify(all.members, weightOf, inner)) {
      tiles.push({ symbol: item.symbol, text: "", percent: null, box });
    }
  }
  return { tiles, titles };
}

/**
 * Returns what the layout depends on, besides the turnovers.
 *
 * @param {State} state
 * @param {{ width: number, height: number }} size
 */
function layoutKey({ quotes, listEpoch, settings, sectors, instruments }, { width, height }) {
  const known = [...quotes.values()].filter(({ volume }) => volume !== null).length;
  const isKnown = known === instruments.size;
  return [listEpoch, settings.grouping, settings.heatSize, sectors.size, instruments.size, isKnown, width, height].join(
    " ",
  );
}

/** @param {State} state @param {Tile} tile */
function tileText({ quotes, instruments }, { symbol, percent }) {
  const instrument = instruments.get(symbol);
  const name = instrument?.name ? ` ${instrument.name}` : "";
  return `${symbol}${name}, ${priceText(quotes.get(symbol)?.last ?? null, instrument)}, ${percentText(percent)}`;
}

/**
 * Returns why there are no prices, for the panels that cover the whole market.
 *
 * @param {State} state
 */
export function emptyText({ link, feed, instruments, quotes, listEpoch }) {
  if (quotes.size > 0) return "";
  if (link.status === "waiting" || link.status === "lost") return "No connection: prices come when it is back.";
  if (listEpoch === null) return "Loading the market";
  if (instruments.size === 0) return "This feed has no instruments.";
  return feed?.state === "failed" ? "The feed failed before the first price." : "No prices yet";
}
