/** One line of the tape: a trade, or how many are lacking. Made once, then only its text and side change. */

import { element, setAttribute, setText } from "../../lib/dom.js";
import { countText, priceText, sizeText } from "../../lib/number.js";

/** @typedef {import("../../state/model.js").TapeLine} TapeLine */
/** @typedef {import("../../state/model.js").Instrument} Instrument */

const SIDES = {
  buy: { glyph: "▲", name: "buyer" },
  sell: { glyph: "▼", name: "seller" },
  unknown: { glyph: "·", name: "side unknown" },
};

export function createTapeRow() {
  const time = element("span", { class: "tape-time", role: "cell" });
  const price = element("span", { class: "tape-price", role: "cell" });
  const size = element("span", { class: "tape-size", role: "cell" });
  const glyph = element("span", { "aria-hidden": "true" });
  const name = element("span", { class: "spoken" });
  const side = element("span", { class: "tape-side", role: "cell" }, glyph, name);
  const node = element("div", { class: "tape-row", role: "row" }, time, price, size, side);

  const row = {
    node,
    /**
     * @param {TapeLine} line
     * @param {Instrument | undefined} instrument
     * @param {(us: number) => string} timeText
     */
    draw({ trade, skipped }, instrument, timeText) {
      const way = trade === null ? "none" : (trade.side ?? "unknown");
      setAttribute(node, "data-side", way);
      setText(time, trade === null ? `${countText(skipped)} skipped` : timeText(trade.ts));
      setText(price, trade === null ? "" : priceText(trade.price, instrument));
      setText(size, trade === null ? "" : sizeText(trade.size, instrument?.size_decimals));
      setText(glyph, way === "none" ? "" : SIDES[way].glyph);
      setText(name, way === "none" ? "" : SIDES[way].name);
      return row;
    },
  };
  return row;
}
