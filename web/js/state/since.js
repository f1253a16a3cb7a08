/**
 * The positions from which a new connection can resume, or `null` where there are none and a snapshot is needed.
 *
 * A symbol without a position gets a snapshot.
 */

import { intervalUs } from "../lib/time.js";
import { WATCHED } from "./alerts.js";

/** @typedef {import("./model.js").State} State */
/** @typedef {NonNullable<import("../types/protocol.js").Subscribe["since"]>} Since */

/**
 * @param {Pick<State, "epoch" | "quotes">} state
 * @param {readonly string[]} symbols the symbols to subscribe to
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
 * The last bar seen may have been forming, so the one before it is the newest that was closed for certain.
 *
 * @param {Pick<State, "epoch" | "watched">} state
 * @param {readonly string[]} symbols
 * @returns {Since | null}
 */
export function sinceWatched({ epoch, watched }, symbols) {
  return since(
    epoch,
    symbols.map((symbol) => {
      const bar = watched.get(symbol);
      return [symbol, bar ? (bar.closed ? bar.ts : bar.ts - intervalUs(WATCHED)) : 0];
    }),
  );
}

/**
 * @param {Pick<State, "epoch" | "choice" | "trades">} state
 * @returns {Since | null}
 */
export function sinceTrades({ epoch, choice, trades }) {
  return since(epoch, choice.symbol !== null && !trades.loading ? [[choice.symbol, trades.last]] : []);
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
 * @param {[string, number][]} at positions, of which 0 is none
 * @returns {Since | null}
 */
function since(epoch, at) {
  const known = at.filter(([, position]) => position > 0);
  return epoch === null || known.length === 0 ? null : { epoch, at: Object.fromEntries(known) };
}
