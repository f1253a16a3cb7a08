/** All instruments with their prices, as a grid of which only the lines on the screen exist; arrow keys move the choice. */

import { element, setAttribute } from "../../lib/dom.js";
import { createTurns } from "../../lib/frame.js";
import { scrollTo, visibleLines } from "../../lib/window.js";
import { listLines, matching, needsAll } from "../../state/list.js";
import { CELLS } from "./cells.js";
import { createColumnHeads, createFilter } from "./listhead.js";
import { createHeading, createRow } from "./row.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/list.js").Line} Line */

const SPARE_LINES = 3;
const PAGE_LINES = 10;
/** An order by what changes is made anew this often, and not while somebody points at the rows. */
const ORDER_MS = 1000;
const AGE_MS = 1000;
/** What has room where everything is large. @type {readonly import("../../state/columns.js").ColumnId[]} */
const LARGE_COLUMNS = ["symbol", "last", "percent"];

/**
 * @param {HTMLElement} root
 * @param {import("../actions.js").Actions} actions
 */
export function createWatchlist(root, { onChoose, onSet, onFilter, onSeen }) {
  const filter = createFilter({ onFilter, onSet, onLeave: () => grid.focus() });
  const heads = createColumnHeads({ onSet });
  const body = element("div", { class: "list-body", role: "rowgroup" });
  const grid = element(
    "div",
    { class: "rows", role: "grid", tabindex: 0, "aria-label": "Instruments", "aria-busy": "true" },
    element("div", { class: "list-sheet" }, element("div", { class: "list-top", role: "rowgroup" }, heads.node), body),
  );
  const empty = element("p", { class: "empty", hidden: true });
  root.append(filter.node, grid, empty);

  /** @type {State | undefined} */
  let shown;
  /** @type {Line[]} */
  let lines = [];
  /** What the lines were made of. @type {readonly unknown[]} */
  let madeOf = [];
  let found = 0;
  let orderedMs = -Infinity;
  const isTime = createTurns(AGE_MS, 0);
  let agedOf = "";
  let agedSize = 0;
  /** Rows in use by symbol, headings by title, and those to spare. */
  let rows = /** @type {Map<string, ReturnType<typeof createRow>>} */ (new Map());
  /** @type {ReturnType<typeof createRow>[]} */
  let spareRows = [];
  const headings = /** @type {Map<string, ReturnType<typeof createHeading>>} */ (new Map());
  let made = 0;
  let columns = "";
  /** @type {readonly import("../../state/columns.js").ColumnId[]} */
  let shownColumns = [];
  let seen = "";
  /** @type {string | null} */
  let followed = null;
  /** Read when it changes: asked for in the middle of a picture it would lay the page out once more. */
  let top = 0;
  const size = { line: 0, height: 0, head: 0 };
  let measured = false;
  new ResizeObserver(() => {
    measured = false;
    if (shown) draw(shown);
  }).observe(grid);
  grid.addEventListener(
    "scroll",
    () => {
      top = grid.scrollTop;
      if (shown) draw(shown);
    },
    { passive: true },
  );

  function measure() {
    measured = true;
    size.head = heads.node.offsetHeight;
    size.line = size.head > 0 ? parseFloat(getComputedStyle(heads.node).blockSize) : 0;
    size.height = grid.clientHeight;
  }

  grid.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const line = target?.closest(".row");
    if (!(line instanceof HTMLElement) || !shown) return;
    const { symbol, heading } = line.dataset;
    if (heading) toggleGroup(heading);
    else if (symbol && target?.closest(".star")) like(symbol);
    else if (symbol) onChoose(symbol);
  });

  /** @param {string} symbol */
  function like(symbol) {
    const { favourites } = /** @type {State} */ (shown).settings;
    onSet({
      favourites: favourites.includes(symbol) ? favourites.filter((one) => one !== symbol) : [...favourites, symbol],
    });
  }

  /** @param {string} title */
  function toggleGroup(title) {
    const { collapsed } = /** @type {State} */ (shown).settings;
    onSet({ collapsed: collapsed.includes(title) ? collapsed.filter((one) => one !== title) : [...collapsed, title] });
  }

  /** Where the keys have led: ahead of the choice until the next frame, so that fast keys do not get lost. @type {string | null} */
  let led = null;
  grid.addEventListener("keydown", (event) => {
    if (event.target !== grid || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "f" && led !== null) return like(led);
    const symbols = lines.flatMap((line) => (line.heading === null ? [line.instrument.symbol] : []));
    const next = move(event.key, symbols.indexOf(led ?? ""), symbols.length);
    if (next === null) return;
    event.preventDefault();
    led = symbols[next];
    onChoose(led);
  });

  /** @param {State} state @param {number} nowMs */
  function order(state, nowMs) {
    const { instruments, filter: text, settings, sectors } = state;
    const of = [instruments, sectors, text, settings.sort, settings.grouping, settings.favourites, settings.collapsed];
    const changed = of.some((one, at) => one !== madeOf[at]);
    const due = needsAll(state) && nowMs - orderedMs >= ORDER_MS && !body.matches(":hover");
    if (!changed && !due) return;
    madeOf = of;
    orderedMs = nowMs;
    lines = listLines(state);
    found = matching([...instruments.values()], text).length;
    setAttribute(grid, "aria-rowcount", lines.length + 1);
  }

  /** @param {State} state */
  function layColumns({ settings }) {
    shownColumns = settings.large
      ? settings.columns.filter((column) => LARGE_COLUMNS.includes(column))
      : settings.columns;
    const now = shownColumns.join();
    if (now === columns) return;
    columns = now;
    grid.style.setProperty("--columns", ["1.375rem", ...shownColumns.map((column) => CELLS[column].width)].join(" "));
    for (const { node } of [...rows.values(), ...spareRows]) node.remove();
    rows = new Map();
    spareRows = [];
  }

  /** @param {State} state */
  function draw(state) {
    if (!measured) measure();
    if (size.line === 0) return;
    body.style.blockSize = `${lines.length * size.line}px`;
    const { from, to } = visibleLines({
      top,
      height: size.height - size.head,
      lineHeight: size.line,
      count: lines.length,
      spare: SPARE_LINES,
    });
    const here = lines.slice(from, to);
    const wanted = new Set(here.map((line) => line.heading ?? line.instrument.symbol));
    for (const [symbol, row] of rows) {
      if (wanted.has(symbol)) continue;
      rows.delete(symbol);
      spareRows.push(row);
    }
    for (const [title, heading] of headings) if (!wanted.has(title)) (headings.delete(title), heading.node.remove());
    here.forEach((line, at) => drawLine(state, line, from + at));
    for (const { node } of spareRows) if (!node.hidden) node.hidden = true;
    const symbols = here.flatMap((line) => (line.heading === null ? [line.instrument.symbol] : []));
    if (symbols.join() === seen) return;
    seen = symbols.join();
    onSeen("rows", symbols);
  }

  /** @param {State} state @param {Line} line @param {number} at */
  function drawLine(state, line, at) {
    const node = line.heading === null ? drawRow(state, line.instrument, at) : drawHeading(line, at);
    const top = `${at * size.line}px`;
    if (node.style.insetBlockStart !== top) node.style.insetBlockStart = top;
  }

  /** @param {State} state @param {import("../../state/model.js").Instrument} instrument @param {number} at */
  function drawRow(state, instrument, at) {
    let row = rows.get(instrument.symbol);
    if (!row) {
      row = spareRows.pop() ?? createRow(shownColumns, `row-${(made += 1)}`);
      rows.set(instrument.symbol, row);
      if (!row.node.isConnected) body.append(row.node);
    }
    row.node.hidden = false;
    row.render(state, instrument, at);
    return row.node;
  }

  /** @param {Extract<Line, { heading: string }>} line @param {number} at */
  function drawHeading(line, at) {
    let heading = headings.get(line.heading);
    if (!heading) {
      heading = createHeading(`row-${(made += 1)}`);
      headings.set(line.heading, heading);
      body.append(heading.node);
    }
    heading.render(line, at, columns.split(",").length + 1);
    return heading.node;
  }

  /** Scrolls the list alone, never the page. @param {string} symbol */
  function reveal(symbol) {
    const line = lines.findIndex((one) => one.heading === null && one.instrument.symbol === symbol);
    if (line < 0) return;
    const wanted = scrollTo(line, { top, height: size.height - size.head, lineHeight: size.line });
    if (wanted === top) return;
    // The sheet is as high as the lines need before it is scrolled.
    body.style.blockSize = `${lines.length * size.line}px`;
    grid.scrollTop = wanted;
    top = grid.scrollTop;
  }

  /** @param {State} state */
  function loading({ link }) {
    setAttribute(empty, "hidden", false);
    empty.textContent =
      link.status === "lost" || link.status === "waiting"
        ? "No connection: the symbols come with it."
        : "Loading symbols";
  }

  /** @param {State} state */
  function emptyText({ instruments, filter: text }) {
    if (instruments.size === 0) return "This feed has no instruments.";
    return text.trim() === "" ? "" : `No symbol or name has "${text.trim()}" in it.`;
  }

  return {
    /** @param {State} state @param {number} nowMs */
    render(state, nowMs) {
      shown = state;
      layColumns(state);
      heads.render(state, shownColumns);
      setAttribute(grid, "aria-busy", state.listEpoch === null);
      if (state.listEpoch === null) return void loading(state);
      order(state, nowMs);
      filter.render(state, found);
      const text = lines.length === 0 ? emptyText(state) : "";
      setAttribute(empty, "hidden", text === "");
      if (text) empty.textContent = text;
      led = state.choice.symbol;
      if (led !== followed && size.line > 0) {
        followed = led;
        if (led !== null) reveal(led);
      }
      draw(state);
      if (isTime(nowMs) || state.sparks.interval !== agedOf || state.sparks.closes.size !== agedSize) {
        agedOf = state.sparks.interval;
        agedSize = state.sparks.closes.size;
        for (const row of rows.values()) row.age(state);
      }
      setAttribute(grid, "aria-activedescendant", led === null ? null : rows.get(led)?.node.id);
    },
  };
}

/**
 * The row that a key leads to.
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
