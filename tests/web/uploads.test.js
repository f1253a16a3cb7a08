/** Uploads in pieces: their order, breaks of the line, refusals, and cancelled ones. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { createUploads, RETRY_MS } from "../../web/js/net/uploads.js";

/** @typedef {import("../../web/js/types/feeds.js").SentFile} SentFile */
/** @typedef {{ method: string, path: string, bytes: number }} Request */

/** @param {number} status @param {unknown} body */
const answer = (status, body) => new Response(JSON.stringify(body), { status });
/** @param {number} status @param {string} code @param {object} [more] */
const refusal = (status, code, more = {}) =>
  answer(status, { error: { code, message: code, remedy: "wait" }, ...more });

/**
 * A server that takes uploads. `odd` may answer a request otherwise, or break it by throwing.
 *
 * @param {(request: Request, count: number) => Response | null} [odd]
 */
function serve(odd = () => null) {
  /** @type {Request[]} */
  const requests = [];
  /** @type {Map<string, number>} */
  const received = new Map();
  let [ids, ms] = [0, 0];
  /** @type {number[]} */
  const waits = [];
  /** @type {Map<number, SentFile>} */
  const files = new Map();
  /** @type {() => void} */
  let wake = () => {};
  /** @type {typeof fetch} */
  const request = async (path, options = {}) => {
    const { method = "GET", body, signal } = options;
    await Promise.resolve();
    signal?.throwIfAborted();
    const bytes = body instanceof ArrayBuffer ? body.byteLength : 0;
    const one = { method, path: String(path), bytes };
    requests.push(one);
    const given = odd(one, requests.length);
    if (given) return given;
    if (method === "POST") {
      ids += 1;
      return answer(201, { id: `upload/${ids}`, received: 0, piece_bytes: 1_000_000 });
    }
    const [id] = String(path).split("?");
    if (method === "PUT") received.set(id, (received.get(id) ?? 0) + bytes);
    return answer(200, { received: received.get(id) ?? 0 });
  };
  const uploads = createUploads({
    request,
    wait: async (time) => void waits.push(time),
    now: () => (ms += 10),
    onChange(file) {
      files.set(file.number, file);
      wake();
    },
  });
  return {
    uploads,
    requests,
    waits,
    files,
    received,
    /** @param {() => boolean} holds */
    async until(holds) {
      while (!holds()) await new Promise((next) => void (wake = () => next(null)));
    },
    /** @param {number} number @param {SentFile["status"]} status */
    reaches: (number, status) => () => files.get(number)?.status === status,
  };
}

/** @param {number} bytes */
const blob = (bytes) => new Blob([new Uint8Array(bytes)]);

test("a file is sent in pieces that grow up to the longest", async () => {
  const { uploads, requests, until, reaches, files } = serve();
  uploads.add(blob(2_800_000), "a.csv");
  assert.ok(uploads.isBusy());
  await until(reaches(1, "done"));
  assert.deepEqual(
    requests.map(({ method, path, bytes }) => [method, path, bytes]),
    [
      ["POST", "api/v1/uploads", 0],
      ["PUT", "api/v1/uploads/1?offset=0", 262_144],
      ["PUT", "api/v1/uploads/1?offset=262144", 524_288],
      ["PUT", "api/v1/uploads/1?offset=786432", 1_000_000],
      ["PUT", "api/v1/uploads/1?offset=1786432", 1_000_000],
      ["PUT", "api/v1/uploads/1?offset=2786432", 13_568],
    ],
  );
  assert.equal(files.get(1)?.sent, 2_800_000);
  assert.ok(!uploads.isBusy());
});

test("files are sent one after the other", async () => {
  const { uploads, requests, until, reaches, files } = serve();
  uploads.add(blob(10), "a.csv");
  uploads.add(blob(20), "b.csv");
  assert.equal(files.get(2)?.status, "waiting");
  await until(reaches(2, "done"));
  assert.deepEqual(
    requests.map(({ method, path }) => `${method} ${path}`),
    ["POST api/v1/uploads", "PUT api/v1/uploads/1?offset=0", "POST api/v1/uploads", "PUT api/v1/uploads/2?offset=0"],
  );
});

test("a broken piece is sent again, shorter, and goes on from what the server has", async () => {
  const { uploads, requests, waits, until, reaches, received } = serve((_, count) => {
    // The piece came, its answer did not.
    if (count === 2) {
      received.set("api/v1/uploads/1", 262_144);
      throw new TypeError("Failed to fetch");
    }
    return count === 3 ? refusal(409, "wrong_offset", { received: 262_144 }) : null;
  });
  uploads.add(blob(300_000), "a.csv");
  await until(reaches(1, "retrying"));
  await until(reaches(1, "done"));
  assert.deepEqual(waits, RETRY_MS.slice(0, 1));
  assert.deepEqual(
    requests.slice(1).map(({ path, bytes }) => [path.split("=")[1], bytes]),
    [
      ["0", 262_144],
      ["0", 131_072],
      ["262144", 37_856],
    ],
  );
});

test("a server that is gone for good fails the file, and the next one begins", async () => {
  const { uploads, waits, until, reaches, files } = serve(({ path }) => {
    if (path.startsWith("api/v1/uploads/1")) throw new TypeError("Failed to fetch");
    return null;
  });
  uploads.add(blob(10), "a.csv");
  uploads.add(blob(10), "b.csv");
  await until(reaches(1, "failed"));
  assert.deepEqual(waits, RETRY_MS);
  assert.equal(files.get(1)?.fault?.code, "not_reached");
  await until(reaches(2, "done"));
});

test("a refusal is shown at once, and the file can be sent again", async () => {
  let isFull = true;
  const { uploads, waits, requests, until, reaches, files } = serve(({ method }) =>
    isFull && method === "POST" ? refusal(507, "uploads_full") : null,
  );
  uploads.add(blob(10), "a.csv");
  await until(reaches(1, "failed"));
  assert.deepEqual([files.get(1)?.fault?.code, waits.length, requests.length], ["uploads_full", 0, 1]);
  isFull = false;
  uploads.again(1);
  await until(reaches(1, "done"));
});

test("a busy server is asked again", async () => {
  const { uploads, until, reaches, waits } = serve((_, count) =>
    count <= 2 ? refusal(503, "too_many_answers") : null,
  );
  uploads.add(blob(10), "a.csv");
  await until(reaches(1, "done"));
  assert.deepEqual(waits, RETRY_MS.slice(0, 2));
});

test("a cancelled file is removed from the server, and the next one begins", async () => {
  const { uploads, requests, until, reaches, files } = serve();
  uploads.add(blob(3_000_000), "a.csv");
  uploads.add(blob(10), "b.csv");
  await until(() => (files.get(1)?.sent ?? 0) > 0);
  uploads.cancel(1);
  await until(reaches(2, "done"));
  assert.ok(requests.some(({ method, path }) => method === "DELETE" && path === "api/v1/uploads/1"));
  assert.notEqual(files.get(1)?.status, "done");
  assert.ok(requests.filter(({ method, path }) => method === "PUT" && path.includes("uploads/1")).length < 4);
});

test("an answer that is none of this server is shown with its status", async () => {
  const { uploads, until, reaches, files } = serve(() => new Response("<html>", { status: 413 }));
  uploads.add(blob(10), "a.csv");
  await until(reaches(1, "failed"));
  assert.match(files.get(1)?.fault?.message ?? "", /413/);
  assert.match(files.get(1)?.fault?.remedy ?? "", /proxy/);
});

test("a file that cannot be read is reported", async () => {
  const { uploads, until, reaches, files } = serve();
  const gone = blob(10);
  gone.slice = () => Object.assign(blob(0), { arrayBuffer: () => Promise.reject(new Error("NotReadableError")) });
  uploads.add(gone, "folder");
  await until(reaches(1, "failed"));
  assert.equal(files.get(1)?.fault?.code, "not_read");
});
