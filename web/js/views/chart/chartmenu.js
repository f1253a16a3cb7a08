/** The menu at the pointer on a chart: plays from the bar there, and saves what the chart shows. */

import { element, setAttribute, setText, span } from "../../lib/dom.js";
import { barTimeText } from "../../lib/time.js";
import { mayDrive, zoneOf } from "../../state/select.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../actions.js").Actions} Actions */

const EDGE_PX = 8;
/** @type {Record<string, (at: number, count: number) => number>} */
const KEYS = {
  ArrowDown: (at, count) => (at + 1) % count,
  ArrowUp: (at, count) => (at - 1 + count) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/**
 * @param {HTMLElement} root the charts
 * @param {Pick<Actions, "onPlayFrom" | "onMark" | "onPicture" | "onExport" | "onChartTable">} actions
 * @param {(event: MouseEvent) => { pane: import("../../state/model.js").Pane, us: number | null } | null} find what is at
 *   the pointer
 */
export function createChartMenu(root, { onPlayFrom, onMark, onPicture, onExport, onChartTable }, find) {
  const menu = element("div", { class: "menu", popover: "auto", role: "menu", "aria-label": "Chart" });
  const hint = span("option-hint");
  /** The start of the bar at the pointer. @type {number | null} */
  let us = null;
  /** @type {State | undefined} */
  let shown;

  /** @param {() => void} run @param {...(Node | string)} label */
  function item(run, ...label) {
    const node = element(
      "button",
      { type: "button", class: "option menu-item", role: "menuitem", tabindex: -1 },
      ...label,
    );
    node.addEventListener("click", () => {
      menu.hidePopover();
      run();
    });
    return node;
  }
  const play = item(() => us !== null && onPlayFrom(us), "Play from here", hint);
  const mark = item(() => onMark(us), "Bookmark this bar");
  const rest = [
    item(onPicture, "Save the chart as PNG"),
    item(onExport, "Save the bars as CSV"),
    item(onChartTable, "Bars as a table"),
  ];
  const rule = element("hr");
  menu.append(play, mark, rule, ...rest);
  // Within the landmark of the page, and over all of it while it is open.
  root.append(menu);

  menu.addEventListener("keydown", (event) => {
    const items = [play, mark, ...rest].filter((node) => !node.hidden);
    const next = KEYS[event.key]?.(
      items.findIndex((node) => node === document.activeElement),
      items.length,
    );
    if (next === undefined) return;
    event.preventDefault();
    items[next].focus();
  });

  root.addEventListener("contextmenu", (event) => {
    const found = find(event);
    if (!found || !shown) return;
    event.preventDefault();
    us = found.us;
    const mayPlay = us !== null && shown.feed?.seekable === true && mayDrive(shown);
    const mayMark = us !== null && shown.bookmarks.recording !== null;
    setAttribute(play, "hidden", !mayPlay);
    setAttribute(mark, "hidden", !mayMark);
    setAttribute(rule, "hidden", !mayPlay && !mayMark);
    setText(hint, us !== null && found.pane.interval ? barTimeText(us, found.pane.interval, zoneOf(shown)) : "");
    menu.showPopover();
    const { width, height } = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(EDGE_PX, Math.min(event.clientX, innerWidth - width - EDGE_PX))}px`;
    menu.style.top = `${Math.max(EDGE_PX, Math.min(event.clientY, innerHeight - height - EDGE_PX))}px`;
    (mayPlay ? play : mayMark ? mark : rest[0]).focus();
  });

  return {
    /** @param {State} state */
    render(state) {
      shown = state;
    },
  };
}
