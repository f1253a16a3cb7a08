/** The menu that chooses and orders the columns of the watchlist, and its groups. */

import { element, span } from "../../lib/dom.js";
import { icon } from "../../lib/icon.js";
import { createMenu } from "../../lib/menu.js";
import { COLUMNS, DEFAULT_COLUMNS } from "../../state/columns.js";
import { GROUPINGS } from "../../state/settings.js";

/** @typedef {import("../../state/columns.js").ColumnId} ColumnId */
/** @typedef {import("../../state/settings.js").Settings} Settings */

const GROUPING_TITLES = { class: "By class", sector: "By sector", none: "None" };
const ALL = /** @type {ColumnId[]} */ (Object.keys(COLUMNS));

/** @param {Pick<import("../actions.js").Actions, "onSet" | "onExportList">} actions */
export function createColumnMenu({ onSet, onExportList }) {
  const menu = createMenu({ name: "Columns and groups" }, icon("columns"));
  menu.panel.classList.add("menu-options");
  const list = element("div", { class: "column-list" });
  const groupings = GROUPINGS.map((value) => element("option", { value }, GROUPING_TITLES[value]));
  const grouping = element("select", { class: "field", id: "grouping" }, ...groupings);
  grouping.addEventListener("change", () => onSet({ grouping: /** @type {Settings["grouping"]} */ (grouping.value) }));
  const reset = element("button", { type: "button", class: "button" }, "Reset");
  reset.addEventListener("click", () => onSet({ columns: DEFAULT_COLUMNS, sort: null, grouping: "class", listPx: 0 }));
  const groups = span("option-title", "Groups");
  const save = element("button", { type: "button", class: "button" }, "Save as CSV");
  save.addEventListener("click", () => {
    menu.close();
    onExportList();
  });
  const ends = element("div", { class: "menu-ends" }, reset, save);
  menu.panel.append(list, element("hr"), element("label", { class: "option" }, groups, grouping), ends);

  /** @type {Settings | undefined} */
  let settings;

  /** @param {ColumnId} column @param {boolean} isOn */
  function show(column, isOn) {
    if (!settings) return;
    const others = settings.columns.filter((one) => one !== column);
    onSet({ columns: isOn ? [...others, column] : others });
  }

  /** @param {ColumnId} column @param {number} by */
  function move(column, by) {
    if (!settings) return;
    const others = settings.columns.filter((one) => one !== column);
    const at = Math.max(0, Math.min(others.length, settings.columns.indexOf(column) + by));
    onSet({ columns: others.toSpliced(at, 0, column) });
  }

  const items = ALL.map((column) => createItem(column, show, move));

  return {
    ...menu,
    /** @param {import("../../state/model.js").State} state */
    render(state) {
      if (state.settings === settings) return;
      settings = state.settings;
      const { columns } = settings;
      const order = [...columns, ...ALL.filter((one) => !columns.includes(one))];
      const nodes = order.map((column) => items[ALL.indexOf(column)].node);
      const focused = document.activeElement;
      if (nodes.some((node, at) => list.children[at] !== node)) list.replaceChildren(...nodes);
      if (focused instanceof HTMLElement && list.contains(focused)) focused.focus();
      ALL.forEach((column, at) => items[at].render(columns.indexOf(column), columns.length));
      grouping.value = settings.grouping;
    },
  };
}

/**
 * @param {ColumnId} column
 * @param {(column: ColumnId, isOn: boolean) => void} onShow
 * @param {(column: ColumnId, by: number) => void} onMove
 */
function createItem(column, onShow, onMove) {
  const { title, hint } = COLUMNS[column];
  const box = element("input", { type: "checkbox", value: column, disabled: column === "symbol" });
  box.addEventListener("change", () => onShow(column, box.checked));
  const [left, right] = /** @type {const} */ ([
    { glyph: "up", by: -1, side: "left" },
    { glyph: "down", by: 1, side: "right" },
  ]).map(({ glyph, by, side }) => {
    const name = `Move ${title} to the ${side}`;
    const button = element("button", { type: "button", class: "mini", "aria-label": name }, icon(glyph));
    button.addEventListener("click", () => onMove(column, by));
    return button;
  });
  const texts = [span("option-title", title), span("option-hint", hint)];
  const label = element("label", { class: "option" }, box, ...texts);
  return {
    node: element("div", { class: "column-item" }, label, left, right),
    /** @param {number} at -1 where it is not shown @param {number} count */
    render(at, count) {
      box.checked = at >= 0;
      left.disabled = at <= 0;
      right.disabled = at < 0 || at === count - 1;
    },
  };
}
