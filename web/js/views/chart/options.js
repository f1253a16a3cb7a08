/** A menu of options, of which one or any number can be chosen. */

import { element, span } from "../../lib/dom.js";
import { createMenu } from "../../lib/menu.js";

let made = 0;

/**
 * @template {string} Value
 * @param {object} given
 * @param {string} given.name
 * @param {"radio" | "checkbox"} given.kind
 * @param {readonly { value: Value, title: string, hint?: string }[]} given.options
 * @param {readonly Node[]} given.label of the button
 * @param {(value: Value, on: boolean) => void} given.onPick
 */
export function createOptions({ name, kind, options, label, onPick }) {
  made += 1;
  const group = `options-${made}`;
  const menu = createMenu({ name }, ...label);
  const inputs = options.map(({ value, title, hint }) => {
    const input = element("input", { type: kind, name: group, value });
    input.addEventListener("change", () => onPick(value, input.checked));
    const text = span("option-title", title);
    menu.panel.append(element("label", { class: "option" }, input, text, span("option-hint", hint ?? "")));
    return input;
  });
  menu.panel.classList.add("menu-options");
  return {
    ...menu,
    /**
     * @param {readonly Value[]} picked
     * @param {boolean} [marked] whether the button shows that something is on
     */
    render(picked, marked = false) {
      for (const input of inputs) {
        const on = picked.includes(/** @type {Value} */ (input.value));
        if (input.checked !== on) input.checked = on;
      }
      menu.button.toggleAttribute("data-on", marked);
    },
  };
}
