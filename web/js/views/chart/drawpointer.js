/**
 * Tells pointer gestures on a chart that are about drawings from those that move the chart. What a drawing takes does
 * not reach the chart library.
 */

/** @typedef {{ x: number, y: number }} Point */
/**
 * `free` switches the magnet off. `press` returns `true` where it takes the gesture.
 *
 * @typedef {object} Gestures
 * @property {(at: Point, how: { free: boolean, reach: number }) => boolean} press
 * @property {(at: Point, free: boolean) => void} move of a gesture that was taken
 * @property {(at: Point, free: boolean, far: boolean) => void} release `far` from where it began
 * @property {() => void} cancel
 * @property {(at: Point | null, free: boolean) => void} hover
 * @property {(at: Point) => void} open by a double click
 */

/** The distance at which a pointer is on a line. Fingers are wider. */
const REACH_PX = { mouse: 6, touch: 14 };
/** The distance from which a gesture is a drag. */
const FAR_PX = 8;

/**
 * @param {HTMLElement} node the pane
 * @param {HTMLElement} canvas the chart in it
 * @param {Gestures} gestures
 */
export function createDrawPointer(node, canvas, gestures) {
  /** The gesture that a drawing has taken. @type {{ id: number, from: Point } | null} */
  let held = null;
  /** `true` as long as the events of the mouse and of fingers that follow must not reach the chart. */
  let isTaken = false;

  /** @param {MouseEvent} event @returns {Point} */
  function pointOf({ clientX, clientY }) {
    const { left, top } = node.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }
  /** @param {PointerEvent} event */
  const isOn = ({ target }) => target instanceof Node && canvas.contains(target);

  /** @param {PointerEvent} event */
  function onMove(event) {
    if (event.pointerId === held?.id) gestures.move(pointOf(event), event.altKey);
  }
  /** @param {PointerEvent} event */
  function onEnd(event) {
    if (event.pointerId !== held?.id) return;
    const at = pointOf(event);
    const { from } = held;
    end();
    if (event.type === "pointercancel") gestures.cancel();
    else gestures.release(at, event.altKey, Math.hypot(at.x - from.x, at.y - from.y) > FAR_PX);
  }
  function end() {
    held = null;
    isTaken = false;
    removeEventListener("pointermove", onMove);
    removeEventListener("pointerup", onEnd);
    removeEventListener("pointercancel", onEnd);
  }

  node.addEventListener(
    "pointerdown",
    (event) => {
      if (held || event.button !== 0 || !event.isPrimary || !isOn(event)) return;
      const from = pointOf(event);
      const reach = event.pointerType === "touch" ? REACH_PX.touch : REACH_PX.mouse;
      isTaken = gestures.press(from, { free: event.altKey, reach });
      if (!isTaken) return;
      held = { id: event.pointerId, from };
      addEventListener("pointermove", onMove);
      addEventListener("pointerup", onEnd);
      addEventListener("pointercancel", onEnd);
    },
    { capture: true },
  );
  for (const type of /** @type {const} */ (["mousedown", "touchstart"])) {
    node.addEventListener(
      type,
      (event) => {
        if (!isTaken) return;
        event.stopPropagation();
        // A finger that draws does not scroll the page, nor does it become a mouse.
        if (type === "touchstart" && event.cancelable) event.preventDefault();
      },
      { capture: true, passive: false },
    );
  }
  node.addEventListener("pointermove", (event) => {
    if (!held && event.pointerType !== "touch") gestures.hover(isOn(event) ? pointOf(event) : null, event.altKey);
  });
  node.addEventListener("pointerleave", () => {
    if (!held) gestures.hover(null, false);
  });
  node.addEventListener(
    "dblclick",
    (event) => void (isOn(/** @type {any} */ (event)) && gestures.open(pointOf(event))),
  );

  return {
    /** Leaves the gesture that was taken. */
    leave() {
      if (held) end();
    },
  };
}
