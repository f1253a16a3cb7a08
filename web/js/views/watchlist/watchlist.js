/** The watchlist: all instruments with their prices, as a grid. Arrow keys move the choice. */

import { element, setAttribute } from "../../lib/dom.js";
import { createTurns } from "../../lib/frame.js";
import { priceText } from "../../lib/number.js";
import { DEFAULT_COLUMNS } from "../../state/columns.js";
import { listLines, matching, needsAll } from "../../state/list.js";
import { sizeOf } from "../../state/select.js";
import { createColumnHeads } from "./columnheads.js";
import { createFilter } from "./filter.js";
import { createRows } from "./rows.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/list.js").Line} Line */
/** @typedef {import("../../state/columns.js").ColumnId} ColumnId */

const PAGE_LINES = 10;
/** The interval of sorting by values that change. While the pointer is on the rows, they keep their order. */
const SORT_MS = 1000;
const AGE_MS = 1000;
/** The columns that have room in presentation mode and in a slim list. @type {readonly ColumnId[]} */
const LEAST_COLUMNS = ["symbol", "last", "percent"];

/**
 * @param {HTMLElement} root
 * @param {import("../actions.js").Actions} actions
 */
export function createWatchlist(root, { onChoose, onStep, onSet, onFilter, onVisible, onExportList }) {
  const filter = createFilter({ onFilter, onSet, onExportList, onLeave: () => grid.focus() });
  const heads = createColumnHeads({ onSet });
  const body = element("div", { class: "list-body", role: "rowgroup" });
  const grid = element(
    "div",
    { class: "rows", role: "grid", tabindex: 0, "aria-label": "Instruments", "aria-busy": "true" },
    element("div", { class: "list-sheet" }, element("div", { class: "list-top", role: "rowgroup" }, heads.node), body),
  );
  const empty = element("p", { class: "empty", hidden: true });
  root.append(filter.node, grid, empty);
  const rows = createRows(grid, heads.node, body, (symbols) => onVisible("rows", symbols));

  /** @type {State | undefined} */
  let shown;
  /** @type {Line[]} */
  let lines = [];
  /** The sources of the lines. @type {readonly unknown[]} */
  let sources = [];
  let found = 0;
  let sortedMs = -Infinity;
  const isTime = createTurns(AGE_MS, 0);
  /** The sparklines that were drawn. @type {readonly unknown[]} */
  let sparks = [];
  /** @type {string | null} */
  let revealed = null;
  /** The choice of the keys, which may be ahead of the state until the next frame. @type {string | null} */
  let chosen = null;

  grid.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const row = target?.closest(".row");
    if (!(row instanceof HTMLElement) || !shown) return;
    const { symbol, heading } = row.dataset;
    const { favourites, collapsed } = shown.settings;
    if (heading) onSet({ collapsed: toggled(collapsed, heading) });
    else if (symbol && target?.closest(".star")) onSet({ favourites: toggled(favourites, symbol) });
    else if (symbol) onChoose(symbol);
  });

  grid.addEventListener("keydown", (event) => {
    if (event.target !== grid || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "f" && chosen !== null && shown) {
      return onSet({ favourites: toggled(shown.settings.favourites, chosen) });
    }
    const symbols = lines.flatMap((line) => (line.heading === null ? [line.instrument.symbol] : []));
    const next = move(event.key, symbols.indexOf(chosen ?? ""), symbols.length);
    if (next === null) return;
    event.preventDefault();
    chosen = symbols[next];
    onStep(chosen);
  });

  /** @param {State} state @param {number} nowMs */
  function makeLines(state, nowMs) {
    const { instruments, filter: text, settings, sectors } = state;
    const { sort, grouping, favourites, collapsed } = settings;
    const from = [instruments, sectors, text, sort, grouping, favourites, collapsed];
    const isSame = from.every((one, at) => one === sources[at]);
    const isDue = needsAll(state) && nowMs - sortedMs >= SORT_MS && !body.matches(":hover");
    if (isSame && !isDue) return;
    sources = from;
    sortedMs = nowMs;
    lines = listLines(state);
    found = matching([...instruments.values()], text).length;
    setAttribute(grid, "aria-rowcount", lines.length + 1);
  }

  /** The number of prices of which the longest is known. */
  let measured = 0;
  /** Gives the columns of prices the width of the longest one, once for all that have come. @param {State} state */
  function fitPrices({ quotes, instruments }) {
    if (quotes.size === measured) return;
    measured = quotes.size;
    const lengths = [...quotes.values()].map(({ symbol, last }) => priceText(last, instruments.get(symbol)).length);
    grid.style.setProperty("--price-ch", String(Math.max(0, ...lengths)));
  }

  /** @param {State} state @param {number} nowMs */
  function renderRows(state, nowMs) {
    chosen = state.choice.symbol;
    if (chosen !== revealed && (chosen === null || rows.reveal(lines, chosen))) revealed = chosen;
    rows.render(state, lines);
    const { interval, closes } = state.sparks;
    if (isTime(nowMs) || interval !== sparks[0] || closes.size !== sparks[1]) {
      sparks = [interval, closes.size];
      rows.age(state);
    }
    setAttribute(grid, "aria-activedescendant", chosen === null ? null : rows.idOf(chosen));
  }

  return {
    /** @param {State} state @param {number} nowMs */
    render(state, nowMs) {
      shown = state;
      const fitting = fittingColumns(state);
      rows.setColumns(fitting);
      heads.render(state, fitting);
      const isLoading = state.listEpoch === null;
      setAttribute(grid, "aria-busy", isLoading);
      if (!isLoading) {
        makeLines(state, nowMs);
        fitPrices(state);
        filter.render(state, found);
      }
      const text = lines.length === 0 ? emptyText(state) : "";
      setAttribute(empty, "hidden", text === "");
      if (text) empty.textContent = text;
      if (!isLoading) renderRows(state, nowMs);
    },
  };
}

/**
 * Returns the columns that have room. A list of few symbols is slim, unless somebody has given it columns or a width.
 *
 * @param {State} state
 */
function fittingColumns(state) {
  const { columns, large, listPx } = state.settings;
  const isAsBefore = columns.join() === DEFAULT_COLUMNS.join() && listPx === 0;
  const isSlim = large || (sizeOf(state) === "few" && isAsBefore);
  return isSlim ? columns.filter((column) => LEAST_COLUMNS.includes(column)) : columns;
}

/** Adds a value to a list, or removes it. @param {readonly string[]} values @param {string} value */
const toggled = (values, value) =>
  values.includes(value) ? values.filter((one) => one !== value) : [...values, value];

/** Returns why the list is empty. @param {State} state */
function emptyText({ link, listEpoch, instruments, filter }) {
  if (listEpoch === null) {
    const isLost = link.status === "lost" || link.status === "waiting";
    return isLost ? "No connection: symbols come when it is back." : "Loading symbols";
  }
  if (instruments.size === 0) return "This feed has no instruments.";
  return filter.trim() === "" ? "" : `No symbol or name has "${filter.trim()}" in it.`;
}

/**
 * Returns the index that a key moves to.
 *
 * @param {string} key
 * @param {number} at -1 where none is chosen
 * @param {number} length
 * @returns {number | null}
 */
function move(key, at, length) {
  if (length === 0) return null;
  /** @type {Record<string, number>} */
  const targets = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + PAGE_LINES,
    PageUp: at - PAGE_LINES,
    Home: 0,
    End: length - 1,
  };
  if (!Object.hasOwn(targets, key)) return null;
  return Math.max(0, Math.min(length - 1, targets[key]));
}
