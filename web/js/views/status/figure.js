/** A figure of the status page: its value, a note, and a line of its past. */

import { element, setAttribute, setText, svg } from "../../lib/dom.js";

/** The scrapes that the line shows: two minutes. */
const SCRAPES = 60;
const [WIDTH, HEIGHT] = [SCRAPES - 1, 20];

/**
 * Returns the points of a line above 0, with the newest value at the right.
 *
 * @param {readonly number[]} values oldest first
 */
export function line(values) {
  const highest = Math.max(...values, 0) || 1;
  const first = SCRAPES - values.length;
  return values
    .map((value, n) => `${first + n},${(HEIGHT - 1 - (value / highest) * (HEIGHT - 2)).toFixed(1)}`)
    .join(" ");
}

/** @param {string} title */
export function createFigure(title) {
  const value = element("p", { class: "value" }, "–");
  const note = element("p", { class: "note" });
  const points = svg("polyline");
  const picture = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": true },
    points,
  );
  const node = element("article", { class: "figure" }, element("h3", {}, title), value, note, picture);
  /** @type {number[]} */
  const past = [];
  return {
    node,
    /**
     * @param {string} text
     * @param {number | null} level the value for the line
     * @param {{ note?: string, bad?: boolean }} [more]
     */
    show(text, level, more = {}) {
      setText(value, text);
      setText(note, more.note ?? "");
      setAttribute(note, "title", more.note);
      setAttribute(node, "data-kind", more.bad ? "bad" : null);
      if (level !== null && Number.isFinite(level)) past.push(level);
      if (past.length > SCRAPES) past.shift();
      setAttribute(points, "points", line(past));
    },
  };
}

/** @param {string} title @param {string} none the text without rows */
export function createCounts(title, none) {
  const rows = element("tbody");
  const node = element("table", {}, element("caption", {}, title), rows);
  return {
    node,
    /** @param {readonly [string, string][]} counts */
    show(counts) {
      const shown = counts.length > 0 ? counts : [/** @type {const} */ ([none, ""])];
      rows.replaceChildren(
        ...shown.map(([name, text]) =>
          element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, text)),
        ),
      );
    },
  };
}
