/** Formats market times, in UTC or another zone. They are whole microseconds since 1970. */

import { offsetMs, zoneText } from "./zone.js";

/** @typedef {"1s" | "5s" | "15s" | "1m" | "5m" | "15m" | "1h" | "1d"} Interval */

/** @type {readonly Interval[]} */
export const INTERVALS = ["1s", "5s", "15s", "1m", "5m", "15m", "1h", "1d"];

const SECOND_US = 1_000_000;

/** @type {Record<Interval, number>} */
const SECONDS = { "1s": 1, "5s": 5, "15s": 15, "1m": 60, "5m": 300, "15m": 900, "1h": 3600, "1d": 86_400 };

/** @param {Interval} interval */
export function intervalUs(interval) {
  return SECONDS[interval] * SECOND_US;
}

/**
 * @param {unknown} text
 * @returns {text is Interval}
 */
export function isInterval(text) {
  return typeof text === "string" && Object.hasOwn(SECONDS, text);
}

/** @param {number} us @param {string} zone a time as if its clock showed UTC */
const iso = (us, zone) => {
  const ms = us / 1000;
  return new Date(ms + offsetMs(ms, zone)).toISOString();
};

/** @param {number} us @param {string} [zone] */
export function dateText(us, zone = "UTC") {
  return iso(us, zone).slice(0, 10);
}

/** @param {number} us @param {string} [zone] */
export function clockText(us, zone = "UTC") {
  return iso(us, zone).slice(11, 19);
}

/**
 * Writes a time with milliseconds.
 *
 * @param {number} us
 * @param {string} [zone]
 */
export function preciseClockText(us, zone = "UTC") {
  return iso(us, zone).slice(11, 23);
}

/**
 * Returns the zone of the times of bars. A bar of a day has the date of its day in UTC everywhere.
 *
 * @param {Interval} interval
 * @param {string} zone
 */
export function barZone(interval, zone) {
  return interval === "1d" ? "UTC" : zone;
}

/**
 * Writes the start of a bar, with seconds where its interval needs them.
 *
 * @param {number} us
 * @param {Interval} interval
 * @param {string} [zone]
 */
export function barTimeText(us, interval, zone = "UTC") {
  if (interval === "1d") return dateText(us);
  const clock = clockText(us, zone);
  return `${dateText(us, zone)} ${SECONDS[interval] < 60 ? clock : clock.slice(0, 5)}`;
}

/**
 * Writes the start of a bar and the short name of its zone.
 *
 * @param {number} us
 * @param {Interval} interval
 * @param {string} zone
 */
export function barMomentText(us, interval, zone) {
  return `${barTimeText(us, interval, zone)} ${zoneText(us, barZone(interval, zone))}`;
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const WEEK_US = 7 * 86_400 * SECOND_US;

/**
 * Writes a time to come as a person says it: `Mon 09:30` within a week, and else its date.
 *
 * @param {number} us
 * @param {number} nowUs
 * @param {string} [zone]
 */
export function dayTimeText(us, nowUs, zone = "UTC") {
  const weekday = new Date(us / 1000 + offsetMs(us / 1000, zone)).getUTCDay();
  const day = us - nowUs < WEEK_US ? WEEKDAYS[weekday] : dateText(us, zone);
  return `${day} ${clockText(us, zone).slice(0, 5)}`;
}

/**
 * Writes an age in its largest whole unit.
 *
 * @param {number} us
 */
export function ageText(us) {
  const seconds = Math.floor(us / SECOND_US);
  if (seconds < 60) return `${Math.max(0, seconds)}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

const SPEED = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });

/**
 * Writes a playback speed: `1×`, `2.5×`, `max`.
 *
 * @param {number | "max"} speed
 */
export function speedText(speed) {
  return speed === "max" ? "max" : `${SPEED.format(speed)}×`;
}

const UNITS = /** @type {const} */ ([
  [86_400, "d"],
  [3600, "h"],
  [60, "m"],
  [1, "s"],
]);

/**
 * Writes a duration in its two largest units: `2h 15m`, `3d`, `45s`.
 *
 * @param {number} us
 */
export function durationText(us) {
  let seconds = Math.round(us / SECOND_US);
  const parts = UNITS.map(([length, letter]) => {
    const count = Math.floor(seconds / length);
    seconds -= count * length;
    return { count, text: `${count}${letter}` };
  });
  const first = parts.findIndex(({ count }) => count > 0);
  if (first < 0) return "0s";
  return parts
    .slice(first, first + 2)
    .filter(({ count }) => count > 0)
    .map(({ text }) => text)
    .join(" ");
}
