/** Commands to the feed, and the transport controls. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { createDriver } from "../../web/js/net/driver.js";
import { positionText, progress, speedChoices, timeAt } from "../../web/js/state/transport.js";

const seek = (/** @type {number} */ percent) => /** @type {const} */ ({ command: "seek", percent });

test("the first and the newest of many seeks are sent", () => {
  /** @type {any[]} */
  const sent = [];
  const driver = createDriver((message) => sent.push(message));
  for (const percent of [10, 20, 30]) driver.drive(seek(percent));
  driver.drive({ command: "pause" });
  assert.deepEqual(sent, [
    { type: "drive", id: 1, command: "seek", percent: 10 },
    { type: "drive", id: 2, command: "pause" },
  ]);
  driver.answered({ id: 2 });
  driver.answered({});
  assert.equal(sent.length, 2, "only the answer to the seek counts");
  driver.answered({ id: 1 });
  assert.deepEqual(sent.at(-1), { type: "drive", id: 3, command: "seek", percent: 30 });
  driver.answered({ id: 3 });
  driver.drive(seek(40));
  assert.equal(sent.length, 4);
});

test("a closed connection forgets unanswered commands", () => {
  /** @type {any[]} */
  const sent = [];
  const driver = createDriver((message) => sent.push(message));
  driver.drive(seek(10));
  driver.drive(seek(20));
  driver.closed();
  driver.drive(seek(30));
  assert.deepEqual(
    sent.map(({ percent }) => percent),
    [10, 30],
  );
});

test("the position is a share of market time, none without an end", () => {
  const feed = /** @type {any} */ ({ start: 1_000_000, end: 5_000_000 });
  const at = (/** @type {number | null} */ marketUs, /** @type {any} */ now = feed) =>
    progress(/** @type {any} */ ({ feed: now, marketUs }));
  assert.deepEqual([at(1_000_000), at(2_000_000), at(9_000_000), at(null)], [0, 0.25, 1, null]);
  assert.equal(at(2_000_000, { ...feed, end: null }), null);
  assert.equal(at(1_000_000, { start: 1_000_000, end: 1_000_000 }), 1);
  assert.equal(timeAt(feed, 0.5), 3_000_000);
  assert.equal(positionText(1_465_862_400_000_000), "2016-06-14 00:00:00");
});

test("the speed choices include the current speed", () => {
  const values = (/** @type {number | "max"} */ set) => speedChoices(set).map(({ value }) => value);
  assert.deepEqual(values(1), ["0.1", "0.25", "0.5", "1", "2", "5", "10", "30", "60", "300", "3600", "max"]);
  assert.equal(values(86_400).at(-2), "86400");
});
