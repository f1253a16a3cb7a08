/** Tells when a recording that plays has nothing for a while, from the preview of the chosen symbol. Pure. */

import { intervalUs } from "../lib/time.js";
import { previewOf } from "./preview.js";

/** @typedef {import("./model.js").State} State */

/** The least wait for which a skip is offered, in microseconds of the wall clock. */
const LEAST_WAIT_US = 5e6;
/** The least stretch without an event that the server skips: its `--dead-after`. */
const DEAD_US = 15 * 60e6;

/**
 * Returns the time of the next data, where playing would wait for it, or else `null`.
 *
 * @param {State} state
 * @returns {number | null} the start of the bar that has the data
 */
export function nextData(state) {
  const { feed, marketUs, preview, quotes } = state;
  const wanted = previewOf(state);
  if (!wanted || !feed || marketUs === null || wanted.key !== preview.key) return null;
  if (feed.state !== "playing" || feed.skip_dead_time || feed.speed === "max") return null;
  const starts = [...preview.bars.keys()];
  const next = starts.find((start) => start > marketUs);
  if (next === undefined || (next - marketUs) / feed.speed < LEAST_WAIT_US) return null;
  const before = starts.findLast((start) => start <= marketUs);
  const since = before === undefined ? feed.start : before + intervalUs(wanted.interval);
  // The bar may still get events, and so may other symbols in the time without one of this symbol.
  if (since === null || marketUs < since || next - since < DEAD_US) return null;
  const isQuiet = [...quotes.values()].every(({ ts_event }) => ts_event === null || ts_event < since);
  return isQuiet ? next : null;
}
