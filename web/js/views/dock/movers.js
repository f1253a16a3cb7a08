/**
 * The symbols that move most, and the market's breadth.
 *
 * The values are those of the other panels in every picture. Only the choice and order of the movers is held, and not
 * beyond a change of their direction.
 */

import { element, setAttribute, setText, span } from "../../lib/dom.js";
import { createTurns } from "../../lib/frame.js";
import { GLYPHS, percentText, priceText } from "../../lib/number.js";
import { breadth, heldMovers, movers } from "../../state/market.js";
import { emptyText } from "./heatmap.js";

/** @typedef {import("../../state/model.js").State} State */

const COUNT = 6;
/** The interval of choosing and ordering the movers. */
const ORDER_MS = 1000;

/** @param {{ onChoose: (symbol: string) => void }} actions */
export function createMovers({ onChoose }) {
  const gainers = createList("Gainers", "up", onChoose);
  const losers = createList("Losers", "down", onChoose);
  const bar = {
    up: span("breadth-up"),
    flat: span("breadth-flat"),
    down: span("breadth-down"),
  };
  const counts = {
    up: span("breadth-count up"),
    flat: span("breadth-count"),
    down: span("breadth-count down"),
  };
  const extremes = span("breadth-extremes");
  const node = element(
    "div",
    { class: "movers" },
    element(
      "section",
      { class: "breadth", "aria-label": "Market breadth" },
      element("div", { class: "breadth-counts" }, counts.up, counts.flat, counts.down, extremes),
      element("div", { class: "breadth-bar", "aria-hidden": "true" }, bar.up, bar.flat, bar.down),
    ),
    gainers.node,
    losers.node,
  );
  const isTime = createTurns(ORDER_MS, 0.6);
  /** @type {State["quotes"] | undefined} */
  let drawn;
  /** @type {import("../../state/market.js").Movers} */
  let held = { gainers: [], losers: [] };

  return {
    node,
    /** @param {State} state @param {number} nowMs */
    render(state, nowMs) {
      const isDue = isTime(nowMs);
      if (!isDue && state.quotes === drawn) return;
      const kept = isDue || state.quotes.size !== drawn?.size ? null : heldMovers(state, held);
      held = kept ?? movers(state, COUNT);
      drawn = state.quotes;
      const { up, down, flat, unknown, highs, lows } = breadth(state);
      bar.up.style.flexGrow = String(up);
      bar.flat.style.flexGrow = String(flat + unknown);
      bar.down.style.flexGrow = String(down);
      setText(counts.up, `${GLYPHS.up} ${up} up`);
      setText(counts.flat, `${flat} flat`);
      setText(counts.down, `${GLYPHS.down} ${down} down`);
      setText(extremes, `${highs} at high, ${lows} at low`);
      gainers.draw(state, held.gainers);
      losers.draw(state, held.losers);
    },
  };
}

/** @param {string} title @param {"up" | "down"} way @param {(symbol: string) => void} onChoose */
function createList(title, way, onChoose) {
  const lines = Array.from({ length: COUNT }, () => {
    const [symbol, price, percent] = ["mover-symbol", "mover-price", "mover-percent"].map((kind) => span(kind));
    const button = element("button", { type: "button", class: "mover", "data-way": way }, symbol, price, percent);
    button.addEventListener("click", () => button.dataset.symbol && onChoose(button.dataset.symbol));
    return { item: element("li", { hidden: true }, button), button, symbol, price, percent };
  });
  const none = element("p", { class: "movers-none" });
  const node = element(
    "section",
    { class: "mover-list", "aria-label": title },
    element("h3", { class: "panel-title" }, title),
    element("ol", {}, ...lines.map(({ item }) => item)),
    none,
  );
  return {
    node,
    /** @param {State} state @param {readonly import("../../state/market.js").Mover[]} moved */
    draw(state, moved) {
      const { quotes, instruments } = state;
      setAttribute(none, "hidden", moved.length > 0);
      setText(none, emptyText(state) || "None");
      lines.forEach(({ item, button, symbol, price, percent }, at) => {
        const one = moved[at];
        setAttribute(item, "hidden", !one);
        if (!one) return;
        button.dataset.symbol = one.symbol;
        setText(symbol, one.symbol);
        setText(price, priceText(quotes.get(one.symbol)?.last ?? null, instruments.get(one.symbol)));
        setText(percent, `${GLYPHS[way]} ${percentText(one.percent)}`);
      });
    },
  };
}
