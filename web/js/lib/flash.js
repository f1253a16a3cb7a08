/**
 * Highlights elements for a short time, unless the person prefers reduced motion.
 *
 * A highlight ends with the first paint after its time, so that it costs no paint of its own.
 */

const LIT_MS = 350;
/** The time after which a highlight ends without a paint. */
const LATE_MS = 200;

const calm = typeof matchMedia === "function" ? matchMedia("(prefers-reduced-motion: reduce)") : null;
/** The end of each highlight, the earliest first. @type {Map<HTMLElement, number>} */
const lit = new Map();
let waiting = 0;

/**
 * @param {HTMLElement} node
 * @param {string} way the value of `data-flash` meanwhile
 */
export function flash(node, way) {
  if (calm?.matches) return;
  if (node.dataset.flash !== way) node.dataset.flash = way;
  // Not prolonged: a price that changes many times a second must not stay lit.
  if (!lit.has(node)) lit.set(node, performance.now() + LIT_MS);
  waiting ||= window.setTimeout(endFlashes, LIT_MS + LATE_MS);
}

/** Ends the highlights whose time is over. */
export function endFlashes() {
  const now = performance.now();
  for (const [node, until] of lit) {
    if (until > now) break;
    delete node.dataset.flash;
    lit.delete(node);
  }
  clearTimeout(waiting);
  waiting = lit.size > 0 ? window.setTimeout(endFlashes, LIT_MS + LATE_MS) : 0;
}
