/** The loader retries, and only the newest request counts. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { createApi } from "../../web/js/net/api.js";
import { createLoader } from "../../web/js/net/loader.js";

test("the loader retries until the symbols come", async () => {
  let calls = 0;
  /** @type {any} */
  const get = async () =>
    ++calls < 3 ? { ok: false, status: 503 } : { ok: true, json: async () => ({ epoch: 4, symbols: [] }) };
  /** @type {string[]} */
  const faults = [];
  /** @type {any} */
  let list = null;
  const catalog = createLoader({
    api: createApi(get),
    onSymbols: (answer) => (list = answer),
    onCloses: () => {},
    onFault: ({ message }) => faults.push(message),
    wait: async () => {},
  });
  await catalog.loadSymbols();
  assert.deepEqual(list, { epoch: 4, symbols: [] });
  assert.deepEqual(faults, ["api/v1/symbols answered 503", "api/v1/symbols answered 503"]);
});

test("only the newest request for closes is answered", async () => {
  /** @type {string[]} */
  const requested = [];
  /** @type {any} */
  const get = async (/** @type {string} */ path) => {
    requested.push(path);
    return { ok: true, json: async () => ({ epoch: 4, series: [] }) };
  };
  /** @type {string[]} */
  const answered = [];
  const catalog = createLoader({
    api: createApi(get),
    onSymbols: () => {},
    onCloses: (_, interval) => answered.push(interval),
    onFault: () => {},
    wait: async () => {},
  });
  await Promise.all([catalog.loadCloses(["A&B", "C"], "1m"), catalog.loadCloses(["A&B", "C"], "1d")]);
  assert.deepEqual(answered, ["1d"]);
  assert.equal(requested[1], "api/v1/bars?symbols=A%26B,C&interval=1d&limit=40");
});

test("a dropped request is neither answered nor retried", async () => {
  let calls = 0;
  /** @type {any} */
  const get = async () => ({ ok: (calls += 1) > 1, status: 503, json: async () => ({ epoch: 4, symbols: [] }) });
  let answers = 0;
  const catalog = createLoader({
    api: createApi(get),
    onSymbols: () => (answers += 1),
    onCloses: () => {},
    onFault: () => catalog.drop(),
    wait: async () => {},
  });
  await catalog.loadSymbols();
  assert.deepEqual([calls, answers], [1, 0]);
});
