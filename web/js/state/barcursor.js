/** The cursor that reads a chart bar by bar: where keys move it, and the words for a bar. */

import { percentText, priceText, volumeText } from "../lib/number.js";
import { barTimeText } from "../lib/time.js";
import { percentOf } from "./quotes.js";

/** @typedef {import("./model.js").Bar} Bar */
/** @typedef {import("./model.js").Instrument} Instrument */

/** The bars of a page. */
const PAGE = 10;
/** @type {Readonly<Record<string, number>>} */
const STEPS = { ArrowLeft: -1, ArrowRight: 1, PageUp: -PAGE, PageDown: PAGE, Home: -Infinity, End: Infinity };

/**
 * Returns the index of the bar to which a key moves the cursor, or `null` for other keys. The first key goes to the
 * newest bar, or with Home to the oldest.
 *
 * @param {string} key
 * @param {number | null} at `null` before the first key
 * @param {number} count of the bars
 */
export function movedCursor(key, at, count) {
  if (!Object.hasOwn(STEPS, key) || count === 0) return null;
  if (at === null) return key === "Home" ? 0 : count - 1;
  return Math.max(0, Math.min(count - 1, at + STEPS[key]));
}

/**
 * Returns a bar in words, the most important first.
 *
 * @param {readonly Bar[]} bars
 * @param {number} at
 * @param {{ instrument: Instrument | undefined, interval: import("../lib/time.js").Interval, zone?: string }} of
 */
export function barText(bars, at, { instrument, interval, zone }) {
  const { ts, open, high, low, close, volume, closed } = bars[at];
  const before = bars[at - 1];
  const price = (/** @type {number} */ value) => priceText(value, instrument);
  const parts = [
    `${barTimeText(ts, interval, zone)}${closed ? "" : ", forming"}`,
    `close ${price(close)}`,
    ...(before ? [percentText(percentOf(close, before.close))] : []),
    `open ${price(open)}, high ${price(high)}, low ${price(low)}`,
    ...(instrument?.basis === "bid" ? [] : [`volume ${volumeText(volume, instrument?.size_decimals)}`]),
  ];
  const end = at === bars.length - 1 ? ". Newest bar" : at === 0 ? ". Oldest bar" : "";
  return `${parts.join(", ")}${end}.`;
}
