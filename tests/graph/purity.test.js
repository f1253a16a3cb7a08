/** The crates that each folder may use: `market` and `control` stay pure, and only three folders know JSON. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { readSources } from "./folders.js";
import { everyModule, foreignPaths, readCrate } from "./rust_modules.js";

const modules = everyModule(readCrate(readSources(), "src"));

/** The crates of the pure folders. In `control` a locked cell hands the preview of a recording to the server. */
const PURE = { market: ["strum"], control: ["strum", "parking_lot"] };

/** Parts of `std` with a clock, a lock or I/O. */
const IMPURE = /^std::(?:env|fs|io|net|os|path|process|thread|time|sync::(?!Arc$))/;

/** The folders that may use `serde_json`. */
const JSON_FOLDERS = ["wire", "inspect", "load"];

/** @param {string} folder */
const foreignIn = (folder) => modules.filter(({ path }) => path[0] === folder).flatMap(foreignPaths);

test("market and control are pure", () => {
  for (const [folder, crates] of Object.entries(PURE)) {
    const paths = foreignIn(folder);
    assert.ok(paths.includes("std::sync::Arc"), `src/${folder} is read`);
    const allowed = (/** @type {string} */ path) => [...crates, "std"].includes(path.split("::")[0]);
    assert.deepEqual(
      paths.filter((path) => !allowed(path) || IMPURE.test(path)),
      [],
      `src/${folder}`,
    );
  }
});

test("only wire, inspect and load know JSON", () => {
  const knowing = modules.filter((module) => foreignPaths(module).some((path) => path.startsWith("serde_json")));
  assert.ok(knowing.length > 3, "users of serde_json are found");
  assert.deepEqual(
    knowing.filter(({ path }) => !JSON_FOLDERS.includes(path[0])).map(({ file }) => file),
    [],
  );
});
