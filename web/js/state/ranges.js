/** The ranges of time that a chart can show, from a day to all, each with the bars that fit into it. */

import { ageText, INTERVALS } from "../lib/time.js";
import { intervalFault, seriesOf } from "./select.js";

/** @typedef {import("./model.js").State} State */
/** @typedef {import("../lib/time.js").Interval} Interval */
/** @typedef {"1D" | "5D" | "1M" | "6M" | "1Y" | "All"} RangeId */

const DAY_US = 86_400_000_000;

/** @type {readonly { id: RangeId, title: string, us: number, interval: Interval }[]} */
export const RANGES = [
  { id: "1D", title: "One day", us: DAY_US, interval: "5m" },
  { id: "5D", title: "Five days", us: 5 * DAY_US, interval: "15m" },
  { id: "1M", title: "One month", us: 30 * DAY_US, interval: "1h" },
  { id: "6M", title: "Six months", us: 182 * DAY_US, interval: "1d" },
  { id: "1Y", title: "One year", us: 365 * DAY_US, interval: "1d" },
  { id: "All", title: "Everything that the server keeps", us: Infinity, interval: "1d" },
];

/**
 * Returns the bars for a range: those that fit, or the next longer ones that the feed has.
 *
 * @param {State} state
 * @param {RangeId} id
 * @returns {Interval | null}
 */
export function rangeInterval(state, id) {
  const range = RANGES.find((one) => one.id === id);
  const span = spanUs(state);
  // Of a short feed, bars of a day would be too few to see anything.
  const fitting = id === "All" && span !== null ? intervalOf(span) : (range?.interval ?? "1d");
  const longer = INTERVALS.slice(INTERVALS.indexOf(fitting));
  return longer.find((interval) => intervalFault(state, interval) === null) ?? null;
}

/** @param {number} us */
function intervalOf(us) {
  if (us <= DAY_US / 24) return "15s";
  return RANGES.find((range) => us <= range.us)?.interval ?? "1d";
}

/**
 * Returns why a range cannot be shown, or `null`. A range is of no use where a shorter one has all that there is.
 *
 * @param {State} state
 * @param {RangeId} id
 */
export function rangeFault(state, id) {
  const at = RANGES.findIndex((one) => one.id === id);
  if (rangeInterval(state, id) === null) return "This feed has no bars that are long enough";
  const span = spanUs(state);
  if (id === "All" || at === 0 || span === null || span > RANGES[at - 1].us) return null;
  return `The data goes back ${ageText(span)} only`;
}

/**
 * Returns how far the data of the chosen symbol goes back, or `null` where that is not known: the simulated market has
 * bars from before its start.
 *
 * @param {State} state
 */
export function spanUs(state) {
  const { feed, marketUs } = state;
  if (!feed || marketUs === null) return null;
  if (feed.source === "replay") return feed.start === null ? null : Math.max(0, marketUs - feed.start);
  const daily = seriesOf(state, { symbol: state.choice.symbol, interval: "1d" });
  const [first] = daily.bars;
  return daily.older === "none" && first ? marketUs - first.ts : null;
}

/**
 * Returns the start of a range, in microseconds.
 *
 * @param {State} state
 * @param {RangeId} id
 */
export function rangeStart({ marketUs }, id) {
  const range = RANGES.find((one) => one.id === id);
  return marketUs === null || !range ? -Infinity : marketUs - range.us;
}
