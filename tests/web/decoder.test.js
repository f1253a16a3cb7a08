/** The binary decoder, checked against the JSON fixtures of the same messages. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createDecoder } from "../../web/js/net/binary/decoder.js";

const FIXTURES = new URL("../fixtures/wire/", import.meta.url);

/** @param {string} name */
const text = (name) => readFileSync(new URL(name, FIXTURES), "utf8");
/** @param {string} name */
const message = (name) => JSON.parse(text(`${name}.json`));
/** @param {string} name */
function frame(name) {
  const bytes = Buffer.from(text(`${name}.bin.hex`).replaceAll(/\s/g, ""), "hex");
  return new Uint8Array(bytes).buffer;
}

const LIST = {
  epoch: 1795341600000,
  symbols: [
    { symbol: "AAPL", price_decimals_max: 2, size_decimals: 0 },
    { symbol: "EURUSD", price_decimals_max: 5, size_decimals: 0 },
    { symbol: "NEW", price_decimals_max: 2, size_decimals: 0 },
  ],
};

function client() {
  /** @type {string[][]} */
  const lost = [];
  const decoder = createDecoder({ onLost: (symbols) => void lost.push(symbols) });
  return { lost, decoder };
}

test("each binary fixture decodes to its JSON fixture", () => {
  const { decoder, lost } = client();
  decoder.setSymbols(LIST);
  for (const name of [
    "snapshot",
    "update",
    "bars_snapshot",
    "bars_update",
    "trades_snapshot",
    "trades_update",
    "depth_snapshot",
    "depth_update",
    "depth_one_side",
    "heartbeat",
  ]) {
    assert.deepEqual(decoder.decode(frame(name)), message(name), name);
  }
  assert.deepEqual(lost, []);
});

test("quotes before the list of symbols are lost until it comes", () => {
  const { decoder, lost } = client();
  assert.equal(decoder.decode(frame("snapshot")), null);
  assert.equal(decoder.decode(frame("update")), null);
  assert.equal(decoder.decode(frame("bars_update")), null);
  assert.deepEqual(decoder.decode(frame("heartbeat")), message("heartbeat"));
  assert.deepEqual(lost, []);
  decoder.setSymbols(LIST);
  assert.deepEqual(lost, [["*"]]);
});

test("a step without its state is left out and lost once", () => {
  const { decoder, lost } = client();
  decoder.setSymbols(LIST);
  const { quotes } = message("update");
  for (let n = 0; n < 2; n += 1)
    assert.deepEqual(/** @type {any} */ (decoder.decode(frame("update"))).quotes, [quotes[1]]);
  assert.deepEqual(lost, [["AAPL"]]);
  assert.deepEqual(decoder.decode(frame("snapshot")), message("snapshot"));
  assert.deepEqual(decoder.decode(frame("update")), message("update"));
  assert.deepEqual(
    /** @type {any} */ (decoder.decode(frame("update"))).quotes,
    [quotes[1]],
    "a step applied twice is seen",
  );
  assert.deepEqual(lost, [["AAPL"], ["AAPL"]]);
});

test("a new connection starts without states", () => {
  const { decoder, lost } = client();
  decoder.setSymbols(LIST);
  decoder.decode(frame("snapshot"));
  decoder.reset();
  decoder.decode(frame("update"));
  assert.deepEqual(lost, [["AAPL"]]);
});

test("decoding never throws", () => {
  const { decoder } = client();
  decoder.setSymbols(LIST);
  for (const odd of ["{}", null, 7, new ArrayBuffer(0), new ArrayBuffer(20), new Uint8Array(300).fill(255).buffer]) {
    assert.equal(decoder.decode(odd), null);
  }
  for (const name of ["snapshot", "update", "bars_update", "trades_update", "depth_update", "heartbeat"]) {
    const whole = frame(name);
    for (let end = 0; end < whole.byteLength; end += 1)
      assert.equal(decoder.decode(whole.slice(0, end)), null, `${name} cut at ${end}`);
  }
});
