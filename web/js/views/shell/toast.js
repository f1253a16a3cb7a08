/** Shows a short message over the page. */

import { element, setAttribute, setText, span } from "../../lib/dom.js";

/** @typedef {import("../../state/model.js").State} State */

/**
 * @param {HTMLElement} root a polite live region
 * @param {{ onDismiss: () => void }} actions
 */
export function createToast(root, { onDismiss }) {
  const text = span("toast-text");
  const close = element("button", { type: "button", class: "toast-close", "aria-label": "Dismiss" }, "✕");
  close.addEventListener("click", onDismiss);
  const box = element("div", { class: "toast", hidden: true }, text, close);
  root.append(box);

  return {
    /** @param {State} state */
    render({ toast }) {
      setText(text, toast?.text ?? "");
      setAttribute(box, "hidden", toast === null);
    },
  };
}
