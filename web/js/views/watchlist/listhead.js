/** What stands above the rows of the watchlist: the filter, the menu of columns, and the columns' titles, which sort. */

import { element, setAttribute, setText } from "../../lib/dom.js";
import { icon } from "../../lib/icon.js";
import { createMenu } from "../../lib/menu.js";
import { COLUMNS } from "../../state/columns.js";
import { GROUPINGS } from "../../state/settings.js";
import { CELLS } from "./cells.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/columns.js").ColumnId} ColumnId */
/** @typedef {import("../../state/settings.js").Settings} Settings */

const GROUPING_TITLES = { class: "By class", sector: "By sector", none: "None" };
const ALL = /** @type {ColumnId[]} */ (Object.keys(COLUMNS));

/**
 * @param {{ onFilter: (text: string) => void, onSet: (settings: Partial<Settings>) => void, onLeave: () => void }} actions
 *   `onLeave`: the keys go on to the rows
 */
export function createFilter({ onFilter, onSet, onLeave }) {
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
  const count = element("span", { class: "list-count" });
  const columns = createColumnMenu({ onSet });
  const node = element(
    "div",
    { class: "list-head" },
    element("label", { class: "search" }, icon("search"), input, element("kbd", {}, "/")),
    count,
    columns.button,
    columns.panel,
  );
  return {
    node,
    /** @param {State} state @param {number} shown */
    render(state, shown) {
      if (document.activeElement !== input && input.value !== state.filter) input.value = state.filter;
      const all = state.instruments.size;
      setText(count, shown === all ? String(all) : `${shown} of ${all}`);
      columns.render(state);
    },
  };
}

/** @param {{ onSet: (settings: Partial<Settings>) => void }} actions */
function createColumnMenu({ onSet }) {
  const menu = createMenu({ name: "Columns and groups" }, icon("columns"));
  menu.panel.classList.add("menu-options");
  /** @type {Settings | undefined} */
  let settings;
  const list = element("div", { class: "column-list" });
  const grouping = element(
    "select",
    { class: "field", id: "grouping" },
    ...GROUPINGS.map((value) => element("option", { value }, GROUPING_TITLES[value])),
  );
  grouping.addEventListener("change", () => onSet({ grouping: /** @type {Settings["grouping"]} */ (grouping.value) }));
  const reset = element("button", { type: "button", class: "button" }, "As at first");
  reset.addEventListener("click", () =>
    onSet({ columns: ["symbol", "spark", "last", "percent", "changeBar"], sort: null, grouping: "class", listPx: 0 }),
  );
  menu.panel.append(
    list,
    element("hr"),
    element("label", { class: "option" }, element("span", { class: "option-title" }, "Groups"), grouping),
    reset,
  );

  /** @param {ColumnId} column @param {number} by */
  function shift(column, by) {
    if (!settings) return;
    const others = settings.columns.filter((one) => one !== column);
    const at = Math.max(0, Math.min(others.length, settings.columns.indexOf(column) + by));
    onSet({ columns: others.toSpliced(at, 0, column) });
  }

  const items = new Map(
    ALL.map((column) => {
      const box = element("input", { type: "checkbox", value: column, disabled: column === "symbol" });
      box.addEventListener("change", () =>
        onSet({
          columns: box.checked
            ? [...(settings?.columns ?? []), column]
            : settings?.columns.filter((one) => one !== column),
        }),
      );
      const [up, down] = [
        [-1, "up"],
        [1, "down"],
      ].map(([by, way]) => {
        const button = element(
          "button",
          {
            type: "button",
            class: "mini",
            "aria-label": `Move ${COLUMNS[column].title} ${way === "up" ? "to the left" : "to the right"}`,
          },
          icon(way === "up" ? "up" : "down"),
        );
        button.addEventListener("click", () => shift(column, Number(by)));
        return button;
      });
      const label = element(
        "label",
        { class: "option" },
        box,
        element("span", { class: "option-title" }, COLUMNS[column].title),
        element("span", { class: "option-hint" }, COLUMNS[column].hint),
      );
      return /** @type {const} */ ([
        column,
        { box, up, down, node: element("div", { class: "column-item" }, label, up, down) },
      ]);
    }),
  );

  return {
    ...menu,
    /** @param {State} state */
    render(state) {
      if (state.settings === settings) return;
      settings = state.settings;
      const { columns } = settings;
      const order = [...columns, ...ALL.filter((one) => !columns.includes(one))];
      const focused = document.activeElement;
      const nodes = order.flatMap((column) => items.get(column)?.node ?? []);
      if (nodes.some((node, at) => list.children[at] !== node)) list.replaceChildren(...nodes);
      if (focused instanceof HTMLElement && list.contains(focused)) focused.focus();
      for (const [column, { box, up, down }] of items) {
        const at = columns.indexOf(column);
        box.checked = at >= 0;
        up.disabled = at <= 0;
        down.disabled = at < 0 || at === columns.length - 1;
      }
      grouping.value = settings.grouping;
    },
  };
}

/** @param {{ onSet: (settings: Partial<Settings>) => void }} actions */
export function createColumnHeads({ onSet }) {
  const node = element("div", { class: "row list-columns", role: "row", "aria-rowindex": 1 });
  /** @type {Settings | undefined} */
  let settings;
  let drawn = "";

  /** @param {ColumnId} column rising, falling, then as the server has it; numbers fall first */
  function sort(column) {
    const falls = COLUMNS[column].live;
    const now = settings?.sort?.column === column ? settings.sort : null;
    if (!now) onSet({ sort: { column, descending: falls } });
    else onSet({ sort: now.descending === falls ? { column, descending: !falls } : null });
  }

  /** @param {ColumnId} column */
  function make(column) {
    const { title, hint, value } = COLUMNS[column];
    const head = element("span", {
      class: `cell${CELLS[column].end ? " end" : ""}`,
      role: "columnheader",
      "data-column": column,
      draggable: "true",
      title: hint,
    });
    if (!value) head.append(title);
    else {
      const button = element(
        "button",
        { type: "button", class: "sort" },
        element("span", {}, title),
        element("span", { class: "sort-glyph", "aria-hidden": "true" }),
      );
      button.addEventListener("click", () => sort(column));
      head.append(button);
    }
    head.addEventListener("dragstart", (event) => event.dataTransfer?.setData("text/plain", column));
    head.addEventListener("dragover", (event) => event.preventDefault());
    head.addEventListener("drop", (event) =>
      drop(/** @type {ColumnId} */ (event.dataTransfer?.getData("text/plain")), column),
    );
    return head;
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
    /** @param {State} state @param {readonly ColumnId[]} columns those that have room */
    render(state, columns) {
      if (state.settings === settings) return;
      settings = state.settings;
      const key = columns.join();
      if (key !== drawn) {
        drawn = key;
        node.replaceChildren(
          element(
            "span",
            { class: "cell star-cell", role: "columnheader" },
            element("span", { class: "spoken" }, "Favourite"),
          ),
          ...columns.map(make),
        );
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
