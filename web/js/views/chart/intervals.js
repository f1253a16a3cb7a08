/** The buttons that choose the interval of the bars. */

import { element, setAttribute } from "../../lib/dom.js";
import { INTERVALS } from "../../lib/time.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../lib/time.js").Interval} Interval */

/**
 * @param {HTMLElement} root
 * @param {{ onInterval: (interval: Interval) => void }} actions
 */
export function createIntervals(root, { onInterval }) {
  const buttons = INTERVALS.map((interval) => {
    const button = element(
      "button",
      { type: "button", class: "interval", "data-interval": interval, "aria-pressed": "false" },
      interval,
    );
    button.addEventListener("click", () => onInterval(interval));
    return button;
  });
  root.append(...buttons);

  return {
    /** @param {State} state */
    render({ choice }) {
      INTERVALS.forEach((interval, at) =>
        setAttribute(buttons[at], "aria-pressed", String(interval === choice.interval)),
      );
    },
  };
}
