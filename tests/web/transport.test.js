/** The transport buttons and the preview. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { initialState } from "../../web/js/state/model.js";
import { NO_PREVIEW, previewOf, previewPoints, takePreview } from "../../web/js/state/preview.js";
import { commandFor, limitedText, nextSpeed, stateText } from "../../web/js/state/transport.js";

const DAY_US = 86_400e6;

/** @param {object} [feed] @returns {any} */
const state = (feed) => ({
  ...initialState({ panes: [{ symbol: "AAPL", interval: "5m", compare: [] }] }),
  feed: {
    state: "paused",
    speed: 1,
    seekable: true,
    looping: false,
    skip_dead_time: false,
    timestamps: "original",
    name: "recording",
    start: 0,
    end: DAY_US,
    behind_us: 0,
    symbols_limited: 0,
    ...feed,
  },
});

test("the state says how late the feed plays, and how many symbols are limited", () => {
  /** @param {object} feed */
  const words = (feed) => [stateText(state(feed).feed), limitedText(state(feed).feed)];
  assert.deepEqual(words({ state: "playing" }), ["Playing", ""]);
  assert.deepEqual(words({ state: "playing", behind_us: 2e6 }), ["Playing, 2s behind", ""]);
  assert.deepEqual(words({ state: "paused", behind_us: 2e6 }), ["Paused", ""]);
  assert.deepEqual(words({ state: "playing", symbols_limited: 1 }), ["Playing", "1 symbol at its tick limit"]);
  assert.deepEqual(words({ state: "playing", behind_us: 90e6, symbols_limited: 3 }), [
    "Playing, 1m behind",
    "3 symbols at their tick limit",
  ]);
});

test("a button sends what the feed can do now", () => {
  assert.deepEqual(commandFor(state(), "play"), { command: "play" });
  assert.deepEqual(commandFor(state({ state: "playing" }), "play"), { command: "pause" });
  assert.deepEqual(commandFor(state(), "bar"), { command: "step", to: "bar", interval: "5m" });
  assert.deepEqual(commandFor(state(), "move"), { command: "step", to: "move", percent: 1, symbol: "AAPL" });
  assert.deepEqual(commandFor(state(), "restart"), { command: "seek", percent: 0 });
  assert.deepEqual(commandFor(state({ looping: true }), "loop"), { command: "loop", on: false });
  assert.deepEqual(commandFor(state(), "shift"), { command: "timestamps", timestamps: "shifted" });
  for (const over of ["ended", "failed", "seeking"]) assert.equal(commandFor(state({ state: over }), "event"), null);
  const simulation = state({ seekable: false, end: null });
  for (const button of /** @type {const} */ (["restart", "loop", "skip", "shift"]))
    assert.equal(commandFor(simulation, button), null);
  assert.equal(commandFor(state({ source: "simulation" }), "gap"), null);
  assert.deepEqual(commandFor(state({ source: "replay" }), "gap"), { command: "step", to: "gap" });
  assert.equal(commandFor(initialState(), "play"), null);
});

test("faster and slower go step by step, up to the limits", () => {
  assert.deepEqual(
    [nextSpeed(1, 1), nextSpeed(1, -1), nextSpeed(3, 1), nextSpeed(3, -1), nextSpeed("max", -1)],
    [2, 0.5, 5, 2, 3600],
  );
  assert.deepEqual([nextSpeed("max", 1), nextSpeed(0.1, -1)], ["max", 0.1]);
});

test("the timeline loads bars that it can show", () => {
  assert.equal(previewOf(state())?.interval, "5m");
  assert.equal(previewOf(state({ end: 60e6 }))?.interval, "1s");
  assert.equal(previewOf(state({ end: 30_000 * DAY_US }))?.interval, "1d");
  assert.equal(previewOf(state({ seekable: false })), null);
});

test("a preview stays known when its recording is played again", () => {
  const bar = (/** @type {number} */ ts, /** @type {number} */ close, volume = 1) => ({
    ts,
    open: 1,
    high: 1,
    low: 1,
    close,
    volume,
    closed: true,
  });
  const whole = takePreview(NO_PREVIEW, "a", [bar(0, 10, 4), bar(50, 30), bar(100, 20, 2)]);
  const again = takePreview(whole, "a", [bar(0, 10, 4)]);
  assert.equal(again.bars.size, 3);
  assert.equal(takePreview(again, "b", [bar(0, 1)]).bars.size, 1);
  assert.deepEqual(previewPoints(again, { start: 0, end: 200 }), [
    { at: 0, price: 0, volume: 1, isApart: false },
    { at: 0.25, price: 1, volume: 0.25, isApart: false },
    { at: 0.5, price: 0.5, volume: 0.5, isApart: false },
  ]);
  assert.deepEqual(previewPoints(NO_PREVIEW, { start: 0, end: 200 }), []);
  assert.deepEqual(previewPoints(again, { start: null, end: null }), []);
});
