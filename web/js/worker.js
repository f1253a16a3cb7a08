/**
 * The thread that receives for the page.
 *
 * Not here: what it does (`net/receiver.js`).
 */

import { createDecoder } from "./net/binary/decoder.js";
import { createReceiver } from "./net/receiver.js";

/**
 * The used part of a worker's global object.
 *
 * @type {{ postMessage(message: unknown, transfer: ArrayBuffer[]): void, onmessage: ((event: MessageEvent) => void) | null }}
 */
const thread = /** @type {any} */ (self);

const request = createReceiver({
  open: (url, protocols) => new WebSocket(url, protocols),
  post: (answer, transfer) => thread.postMessage(answer, transfer),
  createDecoder: (onLost) => createDecoder({ onLost }),
  now: () => performance.timeOrigin + performance.now(),
});
thread.onmessage = ({ data }) => request(data);
