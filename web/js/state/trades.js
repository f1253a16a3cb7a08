/** Adds trades to the list. Their numbers show which are there already, and how many are missing. */

/** @typedef {import("./model.js").TradeList} TradeList */
/** @typedef {import("./model.js").TradeLine} TradeLine */
/** @typedef {import("./model.js").Trade} Trade */

export const LINES_KEPT = 200;

/**
 * @param {TradeList} list
 * @param {{ snapshot: boolean, skipped: number, first: number, trades: readonly Trade[] }} message
 * @returns {TradeList}
 */
export function takeTrades(list, { snapshot, skipped, first, trades }) {
  const last = first + trades.length - 1;
  const lines = trades.map((trade, at) => line(first + at, trade));
  if (snapshot) return { revision: list.revision + 1, loading: false, last, lines: lines.slice(-LINES_KEPT) };
  if (list.loading || last <= list.last) return list;
  const fresh = lines.filter(({ number }) => number > list.last);
  const missing = Math.max(0, first - list.last - 1, list.last < first ? skipped : 0);
  const gap = missing > 0 ? [/** @type {TradeLine} */ ({ number: first - 1, trade: null, skipped: missing })] : [];
  return { ...list, last, lines: [...list.lines, ...gap, ...fresh].slice(-LINES_KEPT) };
}

/**
 * @param {number} number
 * @param {Trade} trade
 * @returns {TradeLine}
 */
function line(number, trade) {
  return { number, trade, skipped: 0 };
}

/** A trade is big from this many times the median of the kept ones. */
const BIG = 5;

/**
 * Returns the size from which a trade is big, or infinity where too little is known.
 *
 * @param {readonly TradeLine[]} lines
 */
export function bigFrom(lines) {
  const sizes = lines.flatMap(({ trade }) => (trade === null ? [] : [trade.size])).sort((a, b) => a - b);
  const median = sizes[sizes.length >> 1] ?? 0;
  return median > 0 ? BIG * median : Infinity;
}
