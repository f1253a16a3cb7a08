/** The bookmarks of the recording: a list with notes beside the timeline. */

import { element, setAttribute, setName, setText, span } from "../../lib/dom.js";
import { icon } from "../../lib/icon.js";
import { createMenu } from "../../lib/menu.js";
import { bookmarkText, MOST_NOTE } from "../../state/bookmarks.js";
import { mayDrive, zoneOf } from "../../state/select.js";
import { positionText } from "../../state/transport.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/bookmarks.js").Bookmark} Bookmark */
/** @typedef {import("../actions.js").Actions} Actions */

const EMPTY = "No bookmarks yet. B marks the place where the recording stands.";
const KEPT = "They are kept in this browser, and the address of the page has them: who opens it gets them too.";

/** @param {Pick<Actions, "onCommand" | "onMark" | "onNote" | "onUnmark">} actions */
export function createBookmarkList({ onCommand, onMark, onNote, onUnmark }) {
  const count = span("tool-count");
  const { button, panel, open, close } = createMenu({ name: "Bookmarks" }, icon("bookmark"), count);
  const add = element("button", { type: "button", class: "button" }, "Bookmark this place");
  add.addEventListener("click", () => onMark());
  const list = element("ul", { class: "bookmarks" });
  const empty = element("p", { class: "menu-note" }, EMPTY);
  panel.classList.add("bookmark-panel");
  panel.append(add, list, empty, element("p", { class: "menu-note" }, KEPT));
  /** @type {Map<number, ReturnType<typeof createRow>>} */
  const rows = new Map();
  /** The bookmark whose note gets the focus once it is shown. @type {number | null} */
  let wanted = null;
  let shiftUs = 0;
  let zone = "UTC";

  // A note that is being written is kept as the list closes.
  panel.addEventListener("beforetoggle", (event) => {
    if (/** @type {ToggleEvent} */ (event).newState === "closed") for (const row of rows.values()) row.save();
  });

  /** @param {Bookmark} first */
  function createRow(first) {
    let { note } = first;
    const { us } = first;
    const go = element("button", { type: "button", class: "tool bookmark-time" });
    const input = element("input", {
      class: "field bookmark-note",
      type: "text",
      maxlength: MOST_NOTE,
      placeholder: "Note",
      autocomplete: "off",
    });
    const remove = element("button", { type: "button", class: "mini" }, icon("close"));
    const save = () => void (input.value.trim() !== note && onNote(us, input.value));
    go.addEventListener("click", () => onCommand({ command: "seek", time: us + shiftUs }));
    input.addEventListener("change", save);
    input.addEventListener("keydown", ({ key }) => key === "Enter" && close());
    remove.addEventListener("click", () => {
      input.value = note;
      onUnmark(us);
      add.focus();
    });
    return {
      node: element("li", { class: "bookmark" }, go, input, remove),
      input,
      save,
      /** @param {Bookmark} bookmark @param {boolean} isOff */
      render(bookmark, isOff) {
        if (bookmark.note !== note || input.value === "") {
          note = bookmark.note;
          if (document.activeElement !== input) input.value = note;
        }
        const at = positionText(us + shiftUs, zone);
        setText(go, at);
        setAttribute(go, "aria-label", `Go to ${bookmarkText(bookmark, shiftUs, zone)}`);
        setAttribute(go, "disabled", isOff);
        setAttribute(input, "aria-label", `Note at ${at}`);
        setName(remove, `Delete the bookmark at ${at}`);
      },
    };
  }

  return {
    button,
    panel,
    /** Opens the list, at a bookmark's note where one is given. @param {number | null} us */
    open(us) {
      if (button.hidden) return;
      wanted = us;
      open();
    },
    /** @param {State} state */
    render(state) {
      const { bookmarks, feed } = state;
      setAttribute(button, "hidden", bookmarks.recording === null);
      setText(count, bookmarks.list.length > 0 ? String(bookmarks.list.length) : "");
      setName(button, bookmarks.list.length > 0 ? `Bookmarks: ${bookmarks.list.length}` : "Bookmarks");
      setAttribute(empty, "hidden", bookmarks.list.length > 0);
      shiftUs = feed?.time_shift_us ?? 0;
      zone = zoneOf(state);
      const isOff = !mayDrive(state);
      const times = new Set(bookmarks.list.map(({ us }) => us));
      for (const [us, row] of rows) {
        if (times.has(us)) continue;
        row.node.remove();
        rows.delete(us);
      }
      bookmarks.list.forEach((bookmark, at) => {
        const row = rows.get(bookmark.us) ?? createRow(bookmark);
        if (!rows.has(bookmark.us)) {
          rows.set(bookmark.us, row);
          row.input.value = bookmark.note;
          list.insertBefore(row.node, list.children[at] ?? null);
        }
        row.render(bookmark, isOff);
      });
      const target = wanted === null ? undefined : rows.get(wanted);
      if (!target) return;
      wanted = null;
      target.input.focus();
      target.input.select();
    },
  };
}
