/** Formatting of numbers, times and lines. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { points } from "../../web/js/chart/sparkline.js";
import {
  countText,
  decimalText,
  direction,
  percentText,
  priceText,
  signedText,
  sizeText,
  volumeText,
} from "../../web/js/lib/number.js";
import {
  ageText,
  barTimeText,
  clockText,
  dateText,
  intervalUs,
  isInterval,
  preciseClockText,
  speedText,
} from "../../web/js/lib/time.js";

/**
 * @template {unknown[]} Input
 * @param {(...input: Input) => unknown} write
 * @param {[...Input, unknown][]} table
 */
function check(write, table) {
  for (const row of table) {
    const input = /** @type {Input} */ (/** @type {unknown} */ (row.slice(0, -1)));
    assert.equal(write(...input), row.at(-1), JSON.stringify(input));
  }
}

test("a price has its decimals, groups and a true minus", () => {
  check(
    (/** @type {number} */ value, /** @type {number} */ decimals) => decimalText(value, decimals),
    [
      [227.3, 2, "227.30"],
      [98345.1, 2, "98,345.10"],
      [1.0419, 5, "1.04190"],
      [-37.63, 2, "−37.63"],
      [0, 2, "0.00"],
      [5948, 0, "5,948"],
    ],
  );
});

test("an unknown value is a dash", () => {
  check(
    (/** @type {number | null} */ value, /** @type {number} */ decimals) => decimalText(value, decimals),
    [
      [null, 2, "–"],
      [NaN, 2, "–"],
    ],
  );
  check(percentText, [
    [null, "–"],
    [Infinity, "–"],
  ]);
  check(volumeText, [[null, 0, "–"]]);
});

test("a change has its sign, and none when it rounds to 0", () => {
  check(
    (/** @type {number} */ value, /** @type {number} */ decimals) => signedText(value, decimals),
    [
      [1.05, 2, "+1.05"],
      [-1.05, 2, "−1.05"],
      [0, 2, "0.00"],
      [0.001, 2, "0.00"],
      [-0.001, 2, "0.00"],
    ],
  );
  check(percentText, [
    [0.543, "+0.54%"],
    [-12.3456, "−12.35%"],
  ]);
});

test("volumes are short", () => {
  check(volumeText, [
    [0, 0, "0"],
    [950, 0, "950"],
    [9999, 0, "9,999"],
    [12345, 0, "12.3K"],
    [123456, 0, "123K"],
    [1203400, 0, "1.20M"],
    [32.5e6, 0, "32.5M"],
    [4.5e9, 0, "4.50B"],
    [0.12345678, 8, "0.123"],
    [1.5, 8, "1.500"],
  ]);
  check(countText, [
    [0, "0"],
    [9999, "9,999"],
    [48210, "48.2K"],
  ]);
});

test("a size keeps its significant digits", () => {
  check(sizeText, [
    [100, 0, "100"],
    [12345, 0, "12,345"],
    [250000, 0, "250K"],
    [0.5, 8, "0.5000"],
    [0.00001234, 8, "0.00001234"],
    [0, 8, "0.0000"],
  ]);
});

test("a direction is that of the sign", () => {
  check(direction, [
    [1, "up"],
    [-1, "down"],
    [0, "flat"],
    [null, "flat"],
    [undefined, "flat"],
  ]);
});

test("times are UTC in any time zone", () => {
  const us = 1_795_341_600_990_000;
  check(dateText, [[us, "2026-11-22"]]);
  check(clockText, [[us, "10:00:00"]]);
  check(preciseClockText, [[us, "10:00:00.990"]]);
  const barText = (/** @type {number} */ at, /** @type {import("../../web/js/lib/time.js").Interval} */ interval) =>
    barTimeText(at, interval);
  check(barText, [
    [us, "1d", "2026-11-22"],
    [us, "1m", "2026-11-22 10:00"],
    [us, "5s", "2026-11-22 10:00:00"],
    [-86_400_000_000, "1d", "1969-12-31"],
  ]);
});

test("an age is in its largest whole unit", () => {
  check(ageText, [
    [0, "0s"],
    [-5, "0s"],
    [59.9e6, "59s"],
    [60e6, "1m"],
    [3599e6, "59m"],
    [7200e6, "2h"],
    [3 * 86_400e6, "3d"],
  ]);
});

test("a speed is a factor or max", () => {
  check(speedText, [
    [1, "1×"],
    [2.5, "2.5×"],
    [86400, "86,400×"],
    ["max", "max"],
  ]);
});

test("intervals are those of the protocol", () => {
  check(isInterval, [
    ["1m", true],
    ["2m", false],
    ["toString", false],
    [null, false],
  ]);
  check(intervalUs, [
    ["1s", 1e6],
    ["1d", 86_400e6],
  ]);
});

test("a sparkline fills its box, or its middle if closes are equal", () => {
  assert.equal(points([{ close: 1 }, { close: 3 }, { close: 2 }]), "0.0,16.0 26.0,2.0 52.0,9.0");
  assert.equal(points([{ close: 5 }, { close: 5 }]), "0.0,9.0 52.0,9.0");
  assert.equal(points([{ close: 5 }]), "");
});

test("a price has more than its usual digits only where needed", () => {
  const stock = { price_decimals: 2, price_decimals_max: 4 };
  for (const [value, expected] of /** @type {const} */ ([
    [430.47, "430.47"],
    [438.1799, "438.1799"],
    [127, "127.00"],
    [null, "–"],
  ])) {
    assert.equal(priceText(value, stock), expected);
  }
});
