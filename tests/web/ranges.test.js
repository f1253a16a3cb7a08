/** The ranges of a chart. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { initialState } from "../../web/js/state/model.js";
import { rangeFault, rangeInterval, rangeStart } from "../../web/js/state/ranges.js";

const HOUR_US = 3_600_000_000;
const START = 1_768_000_000_000_000;

/** @param {object} feed @param {number} hours that have played @param {string | null} [from] the bars of the file */
function state(feed, hours, from = null) {
  const instrument = /** @type {any} */ ({ symbol: "A", synthesised_from: from });
  const pane = { symbol: "A", interval: /** @type {const} */ ("1d"), compare: [] };
  return /** @type {any} */ ({
    ...initialState({ panes: [pane] }),
    feed,
    marketUs: START + hours * HOUR_US,
    instruments: new Map([["A", instrument]]),
  });
}
const REPLAY = { source: "replay", start: START };

test("a range has bars that fit into it", () => {
  const long = state(REPLAY, 20_000);
  assert.deepEqual(
    /** @type {const} */ (["1D", "5D", "1M", "6M", "1Y", "All"]).map((id) => rangeInterval(long, id)),
    ["5m", "15m", "1h", "1d", "1d", "1d"],
  );
});

test("a file of longer bars gives a range its own", () => {
  assert.equal(rangeInterval(state(REPLAY, 20_000, "1h"), "1D"), "1h");
  assert.equal(rangeInterval(state(REPLAY, 20_000, "1d"), "1D"), "1d");
});

test("all of a short recording has short bars", () => {
  assert.equal(rangeInterval(state(REPLAY, 0.5), "All"), "15s");
  assert.equal(rangeInterval(state(REPLAY, 20), "All"), "5m");
});

test("a range is refused where a shorter one has everything", () => {
  const short = state(REPLAY, 30);
  assert.equal(rangeFault(short, "1D"), null);
  assert.equal(rangeFault(short, "5D"), null);
  assert.equal(rangeFault(short, "1M"), "The data goes back 1d only");
  assert.equal(rangeFault(short, "All"), null);
});

test("a simulated market may have bars from before its start", () => {
  assert.equal(rangeFault(state({ source: "simulation", start: START }, 1), "1Y"), null);
});

test("a range ends now", () => {
  assert.equal(rangeStart(state(REPLAY, 48), "1D"), START + 24 * HOUR_US);
  assert.equal(rangeStart(state(REPLAY, 48), "All"), -Infinity);
});
