/** The legend of a chart: the bar under the pointer, or the newest one, and the values of the lines. */

import { element, setAttribute, setText, span } from "../../lib/dom.js";
import { decimalText, direction, percentText, priceText, UNKNOWN, volumeText } from "../../lib/number.js";
import { barMomentText } from "../../lib/time.js";
import { percentOf } from "../../state/quotes.js";

/** @typedef {import("../../state/model.js").Bar} Bar */
/** @typedef {import("../../state/model.js").Instrument} Instrument */
/** @typedef {import("../../state/model.js").Series} Series */
/** @typedef {import("../../lib/time.js").Interval} Interval */
/**
 * The value of a line at the bar.
 *
 * @typedef {{ title: string, colour: number | "warn", value: number | null, decimals: number | null }} Reading `decimals` is `null` for
 *   those of prices
 */

const PARTS = /** @type {const} */ ([
  ["O", "open"],
  ["H", "high"],
  ["L", "low"],
  ["C", "close"],
]);

/** @param {HTMLElement} root */
export function createLegend(root) {
  const symbol = span("legend-symbol");
  const interval = span("legend-interval");
  const origin = element("span", { class: "badge badge-note", hidden: true });
  const time = span("legend-time");
  const prices = PARTS.map(([letter]) => part(letter));
  const volume = part("V");
  const move = span("legend-value legend-move");
  volume.node.classList.add("legend-volume");
  const missed = span("legend-missed");
  const lines = element("div", { class: "legend-lines" });
  root.append(
    element("div", { class: "legend-line" }, symbol, interval, origin, time),
    element("div", { class: "legend-line" }, ...prices.map(({ node }) => node), move, volume.node, missed),
    lines,
  );

  return {
    /**
     * @param {{ symbol: string | null, interval: Interval | null }} pane
     * @param {Instrument | undefined} instrument
     * @param {{ bar: Bar | undefined, before: Bar | undefined, missed: number, readings: readonly Reading[],
     *   zone: string, mark: string }} reading
     */
    render(pane, instrument, { bar, before, missed: missing, readings, zone, mark }) {
      setText(symbol, pane.symbol ?? UNKNOWN);
      setText(interval, pane.interval ?? "");
      const from = instrument?.synthesised_from ?? null;
      setText(origin, from === null ? "" : `from ${from} bars`);
      setAttribute(origin, "title", from === null ? null : `The ticks of this feed were made from bars of ${from}`);
      setAttribute(origin, "hidden", from === null);
      setAttribute(root, "data-way", bar ? direction(bar.close - bar.open) : "flat");
      setText(time, bar && pane.interval ? barMomentText(bar.ts, pane.interval, zone) + mark : UNKNOWN);
      PARTS.forEach(([, member], at) => setText(prices[at].value, priceText(bar?.[member] ?? null, instrument)));
      setText(move, bar && before ? percentText(percentOf(bar.close, before.close)) : "");
      setAttribute(volume.node, "hidden", instrument?.basis === "bid");
      setText(volume.value, volumeText(bar?.volume ?? null, instrument?.size_decimals));
      setText(missed, missing > 0 ? `${missing} older bars are no longer kept` : "");
      while (lines.childElementCount > readings.length) lines.lastElementChild?.remove();
      readings.forEach((reading, at) => {
        const node = lines.children[at] ?? lines.appendChild(span("legend-reading", element("span"), element("span")));
        setAttribute(node, "data-line", reading.colour);
        setText(node.children[0], reading.title);
        setText(node.children[1], decimalText(reading.value, reading.decimals ?? instrument?.price_decimals ?? 2));
      });
    },
  };
}

/** @param {string} letter */
function part(letter) {
  const value = span("legend-value");
  return {
    node: span("legend-part", span("legend-letter", letter), value),
    value,
  };
}
