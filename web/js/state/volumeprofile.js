/**
 * The volume by price of some bars. A bar does not say at which of its prices it traded: its volume is spread evenly from
 * its low to its high. So it is an estimate "from bars", the finer the shorter they are.
 */

/** @typedef {{ high: number, low: number, open: number, close: number, volume: number }} ProfileBar */
/** @typedef {{ from: number, to: number, up: number, down: number }} ProfileRow volumes of rising and falling bars */
/**
 * Rows from low to high. `control` is the index of the row with the most volume, `area` those of the first and last row
 * of the value area.
 *
 * @typedef {{ rows: readonly ProfileRow[], control: number, area: readonly [number, number] }} Profile
 */

/**
 * @param {readonly ProfileBar[]} bars
 * @param {{ rows: number, percent: number }} wanted
 * @returns {Profile | null} `null` without volume
 */
export function volumeProfile(bars, { rows: count, percent }) {
  const traded = bars.filter(({ volume }) => volume > 0);
  if (traded.length === 0) return null;
  const low = traded.reduce((least, bar) => Math.min(least, bar.low), Infinity);
  const high = traded.reduce((most, bar) => Math.max(most, bar.high), -Infinity);
  const step = (high - low) / count;
  const rows = Array.from({ length: step > 0 ? count : 1 }, (_, at) => ({
    from: low + at * step,
    to: low + (at + 1) * step,
    up: 0,
    down: 0,
  }));
  for (const bar of traded) spread(bar, rows, { low, step });
  const volumes = rows.map(({ up, down }) => up + down);
  const control = volumes.indexOf(Math.max(...volumes));
  return { rows, control, area: valueArea(volumes, control, percent) };
}

/** @param {ProfileBar} bar @param {ProfileRow[]} rows @param {{ low: number, step: number }} scale */
function spread(bar, rows, { low, step }) {
  const side = bar.close < bar.open ? "down" : "up";
  const last = rows.length - 1;
  const rowOf = (/** @type {number} */ price) =>
    step > 0 ? Math.max(0, Math.min(last, Math.floor((price - low) / step))) : 0;
  const [first, end] = [rowOf(bar.low), rowOf(bar.high)];
  const range = bar.high - bar.low;
  if (first === end || range <= 0) {
    rows[first][side] += bar.volume;
    return;
  }
  for (let at = first; at <= end; at += 1) {
    const inside = Math.min(bar.high, rows[at].to) - Math.max(bar.low, rows[at].from);
    rows[at][side] += (bar.volume * Math.max(0, inside)) / range;
  }
}

/**
 * Grows from the row with the most volume to the larger neighbour, until the share is reached.
 *
 * @param {readonly number[]} volumes
 * @param {number} control
 * @param {number} percent
 * @returns {readonly [number, number]}
 */
function valueArea(volumes, control, percent) {
  const wanted = (volumes.reduce((sum, one) => sum + one, 0) * percent) / 100;
  let [from, to] = [control, control];
  let held = volumes[control];
  while (held < wanted && (from > 0 || to < volumes.length - 1)) {
    const below = volumes[from - 1] ?? -1;
    const above = volumes[to + 1] ?? -1;
    if (above >= below) held += volumes[++to];
    else held += volumes[--from];
  }
  return [from, to];
}
