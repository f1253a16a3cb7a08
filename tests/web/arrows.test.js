/** Holds the arrows: the rooms of the page that each room may import. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../../web/js");

/**
 * Rooms from the bottom up, each with the rooms that it may import. A room stands below all that import it, so no
 * imports go in a circle.
 *
 * @type {Record<string, string[]>}
 */
const MAY_IMPORT = {
  types: [],
  lib: [],
  net: ["lib", "types"],
  "net/binary": ["lib", "types"],
  state: ["lib", "types"],
  chart: ["lib"],
  views: ["state", "lib", "types"],
  "views/watchlist": ["views", "state", "chart", "lib"],
  "views/chart": ["views", "state", "chart", "lib"],
  "views/quote": ["views", "state", "lib"],
  "views/feed": ["views", "state", "lib"],
  "views/dock": ["views", "state", "chart", "lib"],
  "views/shell": ["views", "views/watchlist", "views/chart", "views/quote", "views/feed", "views/dock", "state", "lib"],
  "views/open": ["state", "lib", "types"],
  "views/status": ["state", "lib", "types"],
  app: ["net", "net/binary", "state", "lib", "types"],
  "early.js": [],
  "enter.js": [],
  "worker.js": ["net", "net/binary"],
  "status.js": ["views/status", "net", "state", "lib"],
  "opening.js": ["views/open", "app", "state"],
  "main.js": ["opening.js", "views/shell", "app", "net", "state", "lib"],
};

/** The only room that may import the chart library. */
const LIBRARY_BORDER = "chart";

/** @typedef {{ file: string, target: string, typeOnly: boolean }} Import */

/** The room that a file is in: its folder, or the file itself at the root. @param {string} file */
const room = (file) => (file.includes("/") ? dirname(file) : file);

/**
 * @param {string} source
 * @returns {{ target: string, typeOnly: boolean }[]}
 */
function importsOf(source) {
  const running = [...source.matchAll(/^\s*(?:import|export)\s[^;]*?from\s+"([^"]+)"|^\s*import\s+"([^"]+)"/gm)];
  // In a comment the type of another module, or in code a module that is fetched later.
  const typed = [...source.matchAll(/import\("([^"]+)"\)/g)];
  return [
    ...running.map((found) => ({ target: found[1] ?? found[2], typeOnly: false })),
    ...typed.map((found) => ({ target: found[1], typeOnly: true })),
  ];
}

/** @returns {Import[]} */
function allImports() {
  const files = readdirSync(ROOT, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith(".js"));
  return files.flatMap((file) => importsOf(readFileSync(join(ROOT, file), "utf8")).map((one) => ({ file, ...one })));
}

test("the import reader sees every kind of import", () => {
  const source = [
    'import { a,\n  b } from "./a.js";',
    'import "./b.js";',
    'export { c } from "./c.js";',
    '/** @type {import("./d.js").D} */',
  ].join("\n");
  assert.deepEqual(
    importsOf(source).map(({ target }) => target),
    ["./a.js", "./b.js", "./c.js", "./d.js"],
  );
});

test("rooms import only rooms below them", () => {
  const rooms = Object.keys(MAY_IMPORT);
  for (const [from, targets] of Object.entries(MAY_IMPORT)) {
    for (const to of targets) assert.ok(rooms.indexOf(to) < rooms.indexOf(from), `${from} stands below ${to}`);
  }
});

test("modules import only what the arrows of their room allow", () => {
  const imports = allImports().filter(({ target }) => target.startsWith("."));
  assert.ok(imports.length > 50, `only ${imports.length} imports were found`);
  const used = new Set();
  for (const { file, target } of imports) {
    const [from, to] = [room(file), room(relative(ROOT, resolve(ROOT, dirname(file), target)))];
    assert.ok(from in MAY_IMPORT, `${file} is in no room with arrows`);
    assert.ok(to === from || MAY_IMPORT[from].includes(to), `${file} must not import ${target}`);
    used.add(`${from} ${to}`);
  }
  const allowed = Object.entries(MAY_IMPORT).flatMap(([from, targets]) => targets.map((to) => `${from} ${to}`));
  assert.deepEqual(
    allowed.filter((arrow) => !used.has(arrow)),
    [],
    "arrows that nothing uses",
  );
});

test("only one room knows the chart library", () => {
  const others = allImports().filter(({ file, target }) => !target.startsWith(".") && room(file) !== LIBRARY_BORDER);
  assert.deepEqual(others, []);
});

test("the first price does not wait for the chart library", () => {
  /** @type {Set<string>} */
  const reached = new Set();
  const reach = (/** @type {string} */ file) => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const { target, typeOnly } of importsOf(readFileSync(join(ROOT, file), "utf8"))) {
      if (typeOnly) continue;
      assert.ok(target.startsWith("."), `${file} brings ${target}`);
      reach(relative(ROOT, resolve(ROOT, dirname(file), target)));
    }
  };
  reach("main.js");
  assert.ok(reached.has("views/watchlist/watchlist.js") && !reached.has("chart/plot.js"), [...reached].join(" "));
});
