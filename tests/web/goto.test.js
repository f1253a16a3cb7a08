/** Tests for the reader of places in a recording. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { placeOf } from "../../web/js/state/goto.js";

const at = (/** @type {string} */ text) => Date.parse(text) * 1000;
/** From Monday to Friday of a week, standing on Tuesday. */
const WEEK = { start: at("2016-06-13T09:30:05Z"), end: at("2016-06-17T16:00:00Z"), now: at("2016-06-14T12:00:00Z") };
const YEARS = { start: at("2000-03-01T00:00:00Z"), end: at("2013-03-01T00:00:00Z"), now: at("2006-05-05T00:00:00Z") };

/** @param {string} text @param {import("../../web/js/state/goto.js").Recording} [recording] @param {string} [zone] */
function goes(text, recording = WEEK, zone = "UTC") {
  const place = placeOf(text, recording, zone);
  return "fault" in place ? place.fault : new Date(place.us / 1000).toISOString().replace(/\.000Z$|Z$/, "");
}

test("dates and times are read as they are usually written", () => {
  const cases = {
    "2016-06-14 09:30": "2016-06-14T09:30:00",
    "2016-06-14T09:30:15.25Z": "2016-06-14T09:30:15.250",
    "9:30": "2016-06-14T09:30:00",
    "09:30:15 UTC": "2016-06-14T09:30:15",
    "9.30 pm": "2016-06-14T21:30:00",
    "12 am": "2016-06-14T00:00:00",
    "12:05 pm": "2016-06-14T12:05:00",
    "14 Jun": "2016-06-14T00:00:00",
    "14 June, 10:00": "2016-06-14T10:00:00",
    "Jun 15 2016 9:45": "2016-06-15T09:45:00",
    "15. Jun 2016": "2016-06-15T00:00:00",
    "15.6.2016 10:00": "2016-06-15T10:00:00",
    "15.6.": "2016-06-15T00:00:00",
    "06/15/2016": "2016-06-15T00:00:00",
    "15/06/2016 11:00": "2016-06-15T11:00:00",
  };
  for (const [text, wanted] of Object.entries(cases)) assert.equal(goes(text), wanted, text);
});

test("a date on which the recording begins is its start", () => {
  assert.equal(goes("13 Jun"), "2016-06-13T09:30:05");
  assert.equal(goes("2016-06"), "2016-06-13T09:30:05");
  assert.equal(goes("2016"), "2016-06-13T09:30:05");
  assert.match(goes("13 Jun 9:00"), /^2016-06-13 09:00:00 is before the start: the recording goes from 2016-06-13 09:/);
});

test("a day of the week is the next one, or the last where there is no other", () => {
  assert.equal(goes("Wed 9:30"), "2016-06-15T09:30:00");
  assert.equal(goes("tuesday 13:00"), "2016-06-14T13:00:00");
  assert.equal(goes("mon 10:00"), "2016-06-13T10:00:00");
  assert.match(goes("sun 10:00"), /after the end/);
});

test("a date without a year is the nearest one of the recording", () => {
  assert.equal(goes("14 Jun", YEARS), "2006-06-14T00:00:00");
  assert.equal(goes("4 July", { ...YEARS, end: at("2006-06-01T00:00:00Z") }), "2005-07-04T00:00:00");
  assert.equal(goes("jan", YEARS), "2006-01-01T00:00:00");
  assert.equal(goes("2010", YEARS), "2010-01-01T00:00:00");
});

test("distances and shares become their own commands", () => {
  const command = (/** @type {string} */ text) => {
    const place = placeOf(text, WEEK, "UTC");
    return "fault" in place ? place.fault : place.command;
  };
  assert.deepEqual(command("+2h"), { command: "seek", by: 7200 });
  assert.deepEqual(command("- 1d 2h"), { command: "seek", by: -93_600 });
  assert.deepEqual(command("+1.5 h"), { command: "seek", by: 5400 });
  assert.deepEqual(command("50%"), { command: "seek", percent: 50 });
  assert.deepEqual(command("end"), { command: "seek", percent: 100 });
  assert.deepEqual(command("9:30"), { command: "seek", time: at("2016-06-14T09:30:00Z") });
  assert.equal(goes("+30m"), "2016-06-14T12:30:00");
});

test("what could mean two places, or none, is refused with an example", () => {
  assert.equal(goes("06/07/2016"), "That may be 2016-06-07 or 2016-07-06: write one of them.");
  assert.equal(goes("14.06"), "That may be a time or a date: write 14:06 or 14 june.");
  assert.match(goes("+9 parsecs"), /^"parsecs" is no unit: write \+30s/);
  assert.match(goes("+9d"), /is after the end/);
  assert.match(goes("120%"), /0% to 100%/);
  assert.match(goes("30 Feb 2016"), /29 days/);
  assert.match(goes("2016-13-01"), /no month 13/);
  assert.match(goes("25:00"), /23:59:59/);
  assert.match(goes("13 pm"), /no 13 pm/);
  for (const text of ["", "14", "soon", "+", "930", "monkey", "14 Foo", "2016-06-14 09:30 +02:00"])
    assert.match(goes(text), /Examples: 2016-06-14 09:30/, text);
});

const NEW_YORK = "America/New_York";
const MARCH = { start: at("2026-03-06T14:30:00Z"), end: at("2026-03-10T20:00:00Z"), now: at("2026-03-09T02:00:00Z") };
const NOVEMBER = {
  start: at("2026-10-30T13:30:00Z"),
  end: at("2026-11-03T21:00:00Z"),
  now: at("2026-11-01T12:00:00Z"),
};

test("times are those of the page's zone, or of a named one", () => {
  const cases = {
    "2016-06-14 09:30": "2016-06-14T13:30:00",
    "9:30 UTC": "2016-06-14T09:30:00",
    "9:30 edt": "2016-06-14T13:30:00",
    "9:30 EST": "2016-06-14T14:30:00",
    "15 Jun": "2016-06-15T04:00:00",
    "13 Jun": "2016-06-13T09:30:05",
    "Wed 20:00": "2016-06-16T00:00:00",
  };
  for (const [text, wanted] of Object.entries(cases)) assert.equal(goes(text, WEEK, NEW_YORK), wanted, text);
  assert.match(
    goes("13 Jun 1:00", WEEK, NEW_YORK),
    /^2016-06-13 01:00:00 is before the start: .* 2016-06-13 05:30:05 /,
  );
});

test("a day without a date is that of the zone", () => {
  assert.equal(goes("9:30", MARCH, NEW_YORK), "2026-03-08T13:30:00");
  assert.equal(goes("9:30", MARCH), "2026-03-09T09:30:00");
  assert.equal(goes("9 Mar", MARCH, NEW_YORK), "2026-03-09T04:00:00");
});

test("a time that clocks skip is refused with an example", () => {
  assert.equal(
    goes("8 Mar 2:30", MARCH, NEW_YORK),
    "Clocks go forward then and skip this time. Example: 2026-03-08 03:30.",
  );
  assert.equal(goes("2026-03-08 03:30", MARCH, NEW_YORK), "2026-03-08T07:30:00");
  assert.equal(goes("8 Mar 1:59", MARCH, NEW_YORK), "2026-03-08T06:59:00");
});

test("a time that clocks show twice is refused until its zone is named", () => {
  assert.equal(
    goes("1 Nov 1:30", NOVEMBER, NEW_YORK),
    "Clocks go back then and show this time twice: write 01:30 EDT or 01:30 EST.",
  );
  assert.equal(goes("1 Nov 01:30 EDT", NOVEMBER, NEW_YORK), "2026-11-01T05:30:00");
  assert.equal(goes("1 Nov 01:30 EST", NOVEMBER, NEW_YORK), "2026-11-01T06:30:00");
});
