/**
 * Lights elements up for a moment. Where people ask for less motion it does nothing.
 *
 * They go out with the next picture after their time, so that they cost no picture of their own.
 */

const LIT_MS = 350;
/** Where no picture comes, they go out all the same. */
const LATE_MS = 200;

const calm = typeof matchMedia === "function" ? matchMedia("(prefers-reduced-motion: reduce)") : null;
/** In the order in which they go out. @type {Map<HTMLElement, number>} */
const lit = new Map();
let waiting = 0;

/**
 * @param {HTMLElement} node
 * @param {string} way what `data-flash` says meanwhile
 */
export function flash(node, way) {
  if (calm?.matches) return;
  if (node.dataset.flash !== way) node.dataset.flash = way;
  // One that is lit goes out in its time, and not later: a price that changes many times a second must not flicker.
  if (!lit.has(node)) lit.set(node, performance.now() + LIT_MS);
  waiting ||= window.setTimeout(putOut, LIT_MS + LATE_MS);
}

/** Puts out those whose time is over. */
export function putOut() {
  const now = performance.now();
  for (const [node, until] of lit) {
    if (until > now) break;
    delete node.dataset.flash;
    lit.delete(node);
  }
  clearTimeout(waiting);
  waiting = lit.size > 0 ? window.setTimeout(putOut, LIT_MS + LATE_MS) : 0;
}
