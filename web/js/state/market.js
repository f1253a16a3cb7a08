/** The market at a glance: movers, breadth, and the weight of each symbol. */

import { turnover } from "./columns.js";
import { groupTitle } from "./list.js";
import { changePercent } from "./quotes.js";

/** @typedef {import("./model.js").State} State */
/** @typedef {import("./model.js").Quote} Quote */
/** @typedef {import("./model.js").Instrument} Instrument */
/**
 * A tile of the heatmap, with a weight above 0.
 *
 * @typedef {{ symbol: string, group: string, percent: number | null, weight: number }} Share
 */
/** @typedef {{ symbol: string, percent: number }} Mover */
/** @typedef {{ gainers: Mover[], losers: Mover[] }} Movers */
/** @typedef {{ up: number, down: number, flat: number, unknown: number, highs: number, lows: number }} Breadth */

/** What the size of a tile shows. @type {Record<import("./settings.js").HeatSize, (quote: Quote) => number | null>} */
const WEIGHTS = { turnover, volume: ({ volume }) => volume, equal: () => 1 };

/**
 * Weighs the symbols by what the settings say. A symbol without that gets the median.
 *
 * @param {Pick<State, "instruments" | "quotes" | "settings" | "sectors">} state
 * @returns {Share[]}
 */
export function shares({ instruments, quotes, settings, sectors }) {
  const all = [...instruments.values()].map((instrument) => {
    const quote = quotes.get(instrument.symbol);
    const traded = quote ? WEIGHTS[settings.heatSize](quote) : null;
    return {
      symbol: instrument.symbol,
      group: groupTitle(instrument, settings.grouping, sectors),
      percent: changePercent(quote),
      weight: traded ?? 0,
    };
  });
  const known = all
    .map(({ weight }) => weight)
    .filter((weight) => weight > 0)
    .sort((a, b) => a - b);
  const median = known[known.length >> 1] ?? 1;
  // Turnovers differ by a factor of thousands. Their roots keep the small tiles visible.
  return all.map((share) => ({ ...share, weight: Math.sqrt(share.weight > 0 ? share.weight : median) }));
}

/**
 * @param {readonly Share[]} all
 * @returns {{ group: string, members: Share[], weight: number }[]}
 */
export function byGroup(all) {
  /** @type {Map<string, Share[]>} */
  const groups = new Map();
  for (const share of all) {
    const members = groups.get(share.group);
    if (members) members.push(share);
    else groups.set(share.group, [share]);
  }
  return [...groups].map(([group, members]) => ({
    group,
    members,
    weight: members.reduce((sum, { weight }) => sum + weight, 0),
  }));
}

/**
 * @param {Pick<State, "instruments" | "quotes">} state
 * @param {number} count
 * @returns {Movers}
 */
export function movers({ instruments, quotes }, count) {
  /** @type {Mover[]} */
  const all = [];
  for (const symbol of instruments.keys()) {
    const percent = changePercent(quotes.get(symbol));
    if (percent !== null && percent !== 0) all.push({ symbol, percent });
  }
  all.sort((a, b) => b.percent - a.percent);
  const gainers = all.filter(({ percent }) => percent > 0).slice(0, count);
  return {
    gainers,
    losers: all
      .filter(({ percent }) => percent < 0)
      .slice(-count)
      .reverse(),
  };
}

/**
 * Returns the same movers in the same order with their values of now, or `null` where one has left its direction.
 *
 * @param {Pick<State, "quotes">} state
 * @param {Movers} held
 * @returns {Movers | null}
 */
export function heldMovers({ quotes }, { gainers, losers }) {
  const now = (/** @type {Mover} */ { symbol }) => ({ symbol, percent: changePercent(quotes.get(symbol)) ?? 0 });
  const next = { gainers: gainers.map(now), losers: losers.map(now) };
  const stayed = next.gainers.every(({ percent }) => percent > 0) && next.losers.every(({ percent }) => percent < 0);
  return stayed ? next : null;
}

/**
 * @param {Pick<State, "instruments" | "quotes">} state
 * @returns {Breadth}
 */
export function breadth({ instruments, quotes }) {
  const sum = { up: 0, down: 0, flat: 0, unknown: 0, highs: 0, lows: 0 };
  for (const symbol of instruments.keys()) {
    const quote = quotes.get(symbol);
    if (!quote || quote.last === null || quote.change === null) {
      sum.unknown += 1;
      continue;
    }
    if (quote.change > 0) sum.up += 1;
    else if (quote.change < 0) sum.down += 1;
    else sum.flat += 1;
    if (quote.high !== null && quote.low !== null && quote.high > quote.low) {
      if (quote.last >= quote.high) sum.highs += 1;
      if (quote.last <= quote.low) sum.lows += 1;
    }
  }
  return sum;
}
