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

/**
 * Runs at once, and then no sooner than `restMs` after it ran, however often it is asked for: what is asked for meanwhile runs at the end
 * of the rest.
 *
 * @param {() => void} run
 * @param {number} restMs
 * @param {{ now: () => number, after: (ms: number, run: () => void) => void }} [clock]
 * @returns {() => void}
 */
export function createPace(run, restMs, clock = { now: () => performance.now(), after: (ms, then) => void setTimeout(then, ms) }) {
  let ranMs = -Infinity;
  let waiting = false;
  const go = () => {
    waiting = false;
    ranMs = clock.now();
    run();
  };
  return () => {
    if (waiting) return;
    const rest = ranMs + restMs - clock.now();
    if (rest <= 0) return go();
    waiting = true;
    clock.after(rest, go);
  };
}
