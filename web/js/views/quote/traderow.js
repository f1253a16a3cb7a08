/** A row of time and sales: a trade, or a number of missing trades. It is reused: only its text and side change. */

import { element, setAttribute, setText, span } from "../../lib/dom.js";
import { countText, priceText, sizeText } from "../../lib/number.js";

/** @typedef {import("../../state/model.js").TradeLine} TradeLine */
/** @typedef {import("../../state/model.js").Instrument} Instrument */

const SIDES = {
  buy: { glyph: "▲", name: "buyer" },
  sell: { glyph: "▼", name: "seller" },
  unknown: { glyph: "·", name: "side unknown" },
};

export function createTradeRow() {
  const time = element("span", { class: "trade-time", role: "cell" });
  const price = element("span", { class: "trade-price", role: "cell" });
  const size = element("span", { class: "trade-size", role: "cell" });
  const glyph = element("span", { "aria-hidden": "true" });
  const name = span("spoken");
  const side = element("span", { class: "trade-side", role: "cell" }, glyph, name);
  const node = element("div", { class: "trade-row", role: "row" }, time, price, size, side);

  const row = {
    node,
    /**
     * @param {TradeLine} line
     * @param {Instrument | undefined} instrument
     * @param {(us: number) => string} timeText
     * @param {number} big the size from which a trade is marked
     */
    draw({ trade, skipped }, instrument, timeText, big) {
      const way = trade === null ? "none" : (trade.side ?? "unknown");
      setAttribute(node, "data-side", way);
      setAttribute(node, "data-big", trade !== null && trade.size >= big);
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
