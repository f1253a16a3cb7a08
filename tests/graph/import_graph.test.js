/** The import graph: paths of Rust and of the page's modules are followed to the file that they mean. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { TABLES, circlesIn, faultsIn, readTables } from "./allowed.js";
import { ROOT, foldersIn, readSources } from "./folders.js";

/**
 * Returns the arrows of a folder in a tree of files, as `from > to`.
 * @param {Record<string, string>} files
 * @param {string} folder
 */
function arrowsIn(files, folder) {
  const found = foldersIn(new Map(Object.entries(files))).find(({ name }) => name === folder);
  return found?.arrows.map(({ from, to }) => `${from} > ${to}`);
}

/** @param {string} code of `src/a.rs`, beside `b` with a `c` inside it, and `d` */
function arrowsOf(code) {
  return arrowsIn(
    {
      "src/lib.rs": "pub mod a;\npub mod b;\nmod d;\npub use d::Shared;",
      "src/a.rs": code,
      "src/b/mod.rs": "mod c;\npub use c::Inner;\npub struct Outer;",
      "src/b/c.rs": "pub struct Inner;",
      "src/d.rs": "pub struct Shared;\npub fn run() {}",
    },
    "src",
  )?.filter((arrow) => arrow.startsWith("a"));
}

test("rust paths are followed in every form", () => {
  /** @type {[string, string[]][]} */
  const cases = [
    ["use crate::b::Outer;", ["a > b"]],
    ["use super::b::{self, Inner as Other};", ["a > b"]],
    ["use crate::{b::{Inner, Outer}, d::{run}};", ["a > b", "a > d"]],
    ["use {super::b, crate::d};", ["a > b", "a > d"]],
    ["fn f() { super::d::run(); }", ["a > d"]],
    ["fn f(x: &crate::b::Outer) -> Vec<crate::d::Shared> { todo!() }", ["a > b", "a > d"]],
    ["use crate::b; fn f() -> b::Inner { todo!() }", ["a > b"]],
    ["fn f() { use crate::d::run; run() }", ["a > d"]],
    ["pub(in crate::b) fn f() {}", []],
    ["mod inner { use super::super::d::run; }", ["a > d"]],
    ["use super::Shared;", ["a > d"]],
    ["use super::*; fn f(_: Shared) {}", ["a > d"]],
    ["pub(crate) use self::inner::T; mod inner { pub struct T; }", []],
    ["use std::fmt; enum E { A } fn f() { E::A; Vec::<E>::new(); }", []],
  ];
  for (const [code, expected] of cases) assert.deepEqual(arrowsOf(code), expected, code);
});

test("comments, literals and tests are left out", () => {
  const codes = [
    "// use crate::b;\n/* crate::b /* crate::d */ crate::b */ fn f() {}",
    'const A: &str = "crate::b::Outer"; const B: &str = r#"crate::d"#;',
    "const C: char = '\"'; const D: u8 = b'\\''; const E: &str = \"crate::b\";",
    "#[cfg(test)] mod tests { use crate::b::Outer; }",
    "#[cfg(test)] use crate::{b, d};\nfn f() {}",
    "#[cfg(any(test, fuzzing))] pub fn sample() { crate::b::Outer }",
    "#[cfg(all(unix, test))] #[allow(dead_code)] pub const X: T = T { x: crate::b::Outer };",
    "#![cfg(test)] use crate::b;",
    "struct S<'a> { #[cfg(test)] pub(crate) x: Vec<crate::b::Outer>, y: &'a u8 }",
  ];
  for (const code of codes) assert.deepEqual(arrowsOf(code), [], code);
  assert.deepEqual(arrowsOf("#[cfg(not(test))] use crate::d::run;"), ["a > d"]);
  assert.deepEqual(arrowsOf("#[cfg(test)] use crate::b; use crate::d::run;"), ["a > d"]);
});

test("re-exports inside a folder lead to the defining file", () => {
  const files = {
    "src/lib.rs": "mod b;",
    "src/b.rs": "mod c;\nmod d;\npub use d::Item;\nfn own() {}",
    "src/b/c.rs": "use super::Item;\nfn f() { crate::b::own() }",
    "src/b/d.rs": "pub struct Item;",
  };
  assert.deepEqual(arrowsIn(files, "src/b"), ["c > d", "c > mod", "mod > d"]);
  // A folder's own file may use its rooms, and they what it defines.
  const circle = { ...files, "src/b/d.rs": "use super::own;\npub struct Item;" };
  assert.deepEqual(circlesIn(foldersIn(new Map(Object.entries(circle)))), []);
});

test("imports of the page are found in every form", () => {
  const files = {
    "src/lib.rs": "",
    "web/js/main.js": 'import { a,\n  b } from "./lib/a.js";\nimport "./b.js";\nexport { c } from "./c.js";',
    "web/js/lib/a.js": 'import "other";\n/** @type {import("./d.js").D} */\nexport const e = () => import("../e.js");',
    "web/js/b.js": "",
    "web/js/c.js": "",
    "web/js/e.js": "",
    "web/js/lib/d.js": 'import "./a.js";',
  };
  assert.deepEqual(arrowsIn(files, "web/js"), ["lib > e.js", "main.js > b.js", "main.js > c.js", "main.js > lib"]);
  assert.deepEqual(arrowsIn(files, "web/js/lib"), ["a.js > d.js", "d.js > a.js"]);
  // A type ties nothing when the page runs.
  assert.deepEqual(circlesIn(foldersIn(new Map(Object.entries(files)))), []);
});

/** Four files: `a` stands on `b` and `c`, which import each other, and they on `d`. */
const CIRCLE = {
  "src/lib.rs": "mod a;\nmod b;\nmod c;\nmod d;",
  "src/a.rs": "use crate::b::B;",
  "src/b.rs": "use crate::c::C;\npub struct B;",
  "src/c.rs": "use crate::{b::B, d::D};\npub struct C;",
  "src/d.rs": "pub struct D;",
};

test("circles and floors are counted", () => {
  const [folder] = foldersIn(new Map(Object.entries(CIRCLE)));
  const { rooms, arrows, circles, floors } = folder;
  assert.deepEqual(
    { rooms: rooms.length, arrows: arrows.length, circles, floors },
    {
      rooms: 5,
      arrows: 4,
      circles: [["b", "c"]],
      floors: 3,
    },
  );
  assert.deepEqual(circlesIn([folder]), ["src: b, c import each other"]);
});

test("tables allow arrows and name every room", () => {
  const folders = foldersIn(new Map(Object.entries(CIRCLE)));
  const head = "text\n\n| in `src` | may import |\n|---|---|\n";
  const faults = (/** @type {string} */ rows) => faultsIn(folders, readTables(head + rows));
  assert.deepEqual(faults("| `a` | all |\n| `b`, `c` | `b`, `c`, `d` |\n| `d` | nothing |\n\n| `e` | `f` |"), []);
  assert.deepEqual(faults("| `a`, `d` | `b` |\n| `b` | nothing |\n| `e` | all |"), [
    "src: the table names e, which is not there",
    "src: the table does not name c",
    "src: b may not import c: src/b.rs:1 crate::c::C",
    "src: c may not import b: src/c.rs:1 crate::b::B",
    "src: c may not import d: src/c.rs:1 crate::d::D",
  ]);
});

test("the sources keep to the tables of ARCHITECTURE.md", () => {
  const folders = foldersIn(readSources());
  for (const name of ["src", "src/market", "web/js", "web/js/state"]) {
    const folder = folders.find((one) => one.name === name);
    assert.ok(folder && folder.arrows.length > 3, `${name} has rooms and arrows`);
  }
  const tables = readTables(readFileSync(join(ROOT, TABLES), "utf8"));
  assert.ok(tables.has("src"));
  assert.deepEqual(faultsIn(folders, tables), []);
});

test("imports make no circle", () => {
  assert.deepEqual(circlesIn(foldersIn(readSources())), []);
});
