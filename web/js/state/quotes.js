/**
 * Applies quotes, and checks that the ranges of ticks that they cover meet.
 *
 * A quote is the whole state after its tick `seq`. An older one is dropped. One after a gap is taken, and its symbol
 * needs a resync.
 */

/** @typedef {import("./model.js").Quote} Quote */
/** @typedef {ReadonlyMap<string, Quote>} QuoteMap */
/**
 * `before` holds the quote that each of `taken` replaced. `lost` holds the symbols that need a resync.
 *
 * @typedef {{ quotes: QuoteMap, taken: Quote[], before: (Quote | undefined)[], ticks: number, lost: string[] }} Taken
 */

/**
 * @param {QuoteMap} known
 * @param {readonly Quote[]} received
 * @param {{ snapshot: boolean }} kind a snapshot has no gap before it
 * @returns {Taken}
 */
export function takeQuotes(known, received, { snapshot }) {
  const quotes = new Map(known);
  /** @type {Taken} */
  const result = { quotes, taken: [], before: [], ticks: 0, lost: [] };
  for (const quote of received) {
    const before = quotes.get(quote.symbol);
    if (before && quote.seq <= before.seq) continue;
    if (!snapshot) {
      result.ticks += quote.seq - Math.max(quote.first_seq - 1, before?.seq ?? 0);
      if (before && quote.first_seq > before.seq + 1) result.lost.push(quote.symbol);
    }
    quotes.set(quote.symbol, quote);
    result.taken.push(quote);
    result.before.push(before);
  }
  return result.taken.length > 0 ? result : { ...result, quotes: known };
}

/**
 * Returns the day's change in percent.
 *
 * @param {Quote | undefined} quote
 */
export function changePercent(quote) {
  if (!quote || quote.last === null || quote.change === null) return null;
  return percentOf(quote.last, quote.last - quote.change);
}

/**
 * Returns the change from a base in percent. Prices can be negative, and no percentage says anything of those.
 *
 * @param {number} value
 * @param {number | undefined} base
 */
export function percentOf(value, base) {
  return base !== undefined && base > 0 ? ((value - base) / base) * 100 : null;
}
