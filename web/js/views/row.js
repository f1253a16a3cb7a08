/** One line of the watchlist: made once, then only its text and classes change. */

import { createSparkline } from "../chart/sparkline.js";
import { element, setAttribute, setText } from "../lib/dom.js";
import { flash } from "../lib/flash.js";
import { moveText, priceText } from "../lib/number.js";
import { ageText } from "../lib/time.js";
import { changePercent, oldUs } from "../state/select.js";

/** @typedef {import("../state/model.js").State} State */
/** @typedef {import("../state/model.js").Instrument} Instrument */
/** @typedef {import("../state/model.js").Quote} Quote */

const NO_CLOSES = /** @type {readonly never[]} */ ([]);

/**
 * @param {Instrument} instrument
 * @param {string} id
 */
export function createRow(instrument, id) {
  const { symbol, name } = instrument;
  const spark = createSparkline();
  const tick = element("span", { class: "tick", "aria-hidden": "true" });
  const last = element("span", { class: "last" });
  const price = element("span", { class: "price" }, tick, last);
  const glyph = element("span", { class: "glyph", "aria-hidden": "true" });
  const change = element("span", { class: "change" });
  const percent = element("span", { class: "percent" });
  const moves = element("span", { class: "move" }, glyph, change, percent);
  const age = element("span", { class: "age" });
  const node = element(
    "div",
    { class: "row", role: "option", id, "data-symbol": symbol, "aria-selected": "false" },
    element("span", { class: "who" }, element("span", { class: "symbol" }, symbol, age), element("span", { class: "name", title: name }, name)),
    spark.node,
    element("span", { class: "numbers" }, price, moves),
  );
  /** @type {Quote | undefined} */
  let drawn;

  /** @param {Quote | undefined} quote */
  function drawQuote(quote) {
    const before = drawn?.last ?? null;
    drawn = quote;
    const move = moveText(quote, changePercent(quote), instrument);
    setText(last, priceText(quote?.last ?? null, instrument));
    setText(glyph, move.glyph);
    setText(change, move.change);
    setText(percent, move.percent);
    setAttribute(node, "data-way", move.way);
    const now = quote?.last ?? null;
    if (before === null || now === null) return setText(tick, "");
    if (now !== before) drawTick(now > before ? "up" : "down");
  }

  /** @param {"up" | "down"} way */
  function drawTick(way) {
    setText(tick, way === "up" ? "↑" : "↓");
    setAttribute(price, "data-tick", way);
    flash(price, `var(--flash-${way})`);
  }

  return {
    node,
    symbol,
    /** @param {State} state */
    render(state) {
      const quote = state.quotes.get(symbol);
      if (quote !== drawn || last.textContent === "") drawQuote(quote);
      spark.draw(state.sparks.closes.get(symbol) ?? NO_CLOSES);
      const old = oldUs(state, quote);
      setText(age, old === null ? "" : `◷ ${ageText(old)}`);
      setAttribute(age, "title", old === null ? null : `no event for ${ageText(old)} of market time`);
      setAttribute(node, "aria-selected", String(state.choice.symbol === symbol));
    },
  };
}
