/** The connection that `early.js` opened and what it asked while the modules were fetched, each for who asks first. */

/** @typedef {{ socket?: WebSocket, heard: MessageEvent[], binary: boolean, answers: Map<string, Promise<any>> }} First */

/** @returns {First | undefined} */
const first = () => /** @type {{ tickcastFirst?: First }} */ (/** @type {unknown} */ (window)).tickcastFirst;

/**
 * @param {boolean} binary the format that is wanted
 * @returns {WebSocket | null} one that gives what it heard already to `onmessage` in a moment
 */
export function takeSocket(binary) {
  const given = first();
  const socket = given?.socket;
  if (!given || !socket) return null;
  delete given.socket;
  if (given.binary !== binary || socket.readyState > WebSocket.OPEN) {
    socket.onmessage = null;
    socket.close();
    return null;
  }
  queueMicrotask(() => given.heard.splice(0).forEach((event) => socket.onmessage?.(event)));
  return socket;
}

/**
 * The answer to a request that was made already, or that of a new one.
 *
 * @type {typeof fetch}
 */
export function ask(path, options) {
  const answer = first()?.answers.get(String(path));
  first()?.answers.delete(String(path));
  return answer ?? fetch(path, options);
}
