/** The chosen instrument: its name, its last price and the numbers of its day. */

import { element, setAttribute, setText } from "../lib/dom.js";
import { decimalText, moveText, priceText, UNKNOWN, volumeText } from "../lib/number.js";
import { changePercent, chosenInstrument, chosenQuote, synthesisedFrom } from "../state/select.js";

/** @typedef {import("../state/model.js").State} State */
/** @typedef {import("../state/model.js").Quote} Quote */
/** @typedef {import("../state/model.js").Instrument} Instrument */

/** @type {[string, (quote: Quote, instrument: Instrument) => string][]} */
const STATS = [
  ["Bid", (quote, instrument) => priceText(quote.bid, instrument)],
  ["Ask", (quote, instrument) => priceText(quote.ask, instrument)],
  ["Open", (quote, instrument) => priceText(quote.open, instrument)],
  ["High", (quote, instrument) => priceText(quote.high, instrument)],
  ["Low", (quote, instrument) => priceText(quote.low, instrument)],
  ["Volume", (quote, { size_decimals, basis }) => (basis === "bid" ? UNKNOWN : volumeText(quote.volume, size_decimals))],
  ["VWAP", (quote, { price_decimals }) => decimalText(quote.vwap, price_decimals)],
];

/** @param {HTMLElement} root */
export function createInstrument(root) {
  const symbol = element("h2", { class: "instrument-symbol" });
  const name = element("span", { class: "instrument-name" });
  const origin = element("span", { class: "badge badge-note", hidden: true });
  const last = element("span", { class: "instrument-last" });
  const glyph = element("span", { "aria-hidden": "true" });
  const change = element("span");
  const percent = element("span");
  const move = element("span", { class: "instrument-move move" }, glyph, change, percent);
  const values = STATS.map(() => element("dd"));
  const stats = element("dl", { class: "stats" }, ...STATS.map(([title], at) => element("div", {}, element("dt", {}, title), values[at])));
  root.append(
    element("div", { class: "instrument-who" }, element("div", { class: "instrument-title" }, symbol, origin), name),
    element("div", { class: "instrument-price" }, last, move),
    stats,
  );

  return {
    /** @param {State} state */
    render(state) {
      const instrument = chosenInstrument(state);
      const quote = chosenQuote(state);
      setText(symbol, state.choice.symbol ?? UNKNOWN);
      setText(name, instrument?.name || "\u00a0");
      // Where it holds for all, the masthead says it.
      const from = synthesisedFrom(state.instruments) === null ? (instrument?.synthesised_from ?? null) : null;
      setText(origin, from === null ? "" : `synthesised from ${from} bars`);
      setAttribute(origin, "hidden", from === null);
      setText(last, priceText(quote?.last ?? null, instrument));
      const text = moveText(quote, changePercent(quote), instrument);
      setAttribute(root, "data-way", text.way);
      setText(glyph, text.glyph);
      setText(change, text.change);
      setText(percent, text.percent);
      STATS.forEach(([, write], at) => setText(values[at], quote && instrument ? write(quote, instrument) : UNKNOWN));
    },
  };
}
