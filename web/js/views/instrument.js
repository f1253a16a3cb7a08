/** The chosen instrument: its name, its last price and the numbers of its day. */

import { element, setAttribute, setText } from "../lib/dom.js";
import { decimalText, moveText, UNKNOWN, volumeText } from "../lib/number.js";
import { changePercent, chosenInstrument, chosenQuote, synthesisedFrom } from "../state/select.js";

/** @typedef {import("../state/model.js").State} State */
/** @typedef {import("../state/model.js").Quote} Quote */
/** @typedef {import("../state/model.js").Instrument} Instrument */

/** @type {[string, (quote: Quote, instrument: Instrument) => string][]} */
const STATS = [
  ["Bid", (quote, { price_decimals }) => decimalText(quote.bid, price_decimals)],
  ["Ask", (quote, { price_decimals }) => decimalText(quote.ask, price_decimals)],
  ["Open", (quote, { price_decimals }) => decimalText(quote.open, price_decimals)],
  ["High", (quote, { price_decimals }) => decimalText(quote.high, price_decimals)],
  ["Low", (quote, { price_decimals }) => decimalText(quote.low, price_decimals)],
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
      const decimals = instrument?.price_decimals ?? 2;
      setText(symbol, state.choice.symbol ?? UNKNOWN);
      setText(name, instrument?.name || "\u00a0");
      // Where it holds for all, the masthead says it.
      const from = synthesisedFrom(state.instruments) === null ? (instrument?.synthesised_from ?? null) : null;
      setText(origin, from === null ? "" : `synthesised from ${from} bars`);
      setAttribute(origin, "hidden", from === null);
      setText(last, decimalText(quote?.last ?? null, decimals));
      const text = moveText(quote, changePercent(quote), decimals);
      setAttribute(root, "data-way", text.way);
      setText(glyph, text.glyph);
      setText(change, text.change);
      setText(percent, text.percent);
      STATS.forEach(([, write], at) => setText(values[at], quote && instrument ? write(quote, instrument) : UNKNOWN));
    },
  };
}
