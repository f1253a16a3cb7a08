/** Says what went wrong, without standing in the way. */

import { element, setAttribute, setText } from "../../lib/dom.js";

/** @typedef {import("../../state/model.js").State} State */

/**
 * @param {HTMLElement} root a polite live region
 * @param {{ onDismiss: () => void }} actions
 */
export function createNotice(root, { onDismiss }) {
  const text = element("span", { class: "notice-text" });
  const close = element("button", { type: "button", class: "notice-close", "aria-label": "Dismiss" }, "✕");
  close.addEventListener("click", onDismiss);
  const box = element("div", { class: "notice", hidden: true }, text, close);
  root.append(box);

  return {
    /** @param {State} state */
    render({ notice }) {
      setText(text, notice?.text ?? "");
      setAttribute(box, "hidden", notice === null);
    },
  };
}
