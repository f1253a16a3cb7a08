/**
 * The page's side of the thread that receives: a WebSocket whose messages are batches.
 *
 * Not here: the other side (`receiver.js`).
 */

import { createUnpacker, isPacked } from "./packing.js";

/** @typedef {import("./receiver.js").Answer} Answer */
/** @typedef {import("./receiver.js").Request} Request */
/** @typedef {import("./conflater.js").Entry} Entry */
/** @typedef {import("./socket.js").SocketLike} SocketLike */
/** @typedef {{ entries: Entry[], lost: string[], urgent: boolean, receivedMs: number }} Batch */
/**
 * The used part of a Worker.
 *
 * @typedef {{ postMessage(request: Request): void, onmessage: ((event: any) => void) | null }} WorkerLike
 */

/** @param {WorkerLike} worker @param {number} opened the number of connections that were opened already */
export function createRemote(worker, opened) {
  let connection = opened;
  let unpack = createUnpacker();
  /** @type {SocketLike | null} */
  let socket = null;

  worker.onmessage = (/** @type {{ data: Answer }} */ { data: answer }) => {
    // A late answer about a connection before this one.
    if (answer.connection !== connection) return;
    if (answer.type === "closed") return socket?.onclose?.({});
    const { lost, urgent, receivedMs } = answer;
    const entries = answer.entries.map(({ message, ...entry }) => ({
      ...entry,
      message: isPacked(message) ? { ...message, quotes: unpack(message.quotes) } : message,
    }));
    socket?.onmessage?.({ data: { entries, lost, urgent, receivedMs } });
  };

  /** @returns {SocketLike} */
  function attach() {
    const own = connection;
    unpack = createUnpacker();
    socket = {
      send: (text) => worker.postMessage({ type: "send", connection: own, text }),
      close: () => worker.postMessage({ type: "close", connection: own }),
      onmessage: null,
      onclose: null,
      onerror: null,
    };
    return socket;
  }

  return {
    /** Takes the connection that was opened before this side was here. */
    attach,

    /** @param {string} url @param {string[]} protocols */
    open(url, protocols) {
      connection += 1;
      worker.postMessage({ type: "open", connection, url, protocols });
      return attach();
    },

    /** Tells that the page has taken the batch, and may get the next one. */
    taken: () => worker.postMessage({ type: "taken", connection }),

    /** @param {import("./receiver.js").SymbolTable} list the symbols of an epoch, in their order */
    setSymbols: (list) => worker.postMessage({ type: "symbols", list }),
  };
}
