/** The head of the watchlist: the filter, the number of symbols, and the menu of columns. */

import { element, setText, span } from "../../lib/dom.js";
import { icon } from "../../lib/icon.js";
import { createColumnMenu } from "./columnmenu.js";

/** @typedef {import("../../state/model.js").State} State */

/**
 * @param {object} actions
 * @param {(text: string) => void} actions.onFilter
 * @param {import("../actions.js").Actions["onSet"]} actions.onSet
 * @param {() => void} actions.onExportList
 * @param {() => void} actions.onLeave moves the focus to the rows
 */
export function createFilter({ onFilter, onSet, onExportList, onLeave }) {
  const input = element("input", {
    type: "search",
    class: "field",
    id: "filter",
    placeholder: "Filter symbols",
    "aria-label": "Filter symbols",
    spellcheck: "false",
    autocomplete: "off",
  });
  input.addEventListener("input", () => onFilter(input.value));
  input.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "Enter") return;
    event.preventDefault();
    onLeave();
  });
  const search = element("label", { class: "search" }, icon("search"), input, element("kbd", {}, "/"));
  const count = span("list-count");
  const columns = createColumnMenu({ onSet, onExportList });
  let drawn = "";
  return {
    node: element("div", { class: "list-head" }, search, count, columns.button, columns.panel),
    /** @param {State} state @param {number} shown */
    render(state, shown) {
      // Another feed empties the filter, also where the focus is in it.
      if (state.filter !== drawn && input.value !== state.filter) input.value = state.filter;
      drawn = state.filter;
      const all = state.instruments.size;
      setText(count, shown === all ? String(all) : `${shown} of ${all}`);
      columns.render(state);
    },
  };
}
