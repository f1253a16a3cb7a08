/**
 * What the page has, for a new connection to go on from. `null` where there is nothing to go on from: then a snapshot is asked for.
 *
 * What was never known is left out: a symbol that is not named gets a snapshot.
 */

/** @typedef {import("./model.js").State} State */
/** @typedef {NonNullable<import("../types/protocol.js").Subscribe["since"]>} Since */

/**
 * @param {Pick<State, "epoch" | "quotes">} state
 * @param {readonly string[]} symbols those that are asked for
 * @returns {Since | null}
 */
export function sinceQuotes({ epoch, quotes }, symbols) {
  return since(
    epoch,
    symbols.map((symbol) => [symbol, quotes.get(symbol)?.seq ?? 0]),
  );
}

/**
 * @param {Pick<State, "epoch" | "series">} state
 * @param {string} symbol
 * @param {string} key
 * @returns {Since | null}
 */
export function sinceBars({ epoch, series }, symbol, key) {
  const known = series.get(key);
  const newest = known && !known.loading ? known.bars.findLast(({ closed }) => closed) : undefined;
  return since(epoch, [[symbol, newest?.ts ?? 0]]);
}

/**
 * @param {Pick<State, "epoch" | "choice" | "tape">} state
 * @returns {Since | null}
 */
export function sinceTrades({ epoch, choice, tape }) {
  return since(epoch, choice.symbol !== null && !tape.loading ? [[choice.symbol, tape.last]] : []);
}

/**
 * @param {Pick<State, "epoch" | "book">} state
 * @returns {Since | null}
 */
export function sinceDepth({ epoch, book }) {
  return since(epoch, book ? [[book.symbol, book.seq]] : []);
}

/**
 * @param {Pick<State, "epoch" | "news">} state
 * @returns {Since | null}
 */
export function sinceNews({ epoch, news }) {
  return since(epoch, [["*", news.last]]);
}

/**
 * @param {number | null} epoch
 * @param {[string, number][]} at 0 is nothing
 * @returns {Since | null}
 */
function since(epoch, at) {
  const known = at.filter(([, place]) => place > 0);
  return epoch === null || known.length === 0 ? null : { epoch, at: Object.fromEntries(known) };
}
