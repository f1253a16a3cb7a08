/** The edge of the watchlist. Dragging it or the arrow keys change the width. */

import { element, setAttribute } from "../../lib/dom.js";
import { LIST_PX } from "../../state/settings.js";

/** @typedef {import("../../state/model.js").State} State */

const KEY_PX = 16;

/**
 * @param {HTMLElement} list
 * @param {{ onSet: (settings: Partial<import("../../state/settings.js").Settings>) => void }} actions
 */
export function createSplitter(list, { onSet }) {
  const node = element("div", {
    class: "splitter",
    role: "separator",
    tabindex: 0,
    "aria-orientation": "vertical",
    "aria-label": "Width of the watchlist",
    "aria-controls": list.id,
    "aria-valuemin": LIST_PX.least,
    "aria-valuemax": LIST_PX.most,
    title: "Drag to change the width of the watchlist. Double click to reset it.",
  });
  list.append(node);
  const within = (/** @type {number} */ px) =>
    Math.round(Math.max(LIST_PX.least, Math.min(LIST_PX.most, innerWidth * 0.7, px)));
  node.addEventListener("pointerdown", (event) => {
    node.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  node.addEventListener("pointermove", (event) => {
    if (node.hasPointerCapture(event.pointerId))
      onSet({ listPx: within(event.clientX - list.getBoundingClientRect().left) });
  });
  node.addEventListener("dblclick", () => onSet({ listPx: 0 }));
  node.addEventListener("keydown", (event) => {
    const by = { ArrowRight: KEY_PX, ArrowLeft: -KEY_PX }[event.key];
    if (by === undefined && event.key !== "Home") return;
    event.preventDefault();
    onSet({ listPx: by === undefined ? 0 : within(list.offsetWidth + by) });
  });

  let drawn = -1;
  return {
    /** @param {State} state */
    render({ settings: { listPx } }) {
      if (listPx === drawn) return;
      drawn = listPx;
      const page = /** @type {HTMLElement} */ (list.parentElement);
      if (listPx === 0) page.style.removeProperty("--list-set");
      else page.style.setProperty("--list-set", `${listPx}px`);
      setAttribute(node, "aria-valuenow", listPx === 0 ? list.offsetWidth : listPx);
    },
  };
}
