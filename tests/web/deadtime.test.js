/** Tests for stretches of a recording without data: how the preview shows them, and when a skip is offered. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { dayTimeText } from "../../web/js/lib/time.js";
import { nextData } from "../../web/js/state/deadtime.js";
import { initialState } from "../../web/js/state/model.js";
import { previewOf, previewPoints } from "../../web/js/state/preview.js";

const at = (/** @type {string} */ text) => Date.parse(`2016-06-${text}:00Z`) * 1000;
const FEED = /** @type {any} */ ({
  source: "replay",
  name: "days.csv",
  seekable: true,
  state: "playing",
  speed: 60,
  skip_dead_time: false,
  start: at("13T09:30"),
  end: at("15T16:00"),
});

/** Five-minute bars of three days from 9:30 to 16:00. */
const BARS = new Map(
  ["13", "14", "15"].flatMap((day) =>
    Array.from({ length: 78 }, (_, slot) => {
      const ts = at(`${day}T09:30`) + slot * 300e6;
      return /** @type {const} */ ([ts, /** @type {any} */ ({ ts, close: 100 + slot, volume: 1 })]);
    }),
  ),
);

/** @param {string} now @param {object} [feed] @param {string} [event] the last event of another symbol */
function standing(now, feed = {}, event) {
  const state = {
    ...initialState({ panes: [{ symbol: "A", interval: "1m", compare: [] }] }),
    feed: { ...FEED, ...feed },
    marketUs: at(now),
    quotes: new Map(event ? [["B", /** @type {any} */ ({ symbol: "B", ts_event: at(event) })]] : []),
  };
  return { ...state, preview: { key: previewOf(state)?.key ?? "", bars: BARS } };
}

test("the preview is apart where a night is", () => {
  const apart = previewPoints({ key: "", bars: BARS }, FEED).flatMap(({ isApart }, index) => (isApart ? [index] : []));
  assert.deepEqual(apart, [78, 156]);
});

test("in a night the next data are offered, while they are far", () => {
  assert.equal(nextData(standing("13T18:00")), at("14T09:30"));
  assert.equal(nextData(standing("14T09:26")), null);
  assert.equal(nextData(standing("14T09:20", { speed: 1 })), at("14T09:30"));
  assert.equal(nextData(standing("13T12:00", { speed: 0.1 })), null);
  assert.equal(nextData(standing("15T16:00")), null);
});

test("nothing is offered where nothing waits", () => {
  for (const feed of [{ state: "paused" }, { skip_dead_time: true }, { speed: "max" }, { speed: 100_000 }])
    assert.equal(nextData(standing("13T18:00", feed)), null, JSON.stringify(feed));
  assert.equal(nextData(standing("13T18:00", {}, "13T15:59")), at("14T09:30"));
  assert.equal(nextData(standing("13T18:00", {}, "13T17:59")), null);
  assert.equal(nextData({ ...standing("13T18:00"), preview: { key: "another", bars: BARS } }), null);
});

test("a time to come is a day of the week, or a date", () => {
  assert.equal(dayTimeText(at("14T09:30"), at("13T18:00")), "Tue 09:30");
  assert.equal(dayTimeText(at("24T09:30"), at("13T18:00")), "2016-06-24 09:30");
});
