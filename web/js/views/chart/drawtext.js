/** The field in which a text on a chart is written, at its place. Enter ends it, Escape leaves it as it was. */

import { element } from "../../lib/dom.js";
import { MOST_TEXT } from "../../state/drawings.js";

/** The least room for the field, in pixels. */
const LEAST_PX = 160;

/**
 * @param {HTMLElement} node the pane
 * @param {import("../../chart/plot.js").Plot} plot
 */
export function createDrawText(node, plot) {
  const field = element("input", {
    class: "field draw-text",
    type: "text",
    maxlength: MOST_TEXT,
    "aria-label": "Text on the chart",
    placeholder: "Text",
    hidden: true,
  });
  node.append(field);
  /** @type {((words: string) => void) | null} */
  let done = null;
  let before = "";

  /** @param {string} words */
  function end(words) {
    const run = done;
    done = null;
    field.hidden = true;
    run?.(words.trim());
  }
  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") end(field.value);
    if (event.key === "Escape") end(before);
    if (event.key === "Enter" || event.key === "Escape") event.preventDefault();
  });
  field.addEventListener("blur", () => end(field.value));

  return {
    isOpen: () => done !== null,
    /**
     * @param {string} words
     * @param {{ ts: number, price: number }} at as the chart shows it
     * @param {(words: string) => void} run
     */
    open(words, { ts, price }, run) {
      const { width, height } = plot.area();
      const x = Math.min(plot.place.xOf(ts) ?? 0, width - LEAST_PX);
      const y = plot.heightOf(price) ?? 0;
      field.style.insetInlineStart = `${Math.max(0, x)}px`;
      field.style.insetBlockStart = `${Math.max(16, Math.min(height - 16, y))}px`;
      field.value = before = words;
      done = run;
      field.hidden = false;
      field.focus({ preventScroll: true });
      field.select();
    },
    close: () => end(field.value),
  };
}
