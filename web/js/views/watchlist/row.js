/** A row of the watchlist. It is reused: scrolling gives it one instrument after another. */

import { element, setAttribute, setText, span } from "../../lib/dom.js";
import { icon } from "../../lib/icon.js";
import { direction } from "../../lib/number.js";
import { CELLS } from "./cells.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").Quote} Quote */
/** @typedef {import("../../state/model.js").Instrument} Instrument */
/** @typedef {import("../../state/columns.js").ColumnId} ColumnId */

/**
 * @param {readonly ColumnId[]} columns
 * @param {string} id
 */
export function createRow(columns, id) {
  const cells = columns.map((column) => CELLS[column].make());
  const star = element("button", { type: "button", class: "star", tabindex: -1, "data-star": "" }, icon("star"));
  const node = element(
    "div",
    { class: "row", role: "row", id },
    element("span", { class: "cell star-cell", role: "gridcell" }, star),
    ...cells.map((cell) => cell.node),
  );
  columns.forEach((column, at) => cells[at].node.classList.toggle("end", CELLS[column].end));
  /** @type {Instrument | undefined} */
  let instrument;
  /** @type {Quote | undefined} */
  let drawn;

  return {
    node,
    /**
     * @param {State} state
     * @param {Instrument} wanted
     * @param {number} line its index among all lines
     */
    render(state, wanted, line) {
      const { symbol } = wanted;
      const quote = state.quotes.get(symbol);
      const fresh = wanted !== instrument;
      if (fresh) {
        instrument = wanted;
        node.dataset.symbol = symbol;
      }
      if (fresh || quote !== drawn) {
        drawn = quote;
        setAttribute(node, "data-way", direction(quote?.change));
        for (const cell of cells) cell.draw({ state, quote, instrument: wanted, fresh });
      }
      setAttribute(node, "aria-rowindex", line + 2);
      setAttribute(node, "aria-selected", String(state.choice.symbol === symbol));
      const liked = state.settings.favourites.includes(symbol);
      setAttribute(star, "aria-pressed", String(liked));
      setAttribute(star, "aria-label", `${symbol} among the favourites`);
    },
    /** Draws what changes as time passes. @param {State} state */
    age(state) {
      if (!instrument) return;
      for (const cell of cells) cell.age?.({ state, quote: drawn, instrument, fresh: false });
    },
  };
}

/** Creates a heading, which opens and closes its group. @param {string} id */
export function createHeading(id) {
  const title = span("group-name");
  const count = span("group-count");
  const button = element("button", { type: "button", class: "group-toggle", tabindex: -1 }, icon("fold"), title, count);
  const node = element(
    "div",
    { class: "row group-title", role: "row", id },
    element("span", { class: "cell group-cell", role: "gridcell" }, button),
  );
  return {
    node,
    /**
     * @param {{ heading: string, count: number, collapsed: boolean }} line
     * @param {number} at
     * @param {number} columns
     */
    render(line, at, columns) {
      node.dataset.heading = line.heading;
      setText(title, line.heading);
      setText(count, String(line.count));
      setAttribute(button, "aria-expanded", String(!line.collapsed));
      setAttribute(node, "aria-rowindex", at + 2);
      setAttribute(node.children[0], "aria-colspan", columns);
    },
  };
}
