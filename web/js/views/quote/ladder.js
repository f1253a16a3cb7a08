/** The price ladder of the chosen symbol: bids on the left, asks on the right, best on top, with sizes as bars. */

import { element, setAttribute, setText, span } from "../../lib/dom.js";
import { priceText, volumeText } from "../../lib/number.js";
import { chosenInstrument, hasDepth } from "../../state/select.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").Level} Level */

const LEVELS = 5;
const HEADS = ["Bid size", "Bid", "Ask", "Ask size"];

export function createLadder() {
  const rows = Array.from({ length: LEVELS }, createRow);
  const heads = HEADS.map((title) => element("th", { scope: "col" }, title));
  const widths = ["half", "price", "price", "half"].map((kind) => element("col", { class: `ladder-${kind}` }));
  const node = element(
    "table",
    { class: "ladder", hidden: true },
    element("caption", { class: "spoken" }, "Order book, best prices first"),
    element("colgroup", {}, ...widths),
    element("thead", { class: "spoken" }, element("tr", {}, ...heads)),
    element("tbody", {}, ...rows.map((row) => row.node)),
  );

  /** @type {State["book"] | undefined} */
  let drawn;
  /** The digits of the longest price of a symbol, which only grow. @type {{ symbol: string | undefined, digits: number }} */
  let widest = { symbol: undefined, digits: 0 };
  return {
    node,
    /** @param {State} state */
    render(state) {
      const { book } = state;
      setAttribute(node, "hidden", !hasDepth(state));
      if (book === drawn) return;
      drawn = book;
      const instrument = chosenInstrument(state);
      if (book?.symbol !== widest.symbol) widest = { symbol: book?.symbol, digits: 0 };
      const levels = [...(book?.bids ?? []), ...(book?.asks ?? [])];
      const most = Math.max(0, ...levels.map(({ size }) => size));
      rows.forEach(({ bid, ask }, at) => {
        for (const [half, level] of /** @type {const} */ ([
          [bid, book?.bids[at]],
          [ask, book?.asks[at]],
        ])) {
          const price = level ? priceText(level.price, instrument) : "";
          setText(half.price, price);
          widest.digits = Math.max(widest.digits, price.length);
          setText(half.size, level ? volumeText(level.size, instrument?.size_decimals) : "");
          half.bar.style.transform = `scaleX(${level && most > 0 ? (level.size / most).toFixed(3) : 0})`;
        }
      });
      node.style.setProperty("--price-ch", String(widest.digits));
    },
  };
}

/** Creates the row of one level on both sides. */
function createRow() {
  const bid = createHalf("bid");
  const ask = createHalf("ask");
  return { node: element("tr", {}, bid.sizeCell, bid.price, ask.price, ask.sizeCell), bid, ask };
}

/** @param {"bid" | "ask"} side */
function createHalf(side) {
  const size = span("ladder-size");
  const bar = element("span", { class: "ladder-bar", "aria-hidden": "true" });
  const sizeCell = element("td", { class: `ladder-half ladder-${side}` }, bar, size);
  const price = element("td", { class: `ladder-price ladder-${side}` });
  return { sizeCell, size, bar, price };
}
