/** What a replay rests on: assumptions about its files, doubts, rejected rows, and moved times. Pure. */

import { countText } from "../lib/number.js";
import { zoneText } from "../lib/zone.js";
import { zoneOf } from "./select.js";

/** @typedef {import("./model.js").State} State */

/** The flag that gives times a zone. An assumption that it changes is one about the zone. */
const ZONE_FLAG = "--tz";
/** The reason of the mark at times whose zone is assumed. */
const ASSUMED = "The file names no time zone, so its times are taken as UTC: tickcast replay --tz changes it";

/** @param {number} count @param {string} one */
const counted = (count, one) => `${countText(count)} ${one}${count === 1 ? "" : "s"}`;

/**
 * Counts what a person should know about the files before trusting them, or returns `null` where there is nothing.
 *
 * @param {Pick<State, "feed" | "reading">} state
 * @returns {{ text: string, title: string, isDoubtful: boolean } | null} `text` is short
 */
export function trustOf({ feed, reading }) {
  if (feed?.source !== "replay") return null;
  const parts = /** @type {const} */ ([
    [reading.warnings.length, "warning", "warning"],
    [feed.rows_rejected, "row rejected", "rejected row"],
    [reading.assumptions.length, "assumed", "assumption"],
  ]).filter(([count]) => count > 0);
  if (parts.length === 0) return null;
  const short = parts.map(([count, word]) => shortText(count, word));
  return {
    text: short.join(" · "),
    title: `${parts.map(([count, , long]) => counted(count, long)).join(", ")} of the files: open the panel`,
    isDoubtful: reading.warnings.length > 0 || feed.rows_rejected > 0,
  };
}

/** @param {number} count @param {"warning" | "row rejected" | "assumed"} word */
function shortText(count, word) {
  if (word === "row rejected") return `${countText(count)} ${count === 1 ? "row" : "rows"} rejected`;
  return word === "assumed" ? `${countText(count)} assumed` : counted(count, word);
}

/**
 * Returns the mark behind the name of a zone, and its reason, where a file does not name the zone of its times.
 *
 * @param {Pick<State, "feed" | "reading">} state
 * @returns {{ mark: string, title: string }}
 */
export function zoneDoubt({ feed, reading }) {
  const isAssumed = feed?.source === "replay" && reading.assumptions.some(({ flag }) => flag === ZONE_FLAG);
  return isAssumed ? { mark: "?", title: ASSUMED } : { mark: "", title: "" };
}

/**
 * Names the zone of the page's times at a time: `EST`, or `UTC?` where the zone of the times is assumed.
 *
 * @param {Pick<State, "feed" | "reading" | "settings">} state
 * @param {number | null} us
 */
export function zoneLabel(state, us) {
  return zoneText(us ?? 0, zoneOf(state)) + zoneDoubt(state).mark;
}

/**
 * Returns the time in the recording of a market time, where all times have been moved to now, or else `null`.
 *
 * @param {Pick<State, "feed">} state
 * @param {number | null} us
 */
export function recordedUs({ feed }, us) {
  return feed?.timestamps === "shifted" && us !== null ? us - feed.time_shift_us : null;
}
