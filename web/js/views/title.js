/** The title of the page: the chosen symbol and its price, so that a tab in the background still says it. */

import { priceText, direction, GLYPHS } from "../lib/number.js";
import { chosenInstrument, chosenQuote, isStale } from "../state/select.js";

/** @typedef {import("../state/model.js").State} State */

/** @param {State} state */
export function titleText(state) {
  const instrument = chosenInstrument(state);
  const quote = chosenQuote(state);
  if (!instrument || !quote || quote.last === null) return "tickcast";
  const price = priceText(quote.last, instrument);
  return `${instrument.symbol} ${price} ${GLYPHS[direction(quote.change)]}${isStale(state) ? " (stale)" : ""} · tickcast`;
}

/** A title is shown outside the page, which costs more than text within. */
const DRAW_MS = 1000;

export function createTitle() {
  let drawn = "";
  let drawnMs = -Infinity;
  return {
    /** @param {State} state @param {number} nowMs */
    render(state, nowMs) {
      if (nowMs - drawnMs < DRAW_MS) return;
      drawnMs = nowMs;
      const text = titleText(state);
      if (text === drawn) return;
      drawn = text;
      document.title = text;
    },
  };
}
