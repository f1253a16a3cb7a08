/** Reads one bar out: the one under the pointer, or else the newest. */

import { element, setAttribute, setText } from "../lib/dom.js";
import { direction, priceText, UNKNOWN, volumeText } from "../lib/number.js";
import { barTimeText } from "../lib/time.js";
import { barAt, chosenInstrument } from "../state/select.js";

/** @typedef {import("../state/model.js").State} State */

const PARTS = /** @type {const} */ ([["O", "open"], ["H", "high"], ["L", "low"], ["C", "close"]]);

/** @param {HTMLElement} root */
export function createLegend(root) {
  const time = element("span", { class: "legend-time" });
  const prices = PARTS.map(([letter]) => part(letter));
  const volume = part("V");
  volume.node.classList.add("legend-volume");
  const missed = element("span", { class: "legend-missed" });
  root.append(time, ...prices.map(({ node }) => node), volume.node, missed);

  return {
    /**
     * @param {State} state
     * @param {number | null} hoveredUs
     */
    render(state, hoveredUs) {
      const { bars, missed: lacking } = state.series;
      const instrument = chosenInstrument(state);
      const bar = (hoveredUs === null ? undefined : barAt(bars, hoveredUs)) ?? bars.at(-1);
      setAttribute(root, "data-way", bar ? direction(bar.close - bar.open) : "flat");
      setText(time, bar && state.choice.interval ? `${barTimeText(bar.ts, state.choice.interval)} UTC` : UNKNOWN);
      PARTS.forEach(([, member], at) => setText(prices[at].value, priceText(bar?.[member] ?? null, instrument)));
      setAttribute(volume.node, "hidden", instrument?.basis === "bid");
      setText(volume.value, volumeText(bar?.volume ?? null, instrument?.size_decimals));
      setText(missed, lacking > 0 ? `${lacking} older bars are no longer kept` : "");
    },
  };
}

/** @param {string} letter */
function part(letter) {
  const value = element("span", { class: "legend-value" });
  return { node: element("span", { class: "legend-part" }, element("span", { class: "legend-letter" }, letter), value), value };
}
