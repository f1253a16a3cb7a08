/** Draws closes as a small line. The style sheet has its colour. */

import { setAttribute, svg } from "../lib/dom.js";

const WIDTH = 52;
const HEIGHT = 18;
const MARGIN = 2;

/**
 * Returns the points of a line that fills the box. Equal closes are a line through the middle.
 *
 * @param {readonly { close: number }[]} closes
 */
export function points(closes) {
  if (closes.length < 2) return "";
  const values = closes.map(({ close }) => close);
  const low = Math.min(...values);
  const range = Math.max(...values) - low;
  const step = WIDTH / (values.length - 1);
  return values
    .map((value, at) => {
      const share = range === 0 ? 0.5 : (value - low) / range;
      return `${(at * step).toFixed(1)},${(HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN)).toFixed(1)}`;
    })
    .join(" ");
}

export function createSparkline() {
  const line = svg("polyline", { class: "spark-line" });
  const node = svg(
    "svg",
    { class: "spark", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    line,
  );
  return {
    node,
    /** @param {readonly { close: number }[]} closes */
    draw: (closes) => setAttribute(line, "points", points(closes)),
  };
}
