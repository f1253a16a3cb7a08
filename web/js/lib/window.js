/** Which lines of a long list are on the screen. */

/**
 * @param {{ top: number, height: number, lineHeight: number, count: number, spare?: number }} view pixels, and how many lines there are;
 *   `spare` lines are made ready on either side
 * @returns {{ from: number, to: number }} from the first to before the last
 */
export function visibleLines({ top, height, lineHeight, count, spare = 0 }) {
  const first = Math.floor(Math.max(0, top) / lineHeight);
  const last = Math.ceil((Math.max(0, top) + height) / lineHeight);
  const from = Math.min(count, Math.max(0, first - spare));
  return { from, to: Math.max(from, Math.min(count, last + spare)) };
}

/**
 * Where to scroll so that a line is seen whole, moving as little as possible.
 *
 * @param {number} line
 * @param {{ top: number, height: number, lineHeight: number, head?: number }} view `head`: what covers the top
 */
export function scrollTo(line, { top, height, lineHeight, head = 0 }) {
  const start = line * lineHeight;
  if (start < top + head) return Math.max(0, start - head);
  return Math.max(top, start + lineHeight - height);
}
