/** The words on drawings and about them: their names, the levels of a retracement, and what a measure measures. */

import { percentText, priceText, signedText } from "../lib/number.js";
import { durationText } from "../lib/time.js";
import { percentOf } from "./quotes.js";

/** @typedef {import("./drawings.js").Drawing} Drawing */
/** @typedef {import("./drawings.js").Anchor} Anchor */
/** @typedef {import("./model.js").Instrument} Instrument */

export const KIND_TITLES = /** @type {const} */ ({
  level: "Level",
  trend: "Trend line",
  rectangle: "Rectangle",
  fibonacci: "Fibonacci retracement",
  measure: "Measure",
  text: "Text",
});
/** The shares of a move that a retracement marks, from its end back to its start. */
export const RETRACEMENTS = [0, 0.236, 0.382, 0.5, 0.618, 0.786, 1];

/**
 * Names a drawing for lists and screen readers.
 *
 * @param {Drawing} drawing
 * @param {Instrument | undefined} instrument
 */
export function drawingName({ kind, anchors, text }, instrument) {
  const prices = anchors.map(({ price }) => priceText(price, instrument)).join(" to ");
  return text ? `${KIND_TITLES[kind]} “${text}” at ${prices}` : `${KIND_TITLES[kind]} ${prices}`;
}

/**
 * Returns the levels of a retracement of the move between two anchors.
 *
 * @param {readonly Anchor[]} anchors
 * @param {Instrument | undefined} instrument
 */
export function retracement([start, end], instrument) {
  return RETRACEMENTS.map((share) => {
    const price = end.price + share * (start.price - end.price);
    const shown = Number(price.toFixed(instrument?.price_decimals_max ?? 2));
    return { price, text: `${(100 * share).toFixed(1)}%  ${priceText(shown, instrument)}` };
  });
}

/**
 * Returns what lies between two anchors: bars and time, price and percent.
 *
 * @param {readonly Anchor[]} anchors
 * @param {number} bars
 * @param {Instrument | undefined} instrument
 */
export function measured([from, to], bars, instrument) {
  const change = Number((to.price - from.price).toFixed(instrument?.price_decimals_max ?? 2));
  const move = signedText(change, instrument?.price_decimals ?? 2, instrument?.price_decimals_max);
  const percent = from.price > 0 ? ` (${percentText(percentOf(to.price, from.price))})` : "";
  const count = Math.abs(bars);
  const length = `${count} ${count === 1 ? "bar" : "bars"}, ${durationText(Math.abs(to.ts - from.ts))}`;
  return [`${move}${percent}`, `${bars < 0 ? "−" : ""}${length}`];
}
