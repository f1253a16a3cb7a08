/** The keys of drawings: what each asks for. */

/**
 * `part` chooses what the arrow keys move: all of a drawing, its start, or its end.
 *
 * @typedef {{ does: "action", action: "undo" | "redo" | "copy" | "remove" } | { does: "move", bars: number, ticks: number }
 *   | { does: "part", back: boolean } | { does: "escape" } | { does: "edit" }} Wish
 */

/** Bars and ticks of an arrow key, and with Shift. */
const STEP = { plain: 1, shift: 10 };
/** @type {Readonly<Record<string, readonly [bars: number, ticks: number]>>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/**
 * @param {{ key: string, ctrlKey: boolean, metaKey: boolean, shiftKey: boolean }} event
 * @param {boolean} isSelected a drawing is, and the chart has the focus
 * @returns {Wish | null}
 */
export function wishOf({ key, ctrlKey, metaKey, shiftKey }, isSelected) {
  if (ctrlKey || metaKey) {
    const letter = key.toLowerCase();
    if (letter === "z") return { does: "action", action: shiftKey ? "redo" : "undo" };
    if (letter === "y") return { does: "action", action: "redo" };
    return letter === "d" && isSelected ? { does: "action", action: "copy" } : null;
  }
  if (key === "Escape") return { does: "escape" };
  if (!isSelected) return null;
  if (key === "Delete" || key === "Backspace") return { does: "action", action: "remove" };
  if (key === "Enter") return { does: "edit" };
  if (key === "Tab") return { does: "part", back: shiftKey };
  if (!Object.hasOwn(ARROWS, key)) return null;
  const [bars, ticks] = ARROWS[key].map((one) => one * (shiftKey ? STEP.shift : STEP.plain));
  return { does: "move", bars, ticks };
}

/** The names of the anchors, and of the whole. */
export const PART_NAMES = ["Its start", "Its end", "All of it"];

/**
 * Returns the part of a drawing behind or before another: an anchor or `null` for all of it; `undefined` at an end.
 *
 * @param {{ anchors: readonly unknown[] }} drawing
 * @param {number | null} part
 * @param {boolean} back
 * @returns {number | null | undefined}
 */
export function partAfter({ anchors }, part, back) {
  const parts = anchors.length > 1 ? [null, 0, 1] : [null];
  return parts[parts.indexOf(part) + (back ? -1 : 1)];
}
