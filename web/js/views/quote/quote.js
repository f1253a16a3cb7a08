/** The chosen instrument: its name, last price, best bid and ask, order book, and the numbers of its day. */

import { element, setAttribute, setText, span } from "../../lib/dom.js";
import { decimalText, moveText, priceText, UNKNOWN, volumeText } from "../../lib/number.js";
import { ageText } from "../../lib/time.js";
import { dayPosition, spread, turnover } from "../../state/columns.js";
import { changePercent } from "../../state/quotes.js";
import { chosenInstrument, chosenQuote } from "../../state/select.js";
import { createLadder } from "./ladder.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").Quote} Quote */
/** @typedef {import("../../state/model.js").Instrument} Instrument */

/** The longest price that fits in the usual size. */
const MOST_DIGITS = 10;

/** @type {[string, (quote: Quote, instrument: Instrument) => string][]} */
const STATS = [
  ["Open", (quote, instrument) => priceText(quote.open, instrument)],
  ["VWAP", (quote, { price_decimals }) => decimalText(quote.vwap, price_decimals)],
  [
    "Volume",
    (quote, { size_decimals, basis }) => (basis === "bid" ? UNKNOWN : volumeText(quote.volume, size_decimals)),
  ],
  ["Turnover", (quote, { basis }) => (basis === "bid" ? UNKNOWN : volumeText(turnover(quote)))],
  [
    "Prev close",
    (quote, instrument) =>
      priceText(quote.last === null || quote.change === null ? null : quote.last - quote.change, instrument),
  ],
  ["Ticks", (quote) => decimalText(quote.seq, 0)],
];

/** @param {HTMLElement} root */
export function createQuote(root) {
  const symbol = element("h2", { class: "instrument-symbol" });
  const name = span("instrument-name");
  const last = span("instrument-last");
  const glyph = element("span", { "aria-hidden": "true" });
  const change = element("span");
  const percent = element("span");
  const age = span("instrument-age");
  const bid = side("Bid", "bid");
  const ask = side("Ask", "ask");
  const between = span("spread-value");
  const ladder = createLadder();
  const low = element("span");
  const high = element("span");
  const mark = span("range-mark");
  const values = STATS.map(() => element("dd"));
  root.append(
    element(
      "div",
      { class: "instrument-top" },
      element("div", { class: "instrument-who" }, symbol, name),
      element("div", { class: "instrument-price" }, last, span("instrument-move move", glyph, change, percent)),
    ),
    element(
      "div",
      { class: "instrument-rest" },
      element("div", { class: "book" }, bid.node, span("spread", span("label", "Spread"), between), ask.node),
      ladder.node,
      element(
        "div",
        { class: "instrument-range", title: "The last price between the day's low and high" },
        low,
        span("range-track", mark),
        high,
      ),
      element(
        "dl",
        { class: "stats" },
        ...STATS.map(([title], at) => element("div", {}, element("dt", {}, title), values[at])),
      ),
      age,
    ),
  );

  return {
    /** @param {State} state */
    render(state) {
      const instrument = chosenInstrument(state);
      const quote = chosenQuote(state);
      setText(symbol, state.choice.symbol ?? UNKNOWN);
      setText(name, instrument?.name || "\u00a0");
      setText(last, priceText(quote?.last ?? null, instrument));
      const text = moveText(quote, changePercent(quote), instrument);
      setAttribute(root, "data-way", text.way);
      setAttribute(root, "data-long", (last.textContent ?? "").length > MOST_DIGITS);
      setText(glyph, text.glyph);
      setText(change, text.change);
      setText(percent, text.percent);
      setText(bid.value, priceText(quote?.bid ?? null, instrument));
      setText(ask.value, priceText(quote?.ask ?? null, instrument));
      setText(between, quote ? spreadText(quote, instrument) : UNKNOWN);
      ladder.render(state);
      setText(low, priceText(quote?.low ?? null, instrument));
      setText(high, priceText(quote?.high ?? null, instrument));
      const position = quote ? dayPosition(quote) : null;
      setAttribute(mark, "hidden", position === null);
      mark.style.insetInlineStart = `${((position ?? 0) * 100).toFixed(1)}%`;
      STATS.forEach(([, write], at) => setText(values[at], quote && instrument ? write(quote, instrument) : UNKNOWN));
      const us =
        quote?.ts_event == null || state.marketUs === null ? null : Math.max(0, state.marketUs - quote.ts_event);
      setText(age, us === null ? "\u00a0" : `last event ${ageText(us)} ago, market time`);
    },
  };
}

/** @param {Quote} quote @param {Instrument | undefined} instrument */
function spreadText(quote, instrument) {
  const wide = spread(quote);
  if (wide === null || quote.bid === null || quote.bid <= 0) return UNKNOWN;
  return `${priceText(wide, instrument)} · ${decimalText((wide / quote.bid) * 10_000, 1)} bp`;
}

/** @param {string} title @param {string} kind */
function side(title, kind) {
  const value = span("book-price");
  return {
    node: span(`book-side book-${kind}`, span("label", title), value),
    value,
  };
}
