/** Hands out the connection and the answers that the script `early.js` requested before the other modules were here. */

/**
 * @typedef {{ socket?: WebSocket, messages: MessageEvent[], binary: boolean, answers: Map<string, Promise<any>> }}
 *   Early
 */

/** @returns {Early | undefined} */
const early = () => /** @type {{ tickcastEarly?: Early }} */ (/** @type {unknown} */ (window)).tickcastEarly;

/**
 * Takes the early connection, once and where it has the right format.
 *
 * @param {boolean} binary
 * @returns {WebSocket | null} a socket that passes its first messages to `onmessage` in a microtask
 */
export function takeSocket(binary) {
  const given = early();
  const socket = given?.socket;
  if (!given || !socket) return null;
  delete given.socket;
  if (given.binary !== binary || socket.readyState > WebSocket.OPEN) {
    socket.onmessage = null;
    socket.close();
    return null;
  }
  queueMicrotask(() => given.messages.splice(0).forEach((event) => socket.onmessage?.(event)));
  return socket;
}

/**
 * Returns the answer to an early request, once, or makes a new request.
 *
 * @type {typeof fetch}
 */
export function fetchEarly(path, options) {
  const answer = early()?.answers.get(String(path));
  early()?.answers.delete(String(path));
  return answer ?? fetch(path, options);
}
