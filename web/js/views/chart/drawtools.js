/** The tools that draw on a chart: a strip of buttons at its left edge, and the list of its drawings. */

import { element, setAttribute, setName, setText } from "../../lib/dom.js";
import { icon } from "../../lib/icon.js";
import { createMenu } from "../../lib/menu.js";
import { KIND_NAMES } from "../../state/drawings.js";
import { drawingName, KIND_TITLES } from "../../state/drawingwords.js";

/** @typedef {import("../../state/drawings.js").Drawing} Drawing */
/** @typedef {import("../../state/drawings.js").DrawingKind} DrawingKind */
/** @typedef {import("../../lib/icon.js").IconName} IconName */
/** @typedef {"undo" | "redo" | "magnet" | "colour" | "copy" | "text" | "remove" | "clear"} ToolAction */
/**
 * @typedef {object} ToolsState
 * @property {DrawingKind | null} tool
 * @property {Drawing | null} selected
 * @property {readonly Drawing[]} own the drawings of the symbol
 * @property {import("../../state/model.js").Instrument | undefined} instrument
 * @property {{ undo: boolean, redo: boolean }} undoable
 * @property {boolean} magnet
 * @property {number} unlinked drawings for which the link has no room
 */

/** @type {readonly [ToolAction, IconName, string][]} */
const ALWAYS = [
  ["magnet", "magnet", "Magnet: snap to open, high, low and close (hold Alt to place freely)"],
  ["undo", "undo", "Undo (Ctrl+Z)"],
  ["redo", "redo", "Redo (Ctrl+Y)"],
];
/** @type {readonly [ToolAction, IconName, string][]} */
const SELECTED = [
  ["colour", "colour", "Next colour"],
  ["text", "text", "Edit the text (Enter)"],
  ["copy", "copy", "Duplicate (Ctrl+D)"],
  ["remove", "trash", "Delete (Del)"],
];

/**
 * @param {object} given
 * @param {(kind: DrawingKind, byKey: boolean) => void} given.onTool
 * @param {(action: ToolAction) => void} given.onAction
 * @param {(id: number) => void} given.onSelect
 */
export function createDrawTools({ onTool, onAction, onSelect }) {
  /** @param {IconName} glyph @param {string} name @param {(event: MouseEvent) => void} run */
  const tool = (glyph, name, run) => {
    const button = element("button", { type: "button", class: "tool", "aria-label": name, title: name }, icon(glyph));
    button.addEventListener("click", run);
    return button;
  };
  // A click by a key has no count: where a person has no pointer, the drawing is placed in the middle.
  const kinds = KIND_NAMES.map((kind) => tool(kind, KIND_TITLES[kind], ({ detail }) => onTool(kind, detail === 0)));
  const always = ALWAYS.map(([action, glyph, name]) => tool(glyph, name, () => onAction(action)));
  const selected = SELECTED.map(([action, glyph, name]) => tool(glyph, name, () => onAction(action)));
  const list = createList({ onSelect, onClear: () => onAction("clear") });
  const ofSelected = element(
    "div",
    { class: "draw-selected", role: "group", "aria-label": "Selected drawing" },
    ...selected,
  );
  const node = element(
    "div",
    { class: "draw-tools", role: "group", "aria-label": "Drawing tools" },
    element("div", { class: "draw-group" }, ...kinds),
    element("div", { class: "draw-group" }, ...always, list.button),
    list.panel,
  );

  return {
    node,
    /** The tools of the selected drawing, which show also where the others are closed. */
    selected: ofSelected,
    /** @param {ToolsState} state */
    render(state) {
      KIND_NAMES.forEach((kind, at) => setAttribute(kinds[at], "aria-pressed", String(kind === state.tool)));
      setAttribute(always[0], "aria-pressed", String(state.magnet));
      setAttribute(always[1], "disabled", !state.undoable.undo);
      setAttribute(always[2], "disabled", !state.undoable.redo);
      setAttribute(ofSelected, "hidden", state.selected === null);
      setAttribute(selected[1], "hidden", state.selected?.kind !== "text");
      if (state.selected) setAttribute(ofSelected, "data-line", state.selected.colour);
      list.render(state);
    },
  };
}

/** @param {{ onSelect: (id: number) => void, onClear: () => void }} actions */
function createList({ onSelect, onClear }) {
  const menu = createMenu({ name: "Drawings" }, icon("list"));
  const rows = element("div", { class: "draw-list" });
  const note = element("p", { class: "menu-note" });
  const clear = element("button", { type: "button", class: "button" }, "Delete all");
  clear.addEventListener("click", () => {
    menu.close();
    onClear();
  });
  menu.panel.append(rows, note, clear);
  /** @type {readonly Drawing[] | null} */
  let shown = null;
  return {
    ...menu,
    /** @param {ToolsState} state */
    render({ own, instrument, unlinked }) {
      if (own === shown) return;
      shown = own;
      setName(menu.button, `Drawings: ${own.length}`);
      setAttribute(clear, "hidden", own.length === 0);
      setText(note, noteText(own.length, unlinked));
      rows.replaceChildren(
        ...own.toReversed().map((drawing) => {
          const name = drawingName(drawing, instrument);
          const row = element("button", { type: "button", class: "draw-row" }, icon(drawing.kind), name);
          setAttribute(row, "data-line", drawing.colour);
          row.addEventListener("click", () => {
            menu.close();
            onSelect(drawing.id);
          });
          return row;
        }),
      );
    },
  };
}

/** @param {number} count @param {number} unlinked */
function noteText(count, unlinked) {
  if (count === 0) return "Nothing is drawn on this symbol yet.";
  return unlinked > 0
    ? `Kept in this browser. The link has no room for ${unlinked} of the drawings on the charts.`
    : "Kept in this browser and in the link.";
}
