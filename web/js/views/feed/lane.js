/** The lane of bookmarks above the timeline. A click on a mark goes there; keys have the list of bookmarks. */

import { element, setAttribute } from "../../lib/dom.js";
import { bookmarkText } from "../../state/bookmarks.js";
import { zoneOf } from "../../state/select.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/bookmarks.js").Bookmark} Bookmark */

/**
 * @param {object} actions
 * @param {(us: number) => void} actions.onGo goes to a market time
 * @param {(text: string) => void} actions.onPoint tells the text of the mark under the pointer
 */
export function createLane({ onGo, onPoint }) {
  const node = element("div", { class: "lane", "aria-hidden": "true" });
  /** @type {readonly unknown[]} */
  let drawn = [];

  return {
    node,
    /** @param {State} state */
    render(state) {
      const { bookmarks, feed } = state;
      const zone = zoneOf(state);
      const now = [bookmarks.list, feed?.start, feed?.end, zone];
      if (now.every((one, at) => one === drawn[at])) return;
      drawn = now;
      const { start = null, end = null, time_shift_us: shiftUs = 0 } = feed ?? {};
      if (start === null || end === null || end <= start) return node.replaceChildren();
      node.replaceChildren(
        ...bookmarks.list.map((bookmark) => {
          const mark = element("span", { class: "lane-mark", "data-us": bookmark.us });
          const share = (bookmark.us + shiftUs - start) / (end - start);
          mark.style.insetInlineStart = `${Math.min(1, Math.max(0, share)) * 100}%`;
          setAttribute(mark, "data-noted", bookmark.note !== "");
          mark.addEventListener("click", () => onGo(bookmark.us + shiftUs));
          mark.addEventListener("pointermove", () => onPoint(bookmarkText(bookmark, shiftUs, zone)));
          return mark;
        }),
      );
    },
  };
}
