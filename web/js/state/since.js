/**
 * What the page has, for a new connection to go on from. `null` where there is nothing to go on from: then a snapshot is asked for.
 *
 * What was never known is left out: a symbol that is not named gets a snapshot.
 */

/** @typedef {import("./model.js").State} State */
/** @typedef {{ epoch: number, at: Record<string, number> }} Since */

/**
 * @param {Pick<State, "epoch" | "quotes">} state
 * @returns {Since | null}
 */
export function sinceQuotes({ epoch, quotes }) {
  const known = [...quotes.values()].filter(({ seq }) => seq > 0);
  return since(epoch, known.map(({ symbol, seq }) => [symbol, seq]));
}

/**
 * @param {Pick<State, "epoch" | "choice" | "series">} state
 * @returns {Since | null}
 */
export function sinceBars({ epoch, choice, series }) {
  const newest = series.loading ? undefined : series.bars.findLast(({ closed }) => closed);
  return since(epoch, choice.symbol !== null && newest ? [[choice.symbol, newest.ts]] : []);
}

/**
 * @param {Pick<State, "epoch" | "choice" | "tape">} state
 * @returns {Since | null}
 */
export function sinceTrades({ epoch, choice, tape }) {
  return since(epoch, choice.symbol !== null && !tape.loading && tape.last > 0 ? [[choice.symbol, tape.last]] : []);
}

/**
 * @param {number | null} epoch
 * @param {[string, number][]} at
 * @returns {Since | null}
 */
function since(epoch, at) {
  return epoch === null || at.length === 0 ? null : { epoch, at: Object.fromEntries(at) };
}
