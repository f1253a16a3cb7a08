/** Lights elements up for a moment. One timer puts out all that are due; where people ask for less motion it does nothing. */

const LIT_MS = 350;

const calm = typeof matchMedia === "function" ? matchMedia("(prefers-reduced-motion: reduce)") : null;
/** In the order in which they go out. @type {Map<HTMLElement, number>} */
const lit = new Map();
let waiting = false;

/**
 * @param {HTMLElement} node
 * @param {string} way what `data-flash` says meanwhile
 */
export function flash(node, way) {
  // One that is lit stays lit: a price that changes many times a second must not flicker.
  if (calm?.matches || lit.has(node)) return;
  node.dataset.flash = way;
  lit.set(node, performance.now() + LIT_MS);
  if (!waiting) wait(LIT_MS);
}

/** @param {number} ms */
function wait(ms) {
  waiting = true;
  setTimeout(putOut, ms);
}

function putOut() {
  waiting = false;
  const now = performance.now();
  for (const [node, until] of lit) {
    if (until > now) return wait(until - now);
    delete node.dataset.flash;
    lit.delete(node);
  }
}
