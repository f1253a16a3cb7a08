/** Says short texts of a chart to a screen reader, politely: the newest waits until the person rests. */

import { element, setText } from "../../lib/dom.js";

/** The rest after which a text is said, so that a held key does not queue a text for each bar. */
const REST_MS = 250;

/** @param {HTMLElement} root */
export function createSpoken(root) {
  const line = element("span", { class: "spoken", role: "status" });
  root.append(line);
  let waiting = 0;
  /** @param {string} text */
  function say(text) {
    const { ariaNotify } = /** @type {{ ariaNotify?: (text: string) => void }} */ (/** @type {unknown} */ (root));
    // The text stays in the page even where it is said without it: it can be read again.
    if (ariaNotify) {
      line.removeAttribute("role");
      ariaNotify.call(root, text);
    }
    setText(line, text);
  }
  /** @param {string} text */
  return (text) => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => say(text), REST_MS);
  };
}
