/**
 * Paints at most once per animation frame, however often something changes in between.
 *
 * @param {() => void} paint
 * @param {(callback: () => void) => void} [request] asks for the next frame
 * @returns {() => void} marks the picture as out of date
 */
export function createFrame(paint, request = (callback) => void requestAnimationFrame(callback)) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    request(() => {
      waiting = false;
      paint();
    });
  };
}
