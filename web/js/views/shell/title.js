/**
 * The title of the page: the chosen symbol and its price. A hidden tab gets no prices, and its title says that it is
 * asleep.
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
  const status = isStale(state) ? " (stale)" : state.paused ? " (paused)" : hidden ? " (asleep)" : "";
  return `${instrument.symbol} ${price} ${GLYPHS[direction(quote.change)]}${status} · tickcast`;
}

/** The least time between two prices in the title. It costs more to paint than text in the page, and distracts. */
const DRAW_MS = 5000;

export function createTitle() {
  /** @type {State | undefined} */
  let shown;
  let drawn = "";
  let drawnMs = -Infinity;
  /** What the title says besides the price. */
  let said = "";
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
      const says = `${state.choice.symbol} ${chosenQuote(state)?.last != null} ${isStale(state)} ${state.paused}`;
      if (says === said && nowMs - drawnMs < DRAW_MS) return;
      said = says;
      drawnMs = nowMs;
      draw();
    },
  };
}
