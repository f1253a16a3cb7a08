/**
 * The time axis in a zone: its labels stand at round times of that zone's clocks.
 *
 * The library labels the bars of the greatest weight first. A bar weighs the more, the longer the unit of time that
 * begins with it.
 */

import { defaultHorzScaleBehavior } from "lightweight-charts";
import { offsetMs } from "../lib/zone.js";

/** The library's weights. */
const [LEAST, HOUR, DAY, MONTH, YEAR] = [0, 30, 50, 60, 70];
/** Units within a day with their weights, the longest first. */
const UNITS = [
  [43_200, 33],
  [21_600, 32],
  [10_800, 31],
  [3600, HOUR],
  [1800, 22],
  [300, 21],
  [60, 20],
  [1, 10],
];

/**
 * Returns the weight of a bar after another one.
 *
 * @param {number} at seconds
 * @param {number} before seconds
 * @param {string} zone
 */
export function weightOf(at, before, zone) {
  const [now, then] = [clock(at, zone), clock(before, zone)];
  const [date, last] = [new Date(now * 1000), new Date(then * 1000)];
  if (date.getUTCFullYear() !== last.getUTCFullYear()) return YEAR;
  if (date.getUTCMonth() !== last.getUTCMonth()) return MONTH;
  if (date.getUTCDate() !== last.getUTCDate()) return DAY;
  const unit = UNITS.find(([seconds]) => Math.floor(now / seconds) !== Math.floor(then / seconds));
  // Where clocks are set back, an hour comes twice, and its second beginning counts too.
  const least = now - then !== at - before && now % 3600 === 0 ? HOUR : LEAST;
  return Math.max(least, unit ? unit[1] : LEAST);
}

/** @param {number} seconds @param {string} zone */
const clock = (seconds, zone) => seconds + offsetMs(seconds * 1000, zone) / 1000;

/**
 * Weighs points from an index on.
 *
 * @param {readonly { timeWeight: any, originalTime: unknown }[]} points in order, whose times are seconds
 * @param {number} start
 * @param {string} zone
 */
export function weigh(points, start, zone) {
  const time = (/** @type {number} */ at) => Number(points[at].originalTime);
  for (let at = Math.max(1, start); at < points.length; at += 1) {
    points[at].timeWeight = weightOf(time(at), time(at - 1), zone);
  }
  if (start > 0 || points.length < 2) return;
  // The first has none before it, and counts as if the bars went on to the left as they do to the right.
  const step = Math.ceil((time(points.length - 1) - time(0)) / (points.length - 1));
  points[0].timeWeight = weightOf(time(0), time(0) - step, zone);
}

/** The library's scale of times, in a zone. */
export class ZonedScale extends defaultHorzScaleBehavior() {
  zone = "UTC";

  /** @param {readonly { timeWeight: any, originalTime: unknown }[]} points @param {number} start */
  fillWeightsForPoints(points, start) {
    weigh(points, start, this.zone);
  }
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * Writes a label of the axis.
 *
 * @param {number} seconds
 * @param {number} kind the library's: 0 a year, 1 a month, 2 a day, 3 a time, 4 one with seconds
 * @param {string} zone
 */
export function labelOf(seconds, kind, zone) {
  const text = new Date(clock(seconds, zone) * 1000).toISOString();
  if (kind === 0) return text.slice(0, 4);
  if (kind === 1) return MONTHS[Number(text.slice(5, 7)) - 1];
  if (kind === 2) return String(Number(text.slice(8, 10)));
  return kind === 3 ? text.slice(11, 16) : text.slice(11, 19);
}
