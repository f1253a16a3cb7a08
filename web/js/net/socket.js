/**
 * Keeps one WebSocket open. It reconnects after a loss, and drops a connection that has gone silent.
 *
 * The delay before each attempt doubles up to a cap. Half of it is random, so that many pages do not reconnect at once.
 *
 * Not here: the messages, and the subscriptions after opening.
 */

/** @typedef {"connecting" | "live" | "stopping" | "waiting" | "lost"} LinkStatus */
/**
 * `retryAt` is in milliseconds of `clock.now`.
 *
 * @typedef {{ status: LinkStatus, attempt: number, retryAt: number | null }} Link
 */
/**
 * The used part of a WebSocket.
 *
 * @typedef {{ send(text: string): void, close(code?: number): void, onmessage: ((event: any) => void) | null,
 *   onclose: ((event: any) => void) | null, onerror: ((event: any) => void) | null }} SocketLike
 */
/** @typedef {{ now(): number, after(ms: number, run: () => void): unknown, cancel(timer: any): void }} Clock */
/**
 * @typedef {object} SocketOptions
 * @property {() => SocketLike} open makes a new WebSocket
 * @property {(link: Link) => void} onLink
 * @property {(frame: any) => void} onFrame
 * @property {Clock} clock
 * @property {() => number} [random] from 0 to 1
 */

export const BASE_MS = 500;
export const CAP_MS = 10_000;
/** Seconds without a message after which the connection is dead. The server sends a heartbeat every second. */
export const SILENT_SECONDS = 6;
/** The longest delay that a server can request. */
const MOST_STOP_MS = 60_000;
/** Failed attempts after which the connection counts as lost. Attempts go on. */
export const LOST_AFTER = 4;

/**
 * Returns the delay before an attempt.
 *
 * @param {number} attempt attempts that failed in a row, from 1
 * @param {number} random from 0 to 1
 * @returns {number} milliseconds
 */
export function backoffMs(attempt, random) {
  const full = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempt - 1, 20));
  return Math.round(full * (0.5 + 0.5 * random));
}

/**
 * Returns the delay after a planned stop: the requested one, and up to half as much again at random.
 *
 * @param {number} requestedMs
 * @param {number} random from 0 to 1
 * @returns {number} milliseconds
 */
export function stopDelayMs(requestedMs, random) {
  const delay = Math.min(MOST_STOP_MS, Math.max(0, requestedMs));
  return Math.round(delay + random * Math.max(BASE_MS, delay / 2));
}

/** @param {SocketOptions} options */
export function createSocket({ open, onLink, onFrame, clock, random = Math.random }) {
  /** @type {SocketLike | null} */
  let socket = null;
  let attempt = 0;
  let silentSeconds = 0;
  let isLive = false;
  /** The delay that the server requested before it stops. @type {number | null} */
  let stopMs = null;
  /** @type {unknown} */
  let timer = null;

  function connect() {
    onLink({ status: attempt >= LOST_AFTER ? "lost" : "connecting", attempt, retryAt: null });
    const opened = open();
    socket = opened;
    silentSeconds = 0;
    isLive = false;
    stopMs = null;
    opened.onmessage = ({ data }) => receive(data);
    opened.onclose = () => lose(opened);
    // A close event follows each error event.
    opened.onerror = () => {};
    watch(opened);
  }

  /** @param {unknown} frame */
  function receive(frame) {
    silentSeconds = 0;
    if (!isLive) {
      isLive = true;
      attempt = 0;
      onLink({ status: "live", attempt, retryAt: null });
    }
    onFrame(frame);
  }

  // Counts seconds instead of comparing times: after a sleep, waiting messages arrive before the second timeout.
  /** @param {SocketLike} watched */
  function watch(watched) {
    timer = clock.after(1000, () => {
      if (socket !== watched) return;
      silentSeconds += 1;
      if (silentSeconds >= SILENT_SECONDS) lose(watched);
      else watch(watched);
    });
  }

  /** @param {SocketLike} lost */
  function lose(lost) {
    if (socket !== lost) return;
    socket = null;
    lost.onmessage = lost.onclose = null;
    lost.close();
    clock.cancel(timer);
    attempt += 1;
    const planned = stopMs !== null;
    const wait = stopMs === null ? backoffMs(attempt, random()) : stopDelayMs(stopMs, random());
    onLink({
      status: planned ? "stopping" : attempt >= LOST_AFTER ? "lost" : "waiting",
      attempt,
      retryAt: clock.now() + wait,
    });
    timer = clock.after(wait, connect);
  }

  return {
    connect,
    /** Makes the next attempt at once. */
    retryNow() {
      if (socket) return;
      clock.cancel(timer);
      connect();
    },
    /**
     * Expects a planned stop of the server, after which the delay is the server's.
     *
     * @param {number} ms
     */
    expectStop(ms) {
      if (!socket) return;
      stopMs = ms;
      onLink({ status: "stopping", attempt, retryAt: null });
    },
    /** @param {string} text */
    send(text) {
      socket?.send(text);
    },
  };
}
