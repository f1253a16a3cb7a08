/** Tests for the bookmarks of a recording: changes, what is kept, and links. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bookmarkText,
  linkedTo,
  merged,
  MOST_BOOKMARKS,
  MOST_NOTE,
  MOST_RECORDINGS,
  readBookmarks,
  readFragment,
  recordingOf,
  withBookmark,
  withoutBookmark,
  writeBookmarks,
  writeFragment,
} from "../../web/js/state/bookmarks.js";

const DAY = { name: "day.csv", start: 1_000_000, end: 9_000_000 };
const feed = (/** @type {object} */ given) =>
  /** @type {any} */ ({ source: "replay", time_shift_us: 0, ...DAY, ...given });

test("a recording has its own times, and a simulation is none", () => {
  assert.deepEqual(recordingOf(feed({})), DAY);
  assert.deepEqual(recordingOf(feed({ start: 501_000_000, end: 509_000_000, time_shift_us: 500_000_000 })), DAY);
  assert.equal(recordingOf(feed({ source: "simulation" })), null);
  assert.equal(recordingOf(feed({ end: null })), null);
  assert.equal(recordingOf(null), null);
});

test("bookmarks are sorted, changed, removed and bounded", () => {
  const two = withBookmark(withBookmark([], 5, " open ") ?? [], 3, "") ?? [];
  assert.deepEqual(two, [
    { us: 3, note: "" },
    { us: 5, note: "open" },
  ]);
  assert.deepEqual(withBookmark(two, 3, "gap")?.[0], { us: 3, note: "gap" });
  assert.deepEqual(withoutBookmark(two, 3), [{ us: 5, note: "open" }]);
  assert.equal(withBookmark([], 1, "x".repeat(MOST_NOTE + 1))?.[0].note.length, MOST_NOTE);
  const full = Array.from({ length: MOST_BOOKMARKS }, (_, us) => ({ us, note: "" }));
  assert.equal(withBookmark(full, 1000, ""), null);
  assert.equal(withBookmark(full, 7, "still changes")?.[7].note, "still changes");
  assert.equal(merged(full, [{ us: 1000, note: "" }]).length, MOST_BOOKMARKS);
  assert.equal(bookmarkText({ us: 0, note: "open" }, 1_000_000), "1970-01-01 00:00:01 open");
});

test("each recording keeps its own, and the oldest one goes first", () => {
  const list = [{ us: 5, note: "open" }];
  let kept = writeBookmarks(null, DAY, list);
  assert.deepEqual(readBookmarks(kept, DAY), list);
  assert.deepEqual(readBookmarks(kept, { ...DAY, end: 8 }), []);
  assert.deepEqual(readBookmarks(writeBookmarks(kept, DAY, []), DAY), []);
  for (let at = 0; at < MOST_RECORDINGS; at += 1) kept = writeBookmarks(kept, { ...DAY, name: `other ${at}` }, list);
  assert.deepEqual(readBookmarks(kept, DAY), []);
  assert.deepEqual(readBookmarks(kept, { ...DAY, name: "other 0" }), list);
});

test("a text that is not what was kept does no harm", () => {
  for (const kept of ["", "{", "3", "[3]", '[["1000000 9000000 day.csv", [{"us": "x"}, null, {"us": 1}]]]'])
    assert.deepEqual(readBookmarks(kept, DAY), [], kept);
});

test("a link has the bookmarks of its recording, whatever its name", () => {
  const list = [
    { us: 2_000_000, note: "" },
    { us: 3_000_000, note: "50 % & more ~ #1 = ü" },
  ];
  const fragment = writeFragment({ recording: DAY, list });
  assert.deepEqual(readFragment(fragment), { start: DAY.start, end: DAY.end, list });
  assert.deepEqual(linkedTo(readFragment(fragment), { ...DAY, name: "elsewhere.csv" }), list);
  assert.deepEqual(linkedTo(readFragment(fragment), { ...DAY, end: 1 }), []);
  assert.equal(writeFragment({ recording: DAY, list: [] }), "");
  assert.equal(writeFragment({ recording: null, list }), "");
});

test("a link that was changed by hand gives what can be read of it", () => {
  for (const fragment of ["", "#chart", "#of=1~2", "#mark=1", "#of=x~2&mark=1", "#of=1~2&mark=~note"])
    assert.equal(readFragment(fragment), null, fragment);
  assert.deepEqual(readFragment("#of=1~2&mark=1.5&mark=2")?.list, [{ us: 2, note: "" }]);
});
