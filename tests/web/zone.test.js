/** Times in zones, around changes of their clocks. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { labelOf, weigh, weightOf } from "../../web/js/chart/timeaxis.js";
import { barMomentText, barTimeText, clockText, dateText, preciseClockText } from "../../web/js/lib/time.js";
import { isZone, offsetMs, offsetText, zoneText } from "../../web/js/lib/zone.js";
import { readAddress, writeAddress } from "../../web/js/state/address.js";
import { initialState } from "../../web/js/state/model.js";
import { DEFAULT_SETTINGS, readSettings } from "../../web/js/state/settings.js";

const NEW_YORK = "America/New_York";
const BERLIN = "Europe/Berlin";
/** @param {string} text */
const us = (text) => Date.parse(text) * 1000;
/** @param {string} text */
const seconds = (text) => Date.parse(text) / 1000;

test("clocks in New York go from 01:59 to 03:00 in March", () => {
  assert.equal(clockText(us("2026-03-08T06:59:59Z"), NEW_YORK), "01:59:59");
  assert.equal(clockText(us("2026-03-08T07:00:00Z"), NEW_YORK), "03:00:00");
  assert.equal(zoneText(us("2026-03-08T06:59:59Z"), NEW_YORK), "EST");
  assert.equal(zoneText(us("2026-03-08T07:00:00Z"), NEW_YORK), "EDT");
});

test("clocks in Berlin show an hour twice in October", () => {
  const [before, after] = [us("2026-10-25T00:30:00Z"), us("2026-10-25T01:30:00Z")];
  assert.deepEqual([clockText(before, BERLIN), clockText(after, BERLIN)], ["02:30:00", "02:30:00"]);
  assert.equal(barMomentText(before, "1m", BERLIN), "2026-10-25 02:30 CEST");
  assert.equal(barMomentText(after, "1m", BERLIN), "2026-10-25 02:30 CET");
});

test("a date is that of the zone", () => {
  assert.equal(dateText(us("2026-01-01T03:00:00Z"), NEW_YORK), "2025-12-31");
  assert.equal(dateText(us("2026-01-01T03:00:00Z"), "Asia/Tokyo"), "2026-01-01");
  assert.equal(preciseClockText(us("2026-01-01T03:00:00.250Z"), "Asia/Kolkata"), "08:30:00.250");
});

test("a bar of a day keeps its date in every zone", () => {
  assert.equal(barTimeText(us("2026-01-02T00:00:00Z"), "1d", NEW_YORK), "2026-01-02");
  assert.equal(barMomentText(us("2026-01-02T00:00:00Z"), "1d", NEW_YORK), "2026-01-02 UTC");
});

test("an offset is right before 1970 and for halves of hours", () => {
  assert.equal(offsetMs(Date.parse("1969-07-20T20:17:00Z"), NEW_YORK), -4 * 3_600_000);
  assert.equal(offsetMs(Date.parse("2026-04-04T15:00:00Z"), "Australia/Lord_Howe"), 10.5 * 3_600_000);
  assert.equal(offsetMs(Date.parse("2026-04-04T14:59:59Z"), "Australia/Lord_Howe"), 11 * 3_600_000);
  assert.equal(offsetText(us("2026-01-01T00:00:00Z"), NEW_YORK), "UTC−05:00");
  assert.equal(offsetText(us("2026-01-01T00:00:00Z"), "Asia/Kathmandu"), "UTC+05:45");
});

test("a zone without letters has its offset as name", () => {
  assert.equal(zoneText(us("2026-01-01T00:00:00Z"), "UTC"), "UTC");
  assert.match(zoneText(us("2026-01-01T00:00:00Z"), "Asia/Tokyo"), /GMT\+9|JST/);
});

test("an unknown zone is none", () => {
  assert.ok(isZone(BERLIN) && isZone("UTC"));
  for (const name of ["Europe/Atlantis", "", "local", null, 5]) assert.equal(isZone(name), false, String(name));
});

test("midnight of the zone begins the day of the axis", () => {
  // 05:00 in UTC is midnight in New York in winter, and 04:00 in summer.
  assert.equal(weightOf(seconds("2026-01-15T05:00:00Z"), seconds("2026-01-15T04:00:00Z"), NEW_YORK), 50);
  assert.equal(weightOf(seconds("2026-07-15T04:00:00Z"), seconds("2026-07-15T03:00:00Z"), NEW_YORK), 50);
  assert.equal(weightOf(seconds("2026-01-15T00:00:00Z"), seconds("2026-01-14T23:00:00Z"), NEW_YORK), 30);
  assert.equal(weightOf(seconds("2026-01-01T05:00:00Z"), seconds("2026-01-01T04:00:00Z"), NEW_YORK), 70);
});

test("both beginnings of an hour that comes twice are hours", () => {
  const [first, second] = [seconds("2026-10-25T00:00:00Z"), seconds("2026-10-25T01:00:00Z")];
  assert.equal(labelOf(first, 3, BERLIN), "02:00");
  assert.equal(labelOf(second, 3, BERLIN), "02:00");
  assert.equal(weightOf(second, second - 60, BERLIN), 30);
  assert.equal(weightOf(second, first, BERLIN), 30);
});

test("the axis of a day of new clocks has round local hours", () => {
  const start = seconds("2026-03-08T05:00:00Z");
  const points = Array.from({ length: 24 * 12 }, (_, at) => ({ timeWeight: 0, originalTime: start + at * 300 }));
  weigh(points, 0, NEW_YORK);
  const labels = points
    .filter(({ timeWeight }) => timeWeight >= 31)
    .map(({ originalTime, timeWeight }) => labelOf(originalTime, timeWeight >= 50 ? 2 : 3, NEW_YORK));
  assert.deepEqual(labels, ["8", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00", "9"]);
});

test("labels name years, months, days and times of the zone", () => {
  const at = seconds("2026-01-01T04:59:58Z");
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((kind) => labelOf(at, kind, NEW_YORK)),
    ["2025", "Dec", "31", "23:59", "23:59:58"],
  );
});

test("a zone is kept and linked, and a wrong one is UTC", () => {
  assert.equal(readSettings('{"zone":"Europe/Berlin"}').zone, BERLIN);
  assert.equal(readSettings('{"zone":"Nowhere"}').zone, "UTC");
  const state = initialState({ settings: { ...DEFAULT_SETTINGS, zone: NEW_YORK } });
  assert.equal(writeAddress(state), "?zone=America%2FNew_York");
  assert.equal(readAddress("?zone=America%2FNew_York").settings.zone, NEW_YORK);
});
