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

export function createTitle() {
  return {
    /** @param {State} state */
    render(state) {
      const text = titleText(state);
      if (document.title !== text) document.title = text;
    },
  };
}
