/** Hands out the connection and the answers that the script `early.js` requested before the other modules were here. */

/**
 * The thread that receives, its first messages, and the format of its first connection; `null` if it has none.
 *
 * @typedef {{ worker: Worker, messages: MessageEvent[], binary: boolean | null, answers: Map<string, Promise<any>> }} Early
 */

/** Where `early.js` is put, or left out if the page was faster. */
const place = /** @type {{ tickcastEarly?: Early }} */ (/** @type {unknown} */ (window));

/** @returns {Early} */
function early() {
  // A script that comes later finds it, and does nothing.
  place.tickcastEarly ??= {
    worker: new Worker(new URL("js/worker.js", location.href)),
    messages: [],
    binary: null,
    answers: new Map(),
  };
  return place.tickcastEarly;
}

/** Returns the thread that receives. */
export const earlyWorker = () => early().worker;

/** Returns whether the connection that is open already has a format. @param {boolean} binary */
export const isEarly = (binary) => early().binary === binary;

/** Passes the first messages on to the thread's listener, in a microtask. */
export function replayMessages() {
  const { worker, messages } = early();
  queueMicrotask(() => messages.splice(0).forEach((event) => worker.onmessage?.(event)));
}

/**
 * Returns the answer to an early request, once, or makes a new request.
 *
 * @type {typeof fetch}
 */
export function fetchEarly(path, options) {
  const answer = early().answers.get(String(path));
  early().answers.delete(String(path));
  return answer ?? fetch(path, options);
}
