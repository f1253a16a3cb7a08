/**
 * Sends files in pieces, one file after the other.
 *
 * After a break it goes on from the offset that the server tells. A piece is as long as the line allows: it doubles
 * while pieces are quick, and halves after each break, as the server waits for a piece only for a while.
 */

import { ApiFault, addressOf, answerOf, refusalOf } from "./feeds.js";

/** @typedef {import("../types/feeds.js").SentFile} SentFile */

const FIRST_PIECE_BYTES = 262_144;
const LEAST_PIECE_BYTES = 16_384;
/** The time in which a quick piece is sent. */
const QUICK_MS = 1000;
/** The waits before a piece is sent again. After the last one the upload fails. */
export const RETRY_MS = [500, 1000, 2000, 4000, 8000, 8000, 8000];
/** The errors after which the same request may succeed: the server is busy, or a proxy has lost it. */
const BUSY = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * @param {object} options
 * @param {typeof fetch} options.request
 * @param {(ms: number) => Promise<void>} options.wait
 * @param {() => number} options.now in milliseconds
 * @param {(file: SentFile) => void} options.onChange
 */
export function createUploads({ request, wait, now, onChange }) {
  let newest = 0;
  /** @type {{ blob: Blob, file: SentFile, stop: AbortController }[]} */
  let queue = [];
  let isSending = false;

  /** @param {(typeof queue)[number]} one @param {Partial<SentFile>} changes */
  function change(one, changes) {
    one.file = { ...one.file, ...changes };
    if (queue.includes(one)) onChange(one.file);
  }

  /**
   * Makes a request until it is answered, or too often in vain.
   *
   * @param {(typeof queue)[number]} one
   * @param {() => Promise<Response>} send
   * @param {() => void} onBreak
   */
  async function retried(one, send, onBreak) {
    for (let turn = 0; ; turn += 1) {
      try {
        return await answerOf(await send());
      } catch (fault) {
        one.stop.signal.throwIfAborted();
        const isFinal = fault instanceof ApiFault && !BUSY.has(fault.status);
        if (isFinal || turn >= RETRY_MS.length) throw fault;
        onBreak();
        change(one, { status: "retrying", fault: refusalOf(fault) });
        await wait(RETRY_MS[turn]);
        one.stop.signal.throwIfAborted();
      }
    }
  }

  /** @param {(typeof queue)[number]} one */
  async function begin(one) {
    const { name, bytes } = one.file;
    const body = JSON.stringify({ name, bytes });
    const headers = { accept: "application/json", "content-type": "application/json" };
    // Not stopped on the way: an upload whose id nobody knows could not be removed.
    const begun = await retried(
      one,
      () => request("api/v1/uploads", { method: "POST", headers, body }),
      () => {},
    );
    change(one, { id: begun.id, sent: begun.received, status: "sending", fault: null });
    return begun;
  }

  /** @param {(typeof queue)[number]} one */
  async function send(one) {
    const { signal } = one.stop;
    const { id, received, piece_bytes: most } = await begin(one);
    signal.throwIfAborted();
    let length = Math.min(FIRST_PIECE_BYTES, most);
    const shorter = () => void (length = Math.max(Math.min(LEAST_PIECE_BYTES, most), length >> 1));
    for (let offset = received; offset < one.file.bytes;) {
      const beganMs = now();
      const put = async () => {
        const body = await bytesOf(one.blob.slice(offset, offset + length));
        const address = `${addressOf(id)}?offset=${offset}`;
        return request(address, { method: "PUT", headers: { accept: "application/json" }, body, signal });
      };
      offset = await retried(one, put, shorter).then(
        (answer) => answer.received,
        (fault) => rightOffset(fault, offset),
      );
      if (now() - beganMs < QUICK_MS) length = Math.min(2 * length, most);
      change(one, { sent: offset, status: "sending", fault: null });
    }
    change(one, { status: "done" });
  }

  async function sendAll() {
    if (isSending) return;
    isSending = true;
    for (let one = next(); one; one = next()) {
      try {
        await send(one);
      } catch (fault) {
        if (one.stop.signal.aborted) void remove(one.file.id);
        else change(one, { status: "failed", fault: refusalOf(fault) });
      }
    }
    isSending = false;
  }

  const next = () => queue.find(({ file }) => file.status === "waiting");

  /** @param {string | null} id */
  async function remove(id) {
    if (id === null) return;
    // One that cannot be removed now is removed by the server, after a while without pieces.
    await request(addressOf(id), { method: "DELETE" }).catch(() => null);
  }

  return {
    /** Adds a file to the queue. @param {Blob} blob @param {string} name */
    add(blob, name) {
      newest += 1;
      /** @type {SentFile} */
      const file = { number: newest, name, bytes: blob.size, sent: 0, status: "waiting", id: null, fault: null };
      queue.push({ blob, file, stop: new AbortController() });
      onChange(file);
      void sendAll();
      return file;
    },

    /** Sends a file that has failed once more, from its beginning. @param {number} number */
    again(number) {
      const one = queue.find(({ file }) => file.number === number);
      if (one?.file.status !== "failed") return;
      void remove(one.file.id);
      change(one, { status: "waiting", id: null, sent: 0, fault: null });
      void sendAll();
    },

    /** Takes a file out of the queue, and what the server has of it. @param {number} number */
    cancel(number) {
      const one = queue.find(({ file }) => file.number === number);
      if (!one) return;
      queue = queue.filter((other) => other !== one);
      one.stop.abort();
      if (one.file.status === "failed") void remove(one.file.id);
    },

    /** Tells whether a file waits or is being sent. */
    isBusy: () => queue.some(({ file }) => file.status !== "done" && file.status !== "failed"),
  };
}

/** Reads a piece. A folder has none, and a file that has changed meanwhile is not read. @param {Blob} blob */
async function bytesOf(blob) {
  try {
    return await blob.arrayBuffer();
  } catch {
    throw new ApiFault(
      {
        code: "not_read",
        message: "the browser cannot read it any more",
        remedy: "a folder cannot be sent: choose the files in it. Choose a file again that has changed meanwhile",
      },
      0,
    );
  }
}

/** The offset to go on from, where that of a piece was wrong. @param {unknown} fault @param {number} offset */
function rightOffset(fault, offset) {
  const received = fault instanceof ApiFault && fault.refusal.code === "wrong_offset" ? fault.received : null;
  if (received === null || received === offset) throw fault;
  return received;
}
