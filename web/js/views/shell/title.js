/**
 * The title of the page: the chosen symbol and its price. A hidden tab gets no prices, and its title says that it is
 * paused.
 */

import { priceText, direction, GLYPHS } from "../../lib/number.js";
import { chosenInstrument, chosenQuote, isStale } from "../../state/select.js";

/** @typedef {import("../../state/model.js").State} State */

/** @param {State} state @param {boolean} [hidden] */
export function titleText(state, hidden = false) {
  const instrument = chosenInstrument(state);
  const quote = chosenQuote(state);
  if (!instrument || !quote || quote.last === null) return "tickcast";
  const price = priceText(quote.last, instrument);
  const status = isStale(state) ? " (stale)" : hidden || state.paused ? " (paused)" : "";
  return `${instrument.symbol} ${price} ${GLYPHS[direction(quote.change)]}${status} · tickcast`;
}

/** The least time between two changes. A title costs more to paint than text in the page. */
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
  // A hidden page is not painted.
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
