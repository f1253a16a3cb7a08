/** Lights an element up for a moment; where people ask for less motion it does nothing. */

const calm = typeof matchMedia === "function" ? matchMedia("(prefers-reduced-motion: reduce)") : null;

/**
 * @param {Element} node
 * @param {string} colour
 */
export function flash(node, colour) {
  if (calm?.matches) return;
  for (const running of node.getAnimations()) running.cancel();
  node.animate([{ backgroundColor: colour }, { backgroundColor: "transparent" }], { duration: 500, easing: "ease-out" });
}
