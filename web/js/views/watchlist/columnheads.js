/** The heads of the columns. A click sorts by a column, and dragging moves it. */

import { element, setAttribute, setText, span } from "../../lib/dom.js";
import { COLUMNS } from "../../state/columns.js";
import { CELLS } from "./cells.js";

/** @typedef {import("../../state/columns.js").ColumnId} ColumnId */
/** @typedef {import("../../state/settings.js").Settings} Settings */

/** @param {{ onSet: import("../actions.js").Actions["onSet"] }} actions */
export function createColumnHeads({ onSet }) {
  const node = element("div", { class: "row list-columns", role: "row", "aria-rowindex": 1 });
  const favourite = span("spoken", "Favourite");
  const starHead = element("span", { class: "cell star-cell", role: "columnheader" }, favourite);
  /** @type {Settings | undefined} */
  let settings;
  let drawn = "";

  /**
   * Sorts one way, then the other, then in the server's order. Numbers begin with the largest.
   *
   * @param {ColumnId} column
   */
  function sort(column) {
    const falls = COLUMNS[column].live;
    const now = settings?.sort?.column === column ? settings.sort : null;
    if (!now) onSet({ sort: { column, descending: falls } });
    else onSet({ sort: now.descending === falls ? { column, descending: !falls } : null });
  }

  /** @param {ColumnId} moved @param {ColumnId} onto */
  function drop(moved, onto) {
    if (!settings?.columns.includes(moved) || moved === onto) return;
    const others = settings.columns.filter((one) => one !== moved);
    const after = settings.columns.indexOf(moved) < settings.columns.indexOf(onto);
    onSet({ columns: others.toSpliced(others.indexOf(onto) + Number(after), 0, moved) });
  }

  return {
    node,
    /**
     * @param {import("../../state/model.js").State} state
     * @param {readonly ColumnId[]} columns the columns that have room
     */
    render(state, columns) {
      const key = columns.join();
      if (state.settings === settings && key === drawn) return;
      settings = state.settings;
      if (key !== drawn) {
        drawn = key;
        node.replaceChildren(starHead, ...columns.map((column) => createHead(column, sort, drop)));
      }
      for (const head of node.querySelectorAll("[data-column]")) {
        const sorted = settings.sort?.column === head.getAttribute("data-column") ? settings.sort : null;
        setAttribute(head, "aria-sort", sorted ? (sorted.descending ? "descending" : "ascending") : null);
        const glyph = head.querySelector(".sort-glyph");
        if (glyph) setText(glyph, sorted ? (sorted.descending ? "▾" : "▴") : "");
      }
    },
  };
}

/**
 * @param {ColumnId} column
 * @param {(column: ColumnId) => void} onSort
 * @param {(moved: ColumnId, onto: ColumnId) => void} onDrop
 */
function createHead(column, onSort, onDrop) {
  const { title, hint, value } = COLUMNS[column];
  const look = { class: `cell${CELLS[column].end ? " end" : ""}`, title: hint };
  const head = element("span", { role: "columnheader", "data-column": column, draggable: "true", ...look });
  if (!value) head.append(title);
  else {
    const glyph = element("span", { class: "sort-glyph", "aria-hidden": "true" });
    const button = element("button", { type: "button", class: "sort" }, element("span", {}, title), glyph);
    button.addEventListener("click", () => onSort(column));
    head.append(button);
  }
  head.addEventListener("dragstart", (event) => event.dataTransfer?.setData("text/plain", column));
  head.addEventListener("dragover", (event) => event.preventDefault());
  head.addEventListener("drop", (event) =>
    onDrop(/** @type {ColumnId} */ (event.dataTransfer?.getData("text/plain")), column),
  );
  return head;
}
