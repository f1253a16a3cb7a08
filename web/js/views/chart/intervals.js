/** The buttons that choose the interval of the bars. Those that the feed has no data for are greyed. */

import { element, setAttribute } from "../../lib/dom.js";
import { INTERVALS } from "../../lib/time.js";
import { intervalFault } from "../../state/select.js";

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
    button.addEventListener("click", () => {
      if (!button.hasAttribute("aria-disabled")) onInterval(interval);
    });
    return button;
  });
  root.append(...buttons);

  return {
    /** @param {State} state */
    render(state) {
      INTERVALS.forEach((interval, at) => {
        const fault = intervalFault(state, interval);
        setAttribute(buttons[at], "aria-pressed", String(interval === state.choice.interval));
        // Not `disabled`: the reason is reached by keys and read out.
        setAttribute(buttons[at], "aria-disabled", fault && "true");
        setAttribute(buttons[at], "title", fault);
      });
    },
  };
}
