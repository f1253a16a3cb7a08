/**
 * Takes quotes in, and checks that the ranges of ticks they stand for meet.
 *
 * A quote is the whole state after its tick `seq`, so an older one is dropped and one after a hole is still true. A hole is told all the
 * same, because something was lost on the way.
 */

/** @typedef {import("./model.js").Quote} Quote */
/** @typedef {ReadonlyMap<string, Quote>} QuoteMap */
/** @typedef {{ quotes: QuoteMap, taken: Quote[], before: (Quote | undefined)[], ticks: number, holes: string[] }} Taken `before` each that was taken */

/**
 * @param {QuoteMap} known
 * @param {readonly Quote[]} news
 * @param {{ whole: boolean }} kind a snapshot is whole: nothing before it can be missing
 * @returns {Taken}
 */
export function takeQuotes(known, news, { whole }) {
  const quotes = new Map(known);
  /** @type {Taken} */
  const result = { quotes, taken: [], before: [], ticks: 0, holes: [] };
  for (const quote of news) {
    const before = quotes.get(quote.symbol);
    if (before && quote.seq <= before.seq) continue;
    if (!whole) {
      result.ticks += quote.seq - Math.max(quote.first_seq - 1, before?.seq ?? 0);
      if (before && quote.first_seq > before.seq + 1) result.holes.push(quote.symbol);
    }
    quotes.set(quote.symbol, quote);
    result.taken.push(quote);
    result.before.push(before);
  }
  return result.taken.length > 0 ? result : { ...result, quotes: known };
}

/**
 * The change in percent of what it is counted from.
 *
 * @param {Quote | undefined} quote
 */
export function changePercent(quote) {
  if (!quote || quote.last === null || quote.change === null) return null;
  const reference = quote.last - quote.change;
  return reference > 0 ? (quote.change / reference) * 100 : null;
}
