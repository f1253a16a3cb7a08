/** The title of the page: the chosen symbol and its price. A tab that nobody looks at takes no prices, and says so. */

import { priceText, direction, GLYPHS } from "../../lib/number.js";
import { chosenInstrument, chosenQuote, isStale } from "../../state/select.js";

/** @typedef {import("../../state/model.js").State} State */

/** @param {State} state @param {boolean} [hidden] */
export function titleText(state, hidden = false) {
  const instrument = chosenInstrument(state);
  const quote = chosenQuote(state);
  if (!instrument || !quote || quote.last === null) return "tickcast";
  const price = priceText(quote.last, instrument);
  return `${instrument.symbol} ${price} ${GLYPHS[direction(quote.change)]}${isStale(state) ? " (stale)" : hidden || state.paused ? " (paused)" : ""} · tickcast`;
}

/** A title is shown outside the page, which costs more than text within. */
const DRAW_MS = 1000;

export function createTitle() {
  /** @type {State | undefined} */
  let shown;
  let drawn = "";
  let drawnMs = -Infinity;
  function draw() {
    const text = shown ? titleText(shown, document.hidden) : drawn;
    if (text === drawn) return;
    drawn = text;
    document.title = text;
  }
  // No picture is drawn of a page that is hidden.
  document.addEventListener("visibilitychange", draw);
  return {
    /** @param {State} state @param {number} nowMs */
    render(state, nowMs) {
      shown = state;
      if (nowMs - drawnMs < DRAW_MS) return;
      drawnMs = nowMs;
      draw();
    },
  };
}
