/** Finds where bars are lacking for longer than is usual between them. */

/** @typedef {{ ts: number, lengthUs: number }} Gap `ts`: the bar after it */

/** A step between bars counts as a gap from so many times the usual step on; weekends of daily bars do not. */
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
