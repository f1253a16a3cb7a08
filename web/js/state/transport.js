/** The transport controls of the feed: their commands, speeds and position. Pure. */

import { ageText, clockText, dateText, speedText } from "../lib/time.js";

/** @typedef {import("./model.js").State} State */
/** @typedef {import("./model.js").Feed} Feed */
/** @typedef {import("../lib/time.js").Interval} Interval */
/** @typedef {import("../types/http.js").FeedCommand} FeedCommand */

export const SPEEDS = /** @type {readonly (number | "max")[]} */ ([
  0.1,
  0.25,
  0.5,
  1,
  2,
  5,
  10,
  30,
  60,
  300,
  3600,
  "max",
]);
/** Steps of the position slider, fine enough for a wide screen. */
export const STEPS = 10_000;

/** @type {Record<Feed["state"], string>} */
const WORDS = {
  playing: "Playing",
  paused: "Paused",
  stepping: "Stepping",
  seeking: "Seeking",
  ended: "Ended",
  failed: "Failed",
};

/**
 * Returns the position in the feed from 0 to 1, or `null` where it has no end.
 *
 * @param {State} state
 */
export function progress({ feed, marketUs }) {
  if (!feed || feed.start === null || feed.end === null || marketUs === null) return null;
  const span = feed.end - feed.start;
  return span > 0 ? Math.min(1, Math.max(0, (marketUs - feed.start) / span)) : 1;
}

/**
 * Returns the market time at a position.
 *
 * @param {Feed} feed
 * @param {number} share 0 to 1
 */
export function timeAt({ start, end }, share) {
  return start === null || end === null ? null : Math.round(start + (end - start) * share);
}

/** @param {number | null} us @param {string} [zone] */
export function positionText(us, zone = "UTC") {
  return us === null ? "––" : `${dateText(us, zone)} ${clockText(us, zone)}`;
}

/** @param {Feed} feed */
export function stateText(feed) {
  return `${WORDS[feed.state] ?? feed.state}${behindText(feed)}`;
}

/** The time by which a feed plays late, to follow its state: the machine is too slow for the speed. @param {Feed} feed */
export function behindText({ state, behind_us }) {
  return state === "playing" && behind_us > 0 ? `, ${ageText(behind_us)} behind` : "";
}

/** The symbols with fewer ticks than their scenarios ask for. @param {Feed} feed */
export function limitedText({ symbols_limited }) {
  if (symbols_limited === 0) return "";
  return symbols_limited === 1 ? "1 symbol at its tick limit" : `${symbols_limited} symbols at their tick limit`;
}

/** @param {Feed} feed */
export function moves(feed) {
  return feed.state === "playing" || feed.state === "stepping";
}

/**
 * Returns the speeds to choose from, including the current one.
 *
 * @param {Feed["speed"]} set
 * @returns {{ value: string, text: string }[]}
 */
export function speedChoices(set) {
  const all = SPEEDS.includes(set) ? [...SPEEDS] : [...SPEEDS, set];
  const order = (/** @type {Feed["speed"]} */ speed) => (speed === "max" ? Infinity : speed);
  return all.sort((a, b) => order(a) - order(b)).map((speed) => ({ value: String(speed), text: speedText(speed) }));
}

/**
 * Returns the next higher or lower speed.
 *
 * @param {Feed["speed"]} set
 * @param {1 | -1} by
 */
export function nextSpeed(set, by) {
  const value = (/** @type {Feed["speed"]} */ speed) => (speed === "max" ? Infinity : speed);
  const found =
    by > 0 ? SPEEDS.find((one) => value(one) > value(set)) : SPEEDS.findLast((one) => value(one) < value(set));
  return found ?? set;
}

/** Returns whether the feed may have stretches without an event: the simulated market never rests. @param {Feed} feed */
export function hasGaps({ source }) {
  return source !== "simulation";
}

/**
 * @typedef {"play" | "restart" | "event" | "bar" | "gap" | "move" | "faster" | "slower" | "loop" | "skip" | "shift"}
 *   Button
 */

/**
 * Returns the command of a transport button, or `null` where it has none now.
 *
 * @param {State} state
 * @param {Button} button
 * @returns {FeedCommand | null}
 */
export function commandFor({ feed, choice }, button) {
  if (!feed) return null;
  const symbol = choice.symbol === null ? {} : { symbol: choice.symbol };
  const over = feed.state === "ended" || feed.state === "failed" || feed.state === "seeking";
  switch (button) {
    case "play":
      return { command: moves(feed) ? "pause" : "play" };
    case "restart":
      return feed.seekable ? { command: "seek", percent: 0 } : null;
    case "event":
      return over ? null : { command: "step", to: "event" };
    case "gap":
      return over || !hasGaps(feed) ? null : { command: "step", to: "gap" };
    case "bar":
      return over ? null : { command: "step", to: "bar", interval: choice.interval ?? "1m" };
    case "move":
      return over ? null : { command: "step", to: "move", percent: 1, ...symbol };
    case "faster":
    case "slower":
      return { command: "speed", speed: nextSpeed(feed.speed, button === "faster" ? 1 : -1) };
    case "loop":
      return feed.end === null ? null : { command: "loop", on: !feed.looping };
    case "skip":
      return feed.end === null ? null : { command: "skip_dead_time", on: !feed.skip_dead_time };
    case "shift":
      return feed.end === null
        ? null
        : { command: "timestamps", timestamps: feed.timestamps === "shifted" ? "original" : "shifted" };
  }
}
