/** Indicators against an independent library on the same bars; gaps; CSV. */

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { barsCsv } from "../../web/js/state/csv.js";
import { gaps } from "../../web/js/state/gaps.js";
import { bollinger, ema, indicators, rsi, sma, vwap } from "../../web/js/state/indicators.js";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
/** @type {any} */
const { BollingerBands, EMA, RSI, SMA, WSMA } = await import(require.resolve("trading-signals"));

/** A walk from a small generator, so that every run sees the same. */
function walk(count = 300) {
  let seed = 7;
  let price = 100;
  return Array.from({ length: count }, () => {
    seed = (seed * 48_271) % 2_147_483_647;
    price += (seed / 2_147_483_647 - 0.5) * 2;
    return Math.round(price * 100) / 100;
  });
}
const VALUES = walk();

/**
 * @param {readonly (number | null)[]} ours
 * @param {any} theirs
 * @param {(result: any) => number} [pick]
 */
function check(ours, theirs, pick = Number) {
  let compared = 0;
  VALUES.forEach((value, at) => {
    const result = theirs.update(value, false) ?? null;
    assert.equal(ours[at] === null, result === null, `known at ${at}`);
    if (result === null) return;
    compared += 1;
    assert.ok(Math.abs(Number(ours[at]) - pick(result)) < 1e-8, `${at}: ${ours[at]} and ${pick(result)}`);
  });
  assert.ok(compared > 250);
}

test("a simple average equals the library's", () => check(sma(VALUES, 20), new SMA(20)));
test("Bollinger bands equal the library's", () => {
  for (const name of /** @type {const} */ (["upper", "middle", "lower"])) {
    check(
      bollinger(VALUES, 20, 2).find((line) => line.name === name)?.values ?? [],
      new BollingerBands(20, 2),
      (result) => result[name],
    );
  }
});
test("relative strength equals the library's (Wilder)", () => check(rsi(VALUES, 14), new RSI(14, WSMA)));

test("an exponential average approaches the library's", () => {
  const ours = ema(VALUES, 20);
  const theirs = new EMA(20);
  const last = VALUES.map((value) => theirs.update(value, false)).at(-1);
  assert.deepEqual(ours.slice(0, 19), Array(19).fill(null));
  assert.ok(Math.abs(Number(ours[19]) - VALUES.slice(0, 20).reduce((a, b) => a + b) / 20) < 1e-9);
  assert.ok(Math.abs(Number(ours.at(-1)) - Number(last)) < 1e-6);
});

/** @param {number} ts @param {number} close @param {number} volume @returns {any} */
const bar = (ts, close, volume) => ({ ts, open: close, high: close, low: close, close, volume, closed: true });
const DAY = 86_400e6;

test("the volume-weighted average restarts each day", () => {
  assert.deepEqual(vwap([bar(0, 10, 0), bar(1, 10, 1), bar(2, 20, 3), bar(DAY, 50, 1)]), [null, 10, 17.5, 50]);
});

test("relative strength is 50 at rest, extreme in one direction", () => {
  assert.equal(rsi(Array(20).fill(5), 14).at(-1), 50);
  assert.equal(
    rsi(
      Array.from({ length: 20 }, (_, at) => at),
      14,
    ).at(-1),
    100,
  );
});

test("each indicator has a value or none for every bar", () => {
  const bars = VALUES.slice(0, 30).map((value, at) => bar(at * 60e6, value, 1));
  for (const { title, lines } of indicators(["sma", "ema", "vwap", "bollinger", "rsi"], bars)) {
    for (const { values } of lines) assert.equal(values.length, 30, title);
  }
  assert.deepEqual(indicators(["rsi"], [])[0].lines[0].values, []);
});

test("a gap is much longer than usual, a weekend is not", () => {
  const at = (/** @type {number[]} */ ...minutes) => minutes.map((minute) => ({ ts: minute * 60e6 }));
  assert.deepEqual(gaps(at(0, 1, 2, 12, 13), 60e6), [{ ts: 12 * 60e6, lengthUs: 9 * 60e6 }]);
  assert.deepEqual(gaps(at(0, 1, 2, 7), 60e6), []);
  assert.deepEqual(gaps(at(0, 10, 20, 30, 75), 60e6), []);
  assert.deepEqual(gaps([], 60e6), []);
});

test("CSV has the instrument's digits and no formulas", () => {
  const instrument = { price_decimals: 2, price_decimals_max: 4, size_decimals: 1 };
  const lines = barsCsv(
    '=A,"B"',
    [{ ts: 0, open: 1, high: 1.5, low: 0.1234, close: 1.1, volume: 2.5, closed: true }],
    instrument,
  ).split("\r\n");
  assert.equal(lines[0], "time,symbol,open,high,low,close,volume");
  assert.equal(lines[1], `1970-01-01T00:00:00.000Z,"'=A,""B""",1.00,1.50,0.1234,1.10,2.5`);
  assert.equal(barsCsv("A", [], undefined), "time,symbol,open,high,low,close,volume\r\n");
});
