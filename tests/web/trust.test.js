/** Tests for what the page tells about a replay's files: assumptions, doubts, rejected rows, zone and moved times. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { initialState } from "../../web/js/state/model.js";
import { recordedUs, trustOf, zoneDoubt, zoneLabel } from "../../web/js/state/trust.js";

const ZONE = { file: "a.csv", what: "times are UTC", why: "they name no zone", flag: "--tz" };
const SYMBOL = { file: "a.csv", what: "the symbol is A", why: "it is the file's name", flag: "--symbol" };
const DOUBT = { file: "a.csv", code: "x", what: "two prices", lines: [], played: "all", other: "one", flag: null };

/** @param {object} feed @param {object} [reading] */
const stateOf = (feed, reading = {}) => ({
  ...initialState(),
  feed: /** @type {any} */ ({ source: "replay", rows_rejected: 0, timestamps: "original", time_shift_us: 0, ...feed }),
  reading: { assumptions: [], warnings: [], ...reading },
});

test("a replay without remarks has no badge, and a simulation has none", () => {
  assert.equal(trustOf(stateOf({})), null);
  assert.equal(trustOf(stateOf({ source: "simulation" }, { assumptions: [ZONE] })), null);
  assert.equal(trustOf(initialState()), null);
});

test("the badge counts what there is, doubts first", () => {
  const only = trustOf(stateOf({}, { assumptions: [ZONE, SYMBOL] }));
  assert.deepEqual([only?.text, only?.isDoubtful], ["2 assumed", false]);
  assert.equal(only?.title, "2 assumptions of the files: open the panel");
  const all = trustOf(stateOf({ rows_rejected: 1 }, { assumptions: [ZONE], warnings: [DOUBT] }));
  assert.deepEqual([all?.text, all?.isDoubtful], ["1 warning · 1 row rejected · 1 assumed", true]);
  assert.equal(all?.title, "1 warning, 1 rejected row, 1 assumption of the files: open the panel");
  assert.equal(trustOf(stateOf({ rows_rejected: 12_000 }))?.text, "12.0K rows rejected");
});

test("an assumed zone is marked, and tells the flag", () => {
  assert.equal(zoneLabel(stateOf({}, { assumptions: [SYMBOL] }), 0), "UTC");
  const doubtful = stateOf({}, { assumptions: [SYMBOL, ZONE] });
  assert.equal(zoneLabel(doubtful, 0), "UTC?");
  assert.match(zoneDoubt(doubtful).title, /--tz/);
  const settings = { ...doubtful.settings, zone: "America/New_York" };
  assert.equal(zoneLabel({ ...doubtful, settings }, 0), "EST?");
});

test("a moved time is shown as it was recorded", () => {
  const moved = stateOf({ timestamps: "shifted", time_shift_us: 5_000_000 });
  assert.equal(recordedUs(moved, 7_000_000), 2_000_000);
  assert.equal(recordedUs(moved, null), null);
  assert.equal(recordedUs(stateOf({ time_shift_us: 0 }), 7_000_000), null);
});
