/** Takes trades in: each has a number, so one that comes twice is taken once, and what is lacking is a line of its own. */

/** @typedef {import("./model.js").Tape} Tape */
/** @typedef {import("./model.js").TapeLine} TapeLine */
/** @typedef {import("./model.js").Trade} Trade */

export const LINES_KEPT = 200;

/**
 * @param {Tape} tape
 * @param {{ snapshot: boolean, skipped: number, first: number, trades: readonly Trade[] }} news
 * @returns {Tape}
 */
export function takeTrades(tape, { snapshot, skipped, first, trades }) {
  const last = first + trades.length - 1;
  const news = trades.map((trade, at) => line(first + at, trade));
  if (snapshot) return { revision: tape.revision + 1, loading: false, last, lines: news.slice(-LINES_KEPT) };
  if (tape.loading || last <= tape.last) return tape;
  const fresh = news.filter(({ number }) => number > tape.last);
  const lacking = Math.max(0, first - tape.last - 1, tape.last < first ? skipped : 0);
  const hole = lacking > 0 ? [/** @type {TapeLine} */ ({ number: first - 1, trade: null, skipped: lacking })] : [];
  return { ...tape, last, lines: [...tape.lines, ...hole, ...fresh].slice(-LINES_KEPT) };
}

/**
 * @param {number} number
 * @param {Trade} trade
 * @returns {TapeLine}
 */
function line(number, trade) {
  return { number, trade, skipped: 0 };
}
