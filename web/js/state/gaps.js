/** Finds gaps between bars that are longer than usual. */

/** @typedef {{ ts: number, lengthUs: number }} Gap `ts` is the start of the bar after the gap */

/** A gap is longer than this many usual steps. A weekend between daily bars is shorter. */
const LONG = 5;

/**
 * @param {readonly { ts: number }[]} bars oldest first
 * @param {number} intervalUs
 * @returns {Gap[]}
 */
export function gaps(bars, intervalUs) {
  const steps = bars.slice(1).map(({ ts }, at) => ts - bars[at].ts);
  const usual = Math.max(intervalUs, steps.toSorted((a, b) => a - b)[steps.length >> 1] ?? 0);
  return steps.flatMap((step, at) =>
    step > LONG * usual ? [{ ts: bars[at + 1].ts, lengthUs: step - intervalUs }] : [],
  );
}
