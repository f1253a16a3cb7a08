/** Limits how often the page paints. */

/**
 * Paints at most once per animation frame.
 *
 * @param {() => void} paint
 * @param {(callback: () => void) => void} [request] requests the next frame
 * @returns {() => void} requests a paint
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
 * Runs at once, and then at most once per rest. Calls during a rest run at its end.
 *
 * @param {() => void} run
 * @param {() => number} restMs
 * @param {{ now: () => number, after: (ms: number, run: () => void) => void }} [clock]
 * @returns {() => void}
 */
export function createPace(
  run,
  restMs,
  clock = { now: () => performance.now(), after: (ms, then) => void setTimeout(then, ms) },
) {
  let ranMs = -Infinity;
  let waiting = false;
  const go = () => {
    waiting = false;
    ranMs = clock.now();
    run();
  };
  return () => {
    if (waiting) return;
    const rest = ranMs + restMs() - clock.now();
    if (rest <= 0) return go();
    waiting = true;
    clock.after(rest, go);
  };
}

/**
 * Holds paints back after a standstill, for example a sleep of the machine, until the messages that wait have come.
 * Messages that stay late, or whose delay is not known, are painted after `mostMs`.
 *
 * The result tells whether to hold the paint. It must be called at least every `lateMs`: a longer pause counts as a
 * standstill.
 *
 * @param {{ lateMs: number, mostMs: number }} limits
 */
export function createHold({ lateMs, mostMs }) {
  let calledMs = NaN;
  /** The number of messages at the standstill. */
  let stoodAt = NaN;
  let sinceMs = NaN;
  return (
    /** @type {{ delayMs: number | null, messages: number }} */ { delayMs, messages },
    /** @type {number} */ nowMs,
  ) => {
    if (nowMs - calledMs >= lateMs) stoodAt = messages;
    calledMs = nowMs;
    const isLate = delayMs === null ? !Number.isNaN(stoodAt) : delayMs >= lateMs;
    const isOld = messages === stoodAt || isLate;
    if (!isOld) sinceMs = stoodAt = NaN;
    else if (Number.isNaN(sinceMs)) sinceMs = nowMs;
    return nowMs - sinceMs < mostMs;
  };
}

/**
 * Holds paints while the other half of what came is on its way, for at most `mostMs`. What stays apart for longer is
 * painted, and not held again until it has been whole.
 *
 * @param {number} mostMs
 */
export function createWait(mostMs) {
  let sinceMs = NaN;
  return (/** @type {boolean} */ isApart, /** @type {number} */ nowMs) => {
    if (!isApart) sinceMs = NaN;
    else if (Number.isNaN(sinceMs)) sinceMs = nowMs;
    return nowMs - sinceMs < mostMs;
  };
}

/**
 * Returns `true` once in each period. Panels that are drawn once a second have different offsets, so that they do not
 * all fall into one long paint.
 *
 * @param {number} periodMs
 * @param {number} share the offset as a share of the period
 */
export function createTurns(periodMs, share) {
  let turn = NaN;
  return (/** @type {number} */ nowMs) => {
    const now = Math.floor(nowMs / periodMs + share);
    if (now === turn) return false;
    turn = now;
    return true;
  };
}

/** The weight of the newest cost in the average. */
const NEWEST = 0.2;

/**
 * Computes the rest between two runs, so that they take no more than a share of the time.
 *
 * @param {{ share: number, leastMs: number, mostMs: number }} limits
 */
export function createBudget({ share, leastMs, mostMs }) {
  let costMs = 0;
  return {
    /** @param {number} ms */
    spend(ms) {
      costMs += (ms - costMs) * NEWEST;
    },
    restMs: () => Math.max(leastMs, Math.min(mostMs, costMs / share)),
  };
}

/**
 * Runs callbacks after the browser has painted the current frame.
 *
 * @returns {(run: () => void) => void}
 */
export function createAfterPaint() {
  const { port1, port2 } = new MessageChannel();
  /** @type {(() => void)[]} */
  const due = [];
  port1.onmessage = () => due.shift()?.();
  return (run) => {
    due.push(run);
    port2.postMessage(null);
  };
}
