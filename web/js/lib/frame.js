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
 * Runs at once, and then no sooner than after a rest since it ran, however often it is asked for: what is asked for meanwhile runs at the
 * end of the rest.
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
 * Whether to wait with painting because what is known is old and newer things are on their way, as after the machine slept: they come at
 * once then, and nobody wants to see the old ones pass. Who stays late is painted late, after `mostMs`.
 *
 * Wants to be asked more often than each `lateMs`: a longer silence was a standstill.
 *
 * @param {{ lateMs: number, mostMs: number }} limits
 */
export function createHold({ lateMs, mostMs }) {
  let askedMs = NaN;
  /** How many messages had come when all stood still. */
  let stoodAt = NaN;
  let sinceMs = NaN;
  return (/** @type {{ delayMs: number, messages: number }} */ { delayMs, messages }, /** @type {number} */ nowMs) => {
    if (nowMs - askedMs >= lateMs) stoodAt = messages;
    askedMs = nowMs;
    const isOld = messages === stoodAt || delayMs >= lateMs;
    if (!isOld) sinceMs = stoodAt = NaN;
    else if (Number.isNaN(sinceMs)) sinceMs = nowMs;
    return nowMs - sinceMs < mostMs;
  };
}

/**
 * Says once in each period that it is time. What is drawn once a second begins its period at another share of the second each, so that
 * not all of it falls into one picture, which would be a long one.
 *
 * @param {number} periodMs
 * @param {number} share of the period, from 0 to 1
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

/** How much the newest of the costs counts. */
const NEWEST = 0.2;

/**
 * The rest between two of what costs time, so that all together take no more than a share of it.
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
 * Calls back once the browser has painted what the running frame changes.
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
