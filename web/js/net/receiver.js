/**
 * Receives for the page, on a thread of its own: holds the WebSocket, decodes its messages, passes them on in batches.
 *
 * The page gets a batch when it has taken the one before. Meanwhile updates are conflated. Messages are acknowledged as
 * they come; where the page takes long, only when it has taken them, so that the server stops in time.
 *
 * Not here: when to reconnect (`socket.js`), and the thread (`worker.js`).
 */

import { createAcknowledger } from "./acknowledge.js";
import { createConflater } from "./conflater.js";
import { createPacker, isPacked } from "./packing.js";
import { decode, encode } from "./wire.js";

/** @typedef {import("./conflater.js").Entry} Entry */
/** @typedef {import("./packing.js").PackedMessage} PackedMessage */
/** @typedef {import("../types/protocol.js").Server} Message */
/** @typedef {{ epoch: number, symbols: any[] }} SymbolTable */
/**
 * A request of the page. `connection` is its number of the connection.
 *
 * @typedef {{ type: "open", connection: number, url: string, protocols: string[] } |
 *   { type: "send", connection: number, text: string } | { type: "close", connection: number } |
 *   { type: "taken", connection: number } | { type: "symbols", list: SymbolTable }} Request
 */
/** @typedef {Omit<Entry, "message"> & { message: Message | PackedMessage }} PackedEntry */
/**
 * An answer to the page. A batch that is `urgent` comes besides the one that the page is taking. `receivedMs` is when its newest
 * message came.
 *
 * @typedef {{ type: "batch", connection: number, entries: PackedEntry[], lost: string[], urgent: boolean,
 *   receivedMs: number } | { type: "closed", connection: number }} Answer
 */
/** @typedef {import("./socket.js").SocketLike & { binaryType?: string }} SocketLike */

/** @typedef {{ reset(): void, setSymbols(list: any): void, decode(frame: unknown): Message | null }} Decoder */

/** The time after which a page that has not taken a batch takes long. */
export const LONG_MS = 500;

/**
 * @param {object} options
 * @param {(url: string, protocols: string[]) => SocketLike} options.open makes a new WebSocket
 * @param {(answer: Answer, transfer: ArrayBuffer[]) => void} options.post
 * @param {(onLost: (symbols: string[]) => void) => Decoder} options.createDecoder for the binary format
 * @param {() => number} options.now milliseconds that never go back, the same on both threads
 */
export function createReceiver({ open, post, createDecoder, now }) {
  /** @type {SocketLike | null} */
  let socket = null;
  let connection = 0;
  let conflater = createConflater();
  let pack = createPacker();
  /** Symbols that need a snapshot. @type {string[]} */
  let lost = [];
  /** When the page got the batch that it is taking. @type {number | null} */
  let postedMs = null;
  /** When the newest message came. */
  let receivedMs = now();
  /** Messages that are acknowledged when the page has taken the batch. @type {(Message | null)[]} */
  let unacknowledged = [];

  const acknowledger = createAcknowledger((message) => socket?.send(encode(message)));
  const decoder = createDecoder((symbols) => void lost.push(...symbols));

  /** @param {PackedEntry[]} entries @param {boolean} urgent */
  function postBatch(entries, urgent) {
    const buffers = entries.flatMap(({ message }) => {
      if (!isPacked(message)) return [];
      return [message.quotes.symbols.buffer, message.quotes.values.buffer];
    });
    post({ type: "batch", connection, entries, lost: urgent ? [] : lost, urgent, receivedMs }, buffers);
  }

  const takeHeld = () => conflater.take().map((entry) => packed(entry, pack));

  /** Posts what is held, if the page has taken the batch before. */
  function postHeld() {
    if (postedMs !== null || (conflater.isEmpty() && lost.length === 0)) return;
    postBatch(takeHeld(), false);
    lost = [];
    postedMs = now();
  }

  /** @param {unknown} frame */
  function receive(frame) {
    receivedMs = now();
    const message = decode(frame) ?? decoder.decode(frame);
    if (message)
      hold(message, typeof frame === "string" ? frame.length : /** @type {ArrayBuffer} */ (frame).byteLength);
    unacknowledged.push(message);
    if (postedMs === null || now() - postedMs < LONG_MS) acknowledge();
    postHeld();
  }

  /** @param {Message} message @param {number} bytes */
  function hold(message, bytes) {
    if (message.type === "hello") acknowledger.opened();
    // An answer about the clock is worth nothing when it has waited.
    if (message.type === "time") postBatch([{ message, bytes, messages: 1, updates: 0 }], true);
    else if (message.type !== "probe") conflater.add(message, bytes);
  }

  function acknowledge() {
    unacknowledged.splice(0).forEach(acknowledger.handled);
  }

  function drop() {
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close();
    socket = null;
  }

  /** @param {Extract<Request, { type: "open" }>} request */
  function connect(request) {
    drop();
    ({ connection } = request);
    conflater = createConflater();
    pack = createPacker();
    lost = [];
    unacknowledged = [];
    postedMs = null;
    acknowledger.opening();
    decoder.reset();
    const opened = open(request.url, request.protocols);
    socket = opened;
    opened.binaryType = "arraybuffer";
    opened.onmessage = ({ data }) => receive(data);
    opened.onclose = () => {
      socket = null;
      // What came before the end, such as its announcement.
      if (!conflater.isEmpty()) postBatch(takeHeld(), false);
      post({ type: "closed", connection }, []);
    };
    // A close event follows each error event.
    opened.onerror = () => {};
  }

  function taken() {
    postedMs = null;
    acknowledge();
    postHeld();
  }

  /** @param {Request} request */
  return function request(request) {
    if (request.type === "open") return connect(request);
    if (request.type === "symbols") {
      decoder.setSymbols(request.list);
      return postHeld();
    }
    // A late request about a connection before this one.
    if (request.connection !== connection) return;
    if (request.type === "send") socket?.send(request.text);
    if (request.type === "taken") taken();
    if (request.type === "close") drop();
  };
}

/** @param {Entry} entry @param {ReturnType<typeof createPacker>} pack @returns {PackedEntry} */
function packed(entry, pack) {
  const { message } = entry;
  if (message.type !== "update" && message.type !== "snapshot") return entry;
  return { ...entry, message: { ...message, quotes: pack(message.quotes) } };
}
