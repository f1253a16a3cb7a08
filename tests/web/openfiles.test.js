/** The dialog for files: its settings as flags and as a command line, what was found in words, limits, and choices. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { factsOf, remarksOf, titleOf } from "../../web/js/state/inspected.js";
import {
  checkFiles,
  chosenFiles,
  chosenWith,
  libraryFiles,
  NOTHING_OPEN,
  playFault,
  playingText,
  uploadsOf,
} from "../../web/js/state/openfiles.js";
import {
  columnsWith,
  commandLine,
  FIELDS,
  readFlag,
  ROLES,
  rolesOf,
  withAnswer,
  withSetting,
} from "../../web/js/state/reading.js";

/** @typedef {import("../../web/js/types/feeds.js").InspectedFile} InspectedFile */
/** @typedef {import("../../web/js/types/feeds.js").ListedFeed} ListedFeed */

/** @type {InspectedFile} */
const TICKS = {
  file: "xyz.csv",
  member: null,
  kind: "trades",
  symbols: ["XYZ"],
  rows: 1234,
  rows_exact: false,
  rows_rejected: 2,
  rejected: [{ reason: "bad price", line: 7, column: 2, value: "n.n.", count: 2 }],
  delimiter: "\t",
  header: true,
  encoding: "UTF-8",
  compression: "gzip",
  time: { format: "dmy", unit: null, zone: "UTC", assumed: true },
  first: { ts: "2024-01-05T10:00:00Z", price: 10.5 },
  last: null,
  bars: null,
  assumptions: [{ what: "times are UTC", why: "they name no zone", flag: "--tz" }],
  warnings: [{ code: "x", what: "prices jump", lines: [17], played: "as written", other: "scaled", flag: null }],
  questions: [],
  columns: [
    { name: "time", meaning: "time" },
    { name: "last price", meaning: "price" },
    { name: "a,b", meaning: null },
  ],
  names: ["time", "last price", "a,b"],
  sample: [["1", "2", "3"]],
};

/** @type {ListedFeed[]} */
const FEEDS = [
  { id: "simulation", kind: "simulation", name: "simulated market" },
  { id: "start", kind: "replay", name: "a.csv" },
  { id: "library/b.csv", kind: "library", name: "2024/B.csv", bytes: 10, modified: 0 },
  { id: "library/c.csv", kind: "library", name: "2024/c.csv", bytes: 10, modified: 0 },
  { id: "upload/1", kind: "upload", name: "u.csv", bytes: 600, received: 600, complete: true },
];
const LIMITS = { upload_bytes: 1000, uploads: 3, total_bytes: 2000, piece_bytes: 100 };
const OPEN = { ...NOTHING_OPEN, list: { feeds: FEEDS, playing: ["start"], load: null, limits: LIMITS } };

test("settings become a command line that a shell reads", () => {
  const check = (
    /** @type {string[]} */ files,
    /** @type {Record<string, string>} */ settings,
    /** @type {string} */ want,
  ) => assert.equal(commandLine(files, settings), want);
  check(["x.csv"], {}, "tickcast replay x.csv");
  check(
    ["x.csv"],
    { tz: "Europe/Berlin", date_order: "dmy" },
    "tickcast replay x.csv --tz Europe/Berlin --date-order dmy",
  );
  check(["a b.csv", "it's.csv"], {}, "tickcast replay 'a b.csv' 'it'\\''s.csv'");
  check(["-x.csv"], { tz: "-05:00" }, "tickcast replay ./-x.csv --tz=-05:00");
  check(["$(rm).csv"], { delimiter: ";" }, "tickcast replay '$(rm).csv' --delimiter ';'");
});

test("an empty setting is left to detection", () => {
  const settings = withSetting({}, "tz", " Europe/Berlin ");
  assert.deepEqual(settings, { tz: "Europe/Berlin" });
  assert.deepEqual(withSetting(settings, "tz", "  "), {});
});

test("flags of remarks lead to their fields", () => {
  assert.deepEqual(readFlag("--date-order dmy"), { name: "date_order", value: "dmy" });
  assert.deepEqual(readFlag("--tz"), { name: "tz", value: "" });
  assert.deepEqual(readFlag("--date YYYY"), { name: "date", value: "" });
  assert.deepEqual(readFlag("--columns day_volume=NAME, or size=NAME"), { name: "columns", value: "" });
  assert.equal(readFlag("--max-sort-rows"), null);
  assert.equal(readFlag(null), null);
});

test("a question is answered by the flag of its reading", () => {
  const readings = [
    { what: "the day", flag: "--date-order dmy" },
    { what: "the month", flag: "--frobnicate" },
  ];
  assert.deepEqual(withAnswer({ tz: "UTC" }, readings, 0), { tz: "UTC", date_order: "dmy" });
  assert.deepEqual(withAnswer({}, readings, 1), { assume: "2" });
});

test("a role is given by name, by number, or to all columns in order", () => {
  assert.deepEqual(rolesOf(TICKS), ["time", "price", null]);
  assert.equal(columnsWith("", TICKS, 1, "close"), "close=last price");
  assert.equal(columnsWith("", TICKS, 2, "size"), "size=3", "a comma in a name would end it");
  assert.equal(columnsWith("size=3,close=last price", TICKS, 1, "size"), "size=last price");
  assert.equal(columnsWith("instrument=time", TICKS, 2, "instrument"), "instrument=time,instrument=3");
  assert.equal(columnsWith("", TICKS, 1, null), "time,-,-", "only an order takes a role");
  assert.equal(columnsWith("time,price,-", TICKS, 2, "price"), "time,-,price");
  const headless = { ...TICKS, names: ["column 1", "column 2"], sample: [["1", "2"]] };
  assert.equal(columnsWith("", headless, 1, "price"), "price=2");
});

test("what was found stands in the fields", () => {
  const found = Object.fromEntries(FIELDS.map((field) => [field.name, field.found?.(TICKS) ?? null]));
  assert.equal(found.tz, "UTC");
  assert.equal(found.date_order, "day first");
  assert.equal(found.delimiter, "tab");
  assert.equal(found.header, "yes");
  assert.equal(found.kind, "trades");
  assert.equal(found.symbol, "XYZ");
  assert.ok(ROLES.flatMap(([, roles]) => [...roles]).length === 23);
});

test("facts and remarks are in plain words", () => {
  const facts = Object.fromEntries(factsOf(TICKS));
  assert.equal(facts.Rows, "about 1,234");
  assert.equal(facts.First, "2024-01-05 10:00:00 UTC");
  assert.equal(facts.Last, "–");
  assert.equal(facts.Zone, "UTC (assumed)");
  assert.equal(facts.Text, "tab, UTF-8, packed with gzip");
  assert.deepEqual(
    remarksOf(TICKS).map(({ kind, text, why }) => [kind, text, why]),
    [
      ["warning", "prices jump (line 17)", "played: as written; or else: scaled"],
      ["rejected", "2 rows: bad price", "first at line 7, column 2: “n.n.”"],
      ["assumed", "times are UTC", "they name no zone"],
    ],
  );
  assert.equal(titleOf({ file: "a.zip", member: "b.csv" }), "a.zip › b.csv");
});

test("files are chosen together, others alone", () => {
  const check = (/** @type {string[]} */ chosen, /** @type {string} */ id, /** @type {string[]} */ want) =>
    assert.deepEqual(chosenWith({ ...OPEN, chosen }, id, true), want);
  check(["library/b.csv"], "upload/1", ["library/b.csv", "upload/1"]);
  check(["library/b.csv"], "simulation", ["simulation"]);
  check(["simulation"], "library/b.csv", ["library/b.csv"]);
  check(["gone"], "library/b.csv", ["library/b.csv"]);
  assert.deepEqual(chosenWith({ ...OPEN, chosen: ["upload/1"] }, "upload/1", false), []);
  assert.deepEqual(
    chosenFiles({ ...OPEN, chosen: ["upload/1", "library/c.csv"] }).map(({ name }) => name),
    ["u.csv", "2024/c.csv"],
  );
  assert.equal(playingText(OPEN), "a.csv");
});

test("the filter finds files by all words", () => {
  assert.deepEqual(
    libraryFiles({ ...OPEN, filter: "2024 b" }).shown.map(({ name }) => name),
    ["2024/B.csv"],
  );
  assert.equal(libraryFiles(OPEN).all, 2);
});

test("limits are checked before anything is sent", () => {
  const check = (/** @type {number[]} */ sizes) =>
    checkFiles(
      sizes.map((size, at) => ({ name: `${at}.csv`, size })),
      OPEN,
    ).map((refusal) => refusal?.remedy ?? null);
  assert.deepEqual(check([1000]), [null]);
  assert.match(check([1001])[0] ?? "", /--upload-bytes/);
  assert.match(check([0])[0] ?? "", /folder/);
  assert.match(check([1, 1, 1])[2] ?? "", /--uploads/);
  assert.match(check([1000, 900])[1] ?? "", /--upload-total-bytes/);
  const none = {
    ...OPEN,
    list: { ...OPEN.list, limits: { upload_bytes: 0, uploads: 0, total_bytes: 0, piece_bytes: 0 } },
  };
  assert.match(checkFiles([{ name: "a", size: 1 }], none)[0]?.remedy ?? "", /--no-uploads/);
});

test("uploads of this page and of others are listed once", () => {
  /** @type {import("../../web/js/types/feeds.js").SentFile} */
  const file = { number: 1, name: "u.csv", bytes: 600, sent: 600, status: "done", id: "upload/1", fault: null };
  const own = uploadsOf({ ...OPEN, sent: [file, { ...file, number: 2, id: null, status: "waiting" }] });
  assert.deepEqual(
    own.map(({ feed, file: sent }) => [feed?.id, sent?.number]),
    [
      ["upload/1", 1],
      [undefined, 2],
    ],
  );
  assert.deepEqual(uploadsOf(OPEN)[0].file, null);
});

test("what cannot be played says why", () => {
  assert.match(playFault(NOTHING_OPEN) ?? "", /on its way/);
  assert.match(playFault(OPEN) ?? "", /Choose/);
  const chosen = { ...OPEN, chosen: ["upload/1"] };
  assert.equal(playFault(chosen), null);
  const question = { what: "which?", readings: [] };
  const asked = { ...chosen.inspection, files: [{ ...TICKS, questions: [question] }] };
  assert.match(playFault({ ...chosen, inspection: asked }) ?? "", /question/);
  assert.match(playFault({ ...chosen, list: { ...OPEN.list, load: "it records" } }) ?? "", /it records/);
  assert.match(playFault({ ...chosen, opening: true }) ?? "", /opens/);
});
