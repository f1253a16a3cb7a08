/** The line under the charts: ranges of time, and the way back to the newest bars. */

import { element, setAttribute } from "../../lib/dom.js";
import { RANGES, rangeFault, rangeInterval } from "../../state/ranges.js";

/** @typedef {import("../../state/model.js").State} State */

/**
 * @param {HTMLElement} root
 * @param {ReturnType<typeof import("./charts.js").createCharts>} charts
 * @param {Pick<import("../actions.js").Actions, "onInterval" | "onFault">} actions
 */
export function createRanges(root, charts, { onInterval, onFault }) {
  /** @type {State | undefined} */
  let shown;
  const buttons = RANGES.map(({ id }) => {
    const button = element("button", { type: "button", class: "range-button", "data-range": id }, id);
    button.addEventListener("click", () => {
      if (!shown) return;
      const fault = rangeFault(shown, id);
      if (fault) return onFault(`${fault}.`);
      const interval = rangeInterval(shown, id);
      if (interval === null) return;
      charts.showRange(id, interval);
      onInterval(interval);
    });
    return button;
  });
  const back = element("button", { type: "button", class: "button range-back", hidden: true }, "Back to live ⇥");
  back.addEventListener("click", () => charts.showNewest());
  root.append(element("div", { class: "ranges-group", role: "group", "aria-label": "Range" }, ...buttons), back);

  return {
    /** @param {State} state */
    render(state) {
      shown = state;
      RANGES.forEach(({ id, title }, at) => {
        const fault = rangeFault(state, id);
        setAttribute(buttons[at], "aria-disabled", fault === null ? null : "true");
        setAttribute(buttons[at], "title", fault ?? title);
      });
      setAttribute(back, "hidden", !charts.isAway());
    },
  };
}
