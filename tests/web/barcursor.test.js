/** The cursor that reads a chart bar by bar: its keys and its words. Linked charts. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { barText, movedCursor } from "../../web/js/state/barcursor.js";
import { initialState } from "../../web/js/state/model.js";
import { reduce } from "../../web/js/state/reduce.js";
import { DEFAULT_SETTINGS } from "../../web/js/state/settings.js";

test("keys move the cursor within the bars, from the newest on", () => {
  const move = (/** @type {string} */ key, /** @type {number | null} */ at, count = 50) => movedCursor(key, at, count);
  assert.equal(move("ArrowLeft", null), 49, "the first key reads the newest");
  assert.equal(move("Home", null), 0);
  assert.deepEqual(
    [move("ArrowLeft", 20), move("ArrowRight", 20), move("PageUp", 20), move("PageDown", 20)],
    [19, 21, 10, 30],
  );
  assert.deepEqual([move("ArrowLeft", 0), move("PageDown", 45), move("Home", 20), move("End", 20)], [0, 49, 0, 49]);
  assert.equal(move("ArrowUp", 20), null);
  assert.equal(move("toString", 20), null);
  assert.equal(move("ArrowLeft", null, 0), null, "no bars");
});

test("a bar in words begins with what matters most", () => {
  const bar = { ts: 1_795_341_600_000_000, open: 10, high: 12, low: 9.5, close: 11, volume: 1500, closed: true };
  const bars = [{ ...bar, close: 10 }, bar, { ...bar, closed: false }];
  const instrument = /** @type {any} */ ({ price_decimals: 2, price_decimals_max: 2, size_decimals: 0 });
  const of = { instrument, interval: /** @type {const} */ ("1m") };
  assert.equal(
    barText(bars, 1, of),
    "2026-11-22 10:00, close 11.00, +10.00%, open 10.00, high 12.00, low 9.50, volume 1,500.",
  );
  assert.match(barText(bars, 0, of), /^2026-11-22 10:00, close 10\.00, open .* Oldest bar\.$/);
  assert.match(barText(bars, 2, of), /, forming, close .*\. Newest bar\.$/);
  assert.doesNotMatch(barText(bars, 1, { ...of, instrument: { ...instrument, basis: "bid" } }), /volume/);
});

/** @param {boolean} linked */
function charts(linked) {
  const settings = { ...DEFAULT_SETTINGS, linked, layout: /** @type {const} */ (2) };
  const panes = ["A", "B"].map((symbol, at) => ({
    symbol,
    interval: at === 0 ? /** @type {const} */ ("1m") : /** @type {const} */ ("5m"),
    compare: at === 1 ? ["C"] : [],
  }));
  return initialState({ settings, panes });
}
/** @param {import("../../web/js/state/model.js").State} state @param {any} wanted */
const chosen = (state, wanted) => reduce(state, { type: "choose", ...wanted }).state;
/** @param {import("../../web/js/state/model.js").State} state */
const shown = ({ panes }) => panes.map(({ symbol, interval, compare }) => [symbol, interval, ...compare].join(" "));

test("a symbol is for all charts only where they are linked", () => {
  assert.deepEqual(shown(chosen(charts(false), { symbol: "C" })), ["C 1m", "B 5m C"]);
  const linked = chosen(charts(true), { symbol: "C" });
  assert.deepEqual(shown(linked), ["C 1m", "C 5m"], "a chart does not compare a symbol with itself");
  assert.equal(chosen(linked, { symbol: "C" }), linked);
  assert.deepEqual(shown(chosen(charts(true), { symbol: "A" })), ["A 1m", "A 5m C"], "also the symbol it has");
  assert.deepEqual(shown(chosen(charts(true), { interval: "1h" })), ["A 1h", "B 5m C"]);
});
