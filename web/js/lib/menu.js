/** A panel that a button opens next to itself. Escape and a click elsewhere close it. */

import { element, setAttribute } from "./dom.js";

const EDGE_PX = 8;
let made = 0;

/**
 * @param {{ name: string, class?: string }} look `name` is its accessible name
 * @param {...(Node | string)} label the content of the button
 */
export function createMenu({ name, class: kind = "tool" }, ...label) {
  made += 1;
  const id = `menu-${made}`;
  const panel = element("div", { class: "menu", id, popover: "auto", role: "dialog", "aria-label": name });
  const button = element(
    "button",
    {
      type: "button",
      class: kind,
      "aria-haspopup": "dialog",
      "aria-expanded": "false",
      popovertarget: id,
      "aria-label": name,
      title: name,
    },
    ...label,
  );
  panel.addEventListener("toggle", (event) => {
    const open = /** @type {ToggleEvent} */ (event).newState === "open";
    setAttribute(button, "aria-expanded", String(open));
    if (open) layOut(panel, button.getBoundingClientRect());
  });
  // The focus moves as the panel opens, so that a key right after Enter goes to its content.
  panel.addEventListener("beforetoggle", (event) => {
    if (/** @type {ToggleEvent} */ (event).newState !== "open") return;
    panel.querySelector("[autofocus]")?.removeAttribute("autofocus");
    panel.querySelector("input:checked, input, button")?.setAttribute("autofocus", "");
  });
  return { button, panel, open: () => panel.showPopover(), close: () => panel.hidePopover() };
}

/**
 * Lays the panel out below its button, or above where there is more room, and inside the window.
 *
 * @param {HTMLElement} panel
 * @param {DOMRect} at
 */
function layOut(panel, at) {
  const { width, height } = panel.getBoundingClientRect();
  const left = Math.max(EDGE_PX, Math.min(at.left, innerWidth - width - EDGE_PX));
  const below = at.bottom + 4;
  const top =
    below + height > innerHeight - EDGE_PX && at.top > innerHeight / 2 ? Math.max(EDGE_PX, at.top - height - 4) : below;
  panel.style.left = `${left}px`;
  panel.style.top = `${top}px`;
}
