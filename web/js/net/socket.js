/**
 * Keeps one WebSocket open: comes back by itself after a loss, and drops a connection that has gone silent.
 *
 * The wait before each attempt doubles up to a cap, and half of it is chance, so that many pages do not come back at once.
 * Not here: what the messages mean, and what is asked after opening.
 */

/** @typedef {"connecting" | "live" | "stopping" | "waiting" | "lost"} LinkStatus */
/** @typedef {{ status: LinkStatus, attempt: number, retryAt: number | null }} Link `retryAt` is in milliseconds of `clock.now` */
/**
 * The part of a WebSocket that is used here.
 *
 * @typedef {{ send(text: string): void, close(code?: number): void, onmessage: ((event: any) => void) | null,
 *   onclose: ((event: any) => void) | null, onerror: ((event: any) => void) | null }} SocketLike
 */
/** @typedef {{ now(): number, after(ms: number, run: () => void): unknown, cancel(timer: any): void }} Clock */
/**
 * @typedef {object} SocketOptions
 * @property {() => SocketLike} open makes a new WebSocket
 * @property {(link: Link) => void} onLink
 * @property {(frame: unknown) => void} onFrame
 * @property {Clock} clock
 * @property {() => number} [random] from 0 to 1
 */

export const BASE_MS = 500;
export const CAP_MS = 10_000;
/** The server sends a heartbeat each second: so many seconds without any message, and the connection is dead. */
export const SILENT_SECONDS = 6;
/** The longest that a server may ask to be waited for. */
const MOST_REST_MS = 60_000;
/** After so many attempts in vain the connection is called lost; attempts go on. */
export const LOST_AFTER = 4;

/**
 * @param {number} attempt how many attempts have failed in a row, from 1
 * @param {number} chance from 0 to 1
 * @returns {number} milliseconds
 */
export function backoffMs(attempt, chance) {
  const full = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempt - 1, 20));
  return Math.round(full * (0.5 + 0.5 * chance));
}

/**
 * The wait after a planned stop: what the server asked for, and up to half as much again by chance.
 *
 * @param {number} askedMs
 * @param {number} chance from 0 to 1
 * @returns {number} milliseconds
 */
export function restMs(askedMs, chance) {
  const asked = Math.min(MOST_REST_MS, Math.max(0, askedMs));
  return Math.round(asked + chance * Math.max(BASE_MS, asked / 2));
}

/** @param {SocketOptions} options */
export function createSocket({ open, onLink, onFrame, clock, random = Math.random }) {
  /** @type {SocketLike | null} */
  let socket = null;
  let attempt = 0;
  let silentSeconds = 0;
  let heard = false;
  /** @type {number | null} the wait that the server asked for before it stops */
  let askedMs = null;
  /** @type {unknown} */
  let timer = null;

  function connect() {
    onLink({ status: attempt >= LOST_AFTER ? "lost" : "connecting", attempt, retryAt: null });
    const opened = open();
    socket = opened;
    silentSeconds = 0;
    heard = false;
    askedMs = null;
    opened.onmessage = ({ data }) => hear(data);
    opened.onclose = () => lose(opened);
    // A close event follows each error event.
    opened.onerror = () => {};
    watch(opened);
  }

  /** @param {unknown} frame */
  function hear(frame) {
    silentSeconds = 0;
    if (!heard) {
      heard = true;
      attempt = 0;
      onLink({ status: "live", attempt, retryAt: null });
    }
    onFrame(frame);
  }

  // Counts seconds rather than comparing times: after a sleep the messages that wait are heard before the second tick.
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
    const planned = askedMs !== null;
    const wait = askedMs === null ? backoffMs(attempt, random()) : restMs(askedMs, random());
    onLink({
      status: planned ? "stopping" : attempt >= LOST_AFTER ? "lost" : "waiting",
      attempt,
      retryAt: clock.now() + wait,
    });
    timer = clock.after(wait, connect);
  }

  return {
    connect,
    /** Tries at once when an attempt is being waited for. */
    hurry() {
      if (socket) return;
      clock.cancel(timer);
      connect();
    },
    /**
     * The server is about to stop: what follows is no failure, and the wait is the server's.
     *
     * @param {number} ms
     */
    expectStop(ms) {
      if (!socket) return;
      askedMs = ms;
      onLink({ status: "stopping", attempt, retryAt: null });
    },
    /** @param {string} text */
    send(text) {
      socket?.send(text);
    },
  };
}
