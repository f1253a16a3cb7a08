/** The rows of the watchlist: only the visible lines have elements, and rows are reused while the list is scrolled. */

import { scrollTo, visibleLines } from "../../lib/window.js";
import { CELLS } from "./cells.js";
import { createHeading, createRow } from "./row.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/list.js").Line} Line */
/** @typedef {import("../../state/columns.js").ColumnId} ColumnId */
/** @typedef {ReturnType<typeof createRow>} Row */
/** @typedef {ReturnType<typeof createHeading>} Heading */

/** Lines above and below the visible ones. */
const SPARE_LINES = 3;
const STAR_WIDTH = "1.375rem";

/**
 * @param {HTMLElement} grid scrolls the rows
 * @param {HTMLElement} head the row of column heads, as high as a line
 * @param {HTMLElement} body holds the rows
 * @param {(symbols: string[]) => void} onVisible
 */
export function createRows(grid, head, body, onVisible) {
  /** @type {State | undefined} */
  let shown;
  /** @type {readonly Line[]} */
  let lines = [];
  /** @type {readonly ColumnId[]} */
  let columns = [];
  /** @type {Map<string, Row>} */
  let rows = new Map();
  /** @type {Row[]} */
  let spareRows = [];
  /** @type {Map<string, Heading>} */
  const headings = new Map();
  let lastId = 0;
  let visible = "";
  /** Stored on scrolling, as reading it during a paint would force a layout. */
  let top = 0;
  const size = { line: 0, height: 0, head: 0 };
  let isMeasured = false;

  new ResizeObserver(() => {
    isMeasured = false;
    draw();
  }).observe(grid);
  const onScroll = () => {
    top = grid.scrollTop;
    draw();
  };
  grid.addEventListener("scroll", onScroll, { passive: true });

  function measure() {
    isMeasured = true;
    size.head = head.offsetHeight;
    size.line = size.head > 0 ? parseFloat(getComputedStyle(head).blockSize) : 0;
    size.height = grid.clientHeight;
  }

  const view = () => ({ top, height: size.height - size.head, lineHeight: size.line });

  function draw() {
    if (!shown) return;
    if (!isMeasured) measure();
    if (size.line === 0) return;
    body.style.blockSize = `${lines.length * size.line}px`;
    const { from, to } = visibleLines({ ...view(), count: lines.length, spare: SPARE_LINES });
    const here = lines.slice(from, to);
    release(new Set(here.map((line) => line.heading ?? line.instrument.symbol)));
    for (const [at, line] of here.entries()) drawLine(shown, line, from + at);
    for (const { node } of spareRows) if (!node.hidden) node.hidden = true;
    const symbols = here.flatMap((line) => (line.heading === null ? [line.instrument.symbol] : []));
    if (symbols.join() === visible) return;
    visible = symbols.join();
    onVisible(symbols);
  }

  /** Takes back the rows and headings of other lines. @param {ReadonlySet<string>} wanted */
  function release(wanted) {
    for (const [symbol, row] of rows) {
      if (wanted.has(symbol)) continue;
      rows.delete(symbol);
      spareRows.push(row);
    }
    for (const [title, { node }] of headings) {
      if (wanted.has(title)) continue;
      headings.delete(title);
      node.remove();
    }
  }

  /** @param {State} state @param {Line} line @param {number} at */
  function drawLine(state, line, at) {
    const node = line.heading === null ? drawRow(state, line.instrument, at) : drawHeading(line, at);
    const offset = `${at * size.line}px`;
    if (node.style.insetBlockStart !== offset) node.style.insetBlockStart = offset;
  }

  /** @param {State} state @param {import("../../state/model.js").Instrument} instrument @param {number} at */
  function drawRow(state, instrument, at) {
    let row = rows.get(instrument.symbol);
    if (!row) {
      row = spareRows.pop() ?? createRow(columns, `row-${(lastId += 1)}`);
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
      heading = createHeading(`row-${(lastId += 1)}`);
      headings.set(line.heading, heading);
      body.append(heading.node);
    }
    heading.render(line, at, columns.length + 1);
    return heading.node;
  }

  return {
    /** @param {readonly ColumnId[]} next */
    setColumns(next) {
      if (next.join() === columns.join()) return;
      columns = next;
      grid.style.setProperty("--columns", [STAR_WIDTH, ...columns.map((column) => CELLS[column].width)].join(" "));
      for (const { node } of [...rows.values(), ...spareRows]) node.remove();
      rows = new Map();
      spareRows = [];
    },

    /** @param {State} state @param {readonly Line[]} next */
    render(state, next) {
      shown = state;
      lines = next;
      draw();
    },

    /**
     * Scrolls the list, but never the page, to the row of a symbol.
     *
     * @param {readonly Line[]} next
     * @param {string} symbol
     * @returns {boolean} `false` while the list has no size
     */
    reveal(next, symbol) {
      if (size.line === 0) return false;
      const line = next.findIndex((one) => one.heading === null && one.instrument.symbol === symbol);
      const wanted = line < 0 ? top : scrollTo(line, view());
      if (wanted === top) return true;
      // The body must be as high as its lines before it is scrolled.
      body.style.blockSize = `${next.length * size.line}px`;
      grid.scrollTop = wanted;
      top = grid.scrollTop;
      return true;
    },

    /** Draws the ages of all rows. @param {State} state */
    age(state) {
      for (const row of rows.values()) row.age(state);
    },

    /** @param {string} symbol */
    idOf: (symbol) => rows.get(symbol)?.node.id,
  };
}
