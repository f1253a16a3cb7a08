/** Indicators against an independent library on the same bars, their settings; the volume profile; gaps; CSV. */

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { barsCsv } from "../../web/js/state/csv.js";
import { gaps } from "../../web/js/state/gaps.js";
import { atr, bollinger, ema, indicators, macd, rsi, sma, stochastic, vwap } from "../../web/js/state/indicators.js";
import { readAddress, writeAddress } from "../../web/js/state/address.js";
import { initialState } from "../../web/js/state/model.js";
import { DEFAULT_SETTINGS, validSettings } from "../../web/js/state/settings.js";
import {
  areStudies,
  STUDIES,
  STUDY_IDS,
  studyName,
  studyOf,
  studyTitle,
  withStudy,
} from "../../web/js/state/studies.js";
import { volumeProfile } from "../../web/js/state/volumeprofile.js";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
/** @type {any} */
const { ATR, BollingerBands, EMA, MACD, RSI, SMA, StochasticOscillator, WSMA } = await import(
  require.resolve("trading-signals")
);

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

/** Bars of that walk, each from its close before, with a gap now and then. */
const BARS = VALUES.map((close, at) => {
  const open = at === 0 ? close : VALUES[at - 1] + (at % 7 === 0 ? 1.5 : 0);
  return { open, high: Math.max(open, close) + (at % 5) / 4, low: Math.min(open, close) - (at % 3) / 2, close };
});

/**
 * @param {readonly (number | null)[]} ours
 * @param {any} theirs
 * @param {(result: any) => number} [pick]
 * @param {readonly any[]} [inputs]
 */
function check(ours, theirs, pick = Number, inputs = VALUES) {
  let compared = 0;
  inputs.forEach((value, at) => {
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

test("MACD equals the library's", () => {
  for (const [fast, slow, signal] of [
    [12, 26, 9],
    [5, 35, 5],
  ]) {
    const ours = macd(VALUES, fast, slow, signal);
    for (const name of /** @type {const} */ (["macd", "signal", "histogram"]))
      check(ours[name], new MACD(new EMA(fast), new EMA(slow), new EMA(signal)), (result) => result[name]);
  }
});
test("the average true range equals the library's (Wilder)", () => {
  for (const period of [14, 3]) check(atr(BARS, period), new ATR(period), Number, BARS);
});
test("the stochastic equals the library's", () => {
  for (const [period, smooth, signal] of [
    [14, 3, 3],
    [5, 1, 2],
  ]) {
    const theirs = () => new StochasticOscillator({ kPeriod: period, kSlowingPeriod: smooth, dPeriod: signal });
    const { k, d } = stochastic(BARS, period, smooth, signal);
    check(d, theirs(), ({ stochD }) => stochD, BARS);
    // The library has no %K before the first %D.
    const known = k.map((value, at) => (d[at] === null ? null : value));
    check(known, theirs(), ({ stochK }) => stochK, BARS);
  }
  assert.equal(stochastic(Array(20).fill({ high: 5, low: 5, close: 5 }), 14, 3, 3).d.at(-1), 50, "at rest");
});

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
  for (const count of [30, 5, 1]) {
    for (const { title, lines } of indicators(STUDY_IDS, bars.slice(0, count)))
      for (const { values } of lines) assert.equal(values.length, count, `${title} of ${count}`);
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

test("the numbers and colour of an indicator are kept as a short text", () => {
  const set = withStudy([], "bollinger", { values: [30, 2.5], colour: 3 });
  assert.deepEqual(set, ["bollinger-30-2.5_3"]);
  assert.deepEqual(studyOf(set, "bollinger"), { values: [30, 2.5], colour: 3 });
  assert.deepEqual(studyOf(set, "macd"), { values: [12, 26, 9], colour: null });
  const two = withStudy(set, "vwap", { values: [], colour: 0 });
  assert.deepEqual(two, ["bollinger-30-2.5_3", "vwap_0"]);
  assert.deepEqual(
    withStudy(two, "bollinger", { values: [20, 2], colour: null }),
    ["vwap_0"],
    "the usual needs no text",
  );
  const [{ title, colour, lines }] = indicators(["bollinger"], [], set);
  assert.deepEqual([title, colour, lines[0].title], ["Bollinger 30, 2.5", 3, "Bollinger 30, 2.5"]);
  assert.equal(studyTitle("macd", [12, 26, 9]), "MACD 12, 26, 9");
  assert.equal(new Set(STUDY_IDS.map(studyName)).size, STUDY_IDS.length);
});

test("invalid numbers of indicators are dropped", () => {
  for (const bad of [
    "sma",
    ["sma-0"],
    ["sma-1.5"],
    ["sma-501"],
    ["sma-20-3"],
    ["toString-1"],
    ["sma-20_5"],
    ["sma-30", "sma-40"],
    [7],
  ])
    assert.equal(areStudies(bad), false, JSON.stringify(bad));
  assert.equal(areStudies(["sma-30", "bollinger-20-0.1", "vwap_4"]), true);
  assert.deepEqual(validSettings({ studies: ["sma-0"] }), {});
  for (const { fields } of Object.values(STUDIES))
    for (const { first, least, most } of fields) assert.ok(first >= least && first <= most);
});

test("the indicators of a link have their numbers", () => {
  const settings = {
    ...DEFAULT_SETTINGS,
    indicators: /** @type {const} */ (["sma", "macd"]),
    studies: ["macd-5-35-5_2"],
  };
  const link = writeAddress(initialState({ settings }));
  assert.match(link, /studies=macd-5-35-5_2/);
  assert.deepEqual(readAddress(link).settings.studies, settings.studies);
  assert.deepEqual(readAddress("?symbol=A").settings.studies, []);
});

/** @param {number} low @param {number} high @param {number} volume @param {number} [close] */
const traded = (low, high, volume, close = high) => ({ open: low, low, high, close, volume });

test("a bar's volume is spread over its prices, and no volume is lost", () => {
  const profile = volumeProfile([traded(0, 10, 100), { ...traded(4, 6, 60, 4), open: 6 }], { rows: 10, percent: 70 });
  assert.deepEqual(
    profile?.rows.map(({ up, down }) => [Math.round(up), Math.round(down)]),
    [...Array(4).fill([10, 0]), [10, 60], ...Array(5).fill([10, 0])].map((row, at) =>
      at === 4 || at === 5 ? [10, 30] : row,
    ),
  );
  const bars = BARS.map((bar, at) => ({ ...bar, volume: at % 11 }));
  const rows = volumeProfile(bars, { rows: 24, percent: 70 })?.rows ?? [];
  const sum = rows.reduce((all, { up, down }) => all + up + down, 0);
  assert.equal(rows.length, 24);
  assert.ok(Math.abs(sum - bars.reduce((all, { volume }) => all + volume, 0)) < 1e-6, `${sum}`);
});

test("the value area grows from the row with the most volume", () => {
  const bars = [1, 2, 10, 4, 3].map((volume, at) => traded(at + 0.25, at + 0.75, volume));
  // The first and the last price make the scale a little narrower than five rows of 1.
  const of = (/** @type {number} */ percent) => volumeProfile(bars, { rows: 5, percent });
  assert.deepEqual([of(50)?.control, of(50)?.area], [2, [2, 2]]);
  assert.deepEqual(of(70)?.area, [2, 3]);
  assert.deepEqual(of(85)?.area, [2, 4]);
  assert.deepEqual(of(100)?.area, [0, 4]);
});

test("a profile needs volume, and one price makes one row", () => {
  assert.equal(volumeProfile([], { rows: 24, percent: 70 }), null);
  assert.equal(volumeProfile([traded(1, 2, 0)], { rows: 24, percent: 70 }), null);
  const flat = volumeProfile([traded(5, 5, 7)], { rows: 24, percent: 70 });
  assert.deepEqual([flat?.rows.length, flat?.rows[0].up, flat?.area], [1, 7, [0, 0]]);
});
