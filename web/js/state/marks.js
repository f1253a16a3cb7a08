/** The marks on a chart: gaps in its bars, and the scenarios and headlines that concern its symbol. */

import { ageText, intervalUs } from "../lib/time.js";
import { gaps } from "./gaps.js";
import { concerns, toneOf } from "./notices.js";

/** @typedef {import("./model.js").State} State */
/**
 * @typedef {{ ts: number, text: string, colour: "warn" | "accent" | "up" | "down" | "flat", before: boolean, row:
 *   number }} Mark
 */

const GLYPHS = { up: "▲ news", down: "▼ news", flat: "• news" };

/**
 * @param {State} state
 * @param {{ symbol: string | null, interval: import("../lib/time.js").Interval | null }} pane
 * @param {readonly { ts: number }[]} bars oldest first
 * @returns {Mark[]} from left to right
 */
export function chartMarks(state, { symbol, interval }, bars) {
  if (symbol === null || interval === null) return [];
  const length = intervalUs(interval);
  const bar = (/** @type {number} */ ts) => Math.floor(ts / length) * length;
  const missing = gaps(bars, length).map(({ ts, lengthUs }) => ({
    ts,
    text: `${ageText(lengthUs)} gap`,
    colour: /** @type {const} */ ("warn"),
    before: true,
    row: 0,
  }));
  const scenarios = state.scenarios.items
    .filter(({ on }) => concerns(state, on, symbol))
    .map(({ name, start }) => ({
      ts: bar(start),
      text: `⚑ ${state.catalog?.scenarios.find((one) => one.name === name)?.title ?? name}`,
      colour: /** @type {const} */ ("accent"),
      before: false,
      row: 1,
    }));
  const news = state.news.items
    .filter(({ on }) => concerns(state, on, symbol))
    .map((story) => {
      const { way } = toneOf(story);
      return { ts: bar(story.ts), text: GLYPHS[way], colour: way, before: false, row: 2 };
    });
  return [...missing, ...scenarios, ...news].sort((a, b) => a.ts - b.ts);
}
