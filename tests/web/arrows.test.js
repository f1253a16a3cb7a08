/** Holds the arrows: which folder of the page may import which. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../../web/js");

/** @type {Record<string, string[]>} */
const MAY_IMPORT = {
  lib: [],
  net: ["lib"],
  state: ["lib"],
  chart: ["lib"],
  views: ["state", "chart", "lib"],
  app: ["lib", "net", "state"],
  "early.js": [],
  "enter.js": [],
  "status.js": ["lib", "net", "state", "views"],
  "main.js": ["lib", "net", "state", "chart", "views", "app"],
};

/** The only folder that may name the chart library. */
const LIBRARY_BORDER = "chart";

/** @typedef {{ file: string, target: string, typeOnly: boolean }} Import */

/** @param {string} path */
const folder = (path) => path.split("/")[0];

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
  const files = readdirSync(ROOT, { recursive: true }).map(String).filter((file) => file.endsWith(".js"));
  return files.flatMap((file) => importsOf(readFileSync(join(ROOT, file), "utf8")).map((one) => ({ file, ...one })));
}

test("the reader of imports sees every kind", () => {
  const source = 'import { a,\n  b } from "./a.js";\nimport "./b.js";\nexport { c } from "./c.js";\n/** @type {import("./d.js").D} */';
  assert.deepEqual(importsOf(source).map(({ target }) => target), ["./a.js", "./b.js", "./c.js", "./d.js"]);
});

test("each module imports only what its arrows allow", () => {
  const imports = allImports();
  assert.ok(imports.length > 50, `only ${imports.length} imports were found`);
  for (const { file, target } of imports) {
    if (!target.startsWith(".")) continue;
    const to = folder(relative(ROOT, resolve(ROOT, dirname(file), target)));
    const from = folder(file);
    assert.ok(from in MAY_IMPORT, `${file} is in no folder with arrows`);
    assert.ok(to === from || MAY_IMPORT[from].includes(to), `${file} must not import ${target}`);
  }
});

test("one folder alone knows the chart library", () => {
  const others = allImports().filter(({ file, target }) => !target.startsWith(".") && folder(file) !== LIBRARY_BORDER);
  assert.deepEqual(others, []);
});

test("what comes before the first price does not wait for the chart library", () => {
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
  assert.ok(reached.has("views/watchlist.js") && !reached.has("chart/plot.js"), [...reached].join(" "));
});
