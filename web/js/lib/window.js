/** The visible lines of a long list. */

/**
 * @param {object} view
 * @param {number} view.top scrolled pixels
 * @param {number} view.height in pixels
 * @param {number} view.lineHeight in pixels
 * @param {number} view.count the number of lines
 * @param {number} [view.spare] lines to prepare on either side
 * @returns {{ from: number, to: number }} the first line, and the one after the last
 */
export function visibleLines({ top, height, lineHeight, count, spare = 0 }) {
  const first = Math.floor(Math.max(0, top) / lineHeight);
  const last = Math.ceil((Math.max(0, top) + height) / lineHeight);
  const from = Math.min(count, Math.max(0, first - spare));
  return { from, to: Math.max(from, Math.min(count, last + spare)) };
}

/**
 * Returns the least scroll position that shows the whole line.
 *
 * @param {number} line
 * @param {{ top: number, height: number, lineHeight: number, head?: number }} view `head` covers the top
 */
export function scrollTo(line, { top, height, lineHeight, head = 0 }) {
  const start = line * lineHeight;
  if (start < top + head) return Math.max(0, start - head);
  return Math.max(top, start + lineHeight - height);
}
