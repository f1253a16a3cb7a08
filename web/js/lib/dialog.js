/** A modal dialog. Escape, its close button and a click beside it close it. */

import { element } from "./dom.js";
import { icon } from "./icon.js";

/**
 * @param {string} title
 * @param {string} kind its class
 * @param {...Node} children
 */
export function createDialog(title, kind, ...children) {
  const close = element("button", { type: "button", class: "tool", "aria-label": "Close" }, icon("close"));
  const box = element(
    "div",
    { class: "dialog-box" },
    element("header", { class: "dialog-head" }, element("h2", { class: "dialog-title" }, title), close),
    ...children,
  );
  const node = element("dialog", { class: `dialog ${kind}`, "aria-label": title }, box);
  close.addEventListener("click", () => node.close());
  node.addEventListener("click", (event) => {
    if (event.target === node) node.close();
  });
  document.body.append(node);
  return {
    node,
    open() {
      if (!node.open) node.showModal();
    },
    close: () => node.close(),
  };
}
