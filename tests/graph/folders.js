/** Reads the sources of the crate and of the page, and makes the import graph of each folder. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { importsOf } from "./javascript_modules.js";
import { OWN, foldersOf } from "./rooms.js";
import { dependencies, everyModule, readCrate } from "./rust_modules.js";

/** @typedef {import("./rooms.js").Folder} Folder */

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const CRATE = "src";
const PAGE = "web/js";

/**
 * Reads the sources of a revision, or of the working tree.
 * @param {string} [commit]
 * @returns {Map<string, string>} text by path
 */
export function readSources(commit) {
  const git = (/** @type {string[]} */ ...args) =>
    execFileSync("git", args, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 28 });
  const tree = ["ls-files", "--cached", "--others", "--exclude-standard"];
  const listing = git(...(commit ? ["ls-tree", "-r", "--name-only", commit] : tree), "--", CRATE, PAGE);
  const paths = new Set(listing.split("\n").filter((path) => /\.(rs|js)$/.test(path)));
  /** @type {Map<string, string>} */
  const sources = new Map();
  for (const path of paths) {
    const source = commit ? git("show", `${commit}:${path}`) : readIfThere(join(ROOT, path));
    if (source !== null) sources.set(path, source);
  }
  return sources;
}

/** A file that was deleted is listed until that is committed. @param {string} path */
function readIfThere(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** @param {Map<string, string>} sources @returns {Folder[]} */
function rustFolders(sources) {
  const modules = everyModule(readCrate(sources, CRATE));
  const inFile = modules.filter((module) => module.file !== module.parent?.file);
  const placeOf = new Map(inFile.map((module) => [module.file, module.path]));
  const isFolder = new Set(inFile.map((module) => module.parent?.file));
  const places = inFile.map(({ file, path }) => (isFolder.has(file) ? [...path, OWN] : path));
  const uses = modules.flatMap((module) =>
    dependencies(module).map(({ target, name, line }) => ({
      from: placeOf.get(module.file) ?? [],
      to: placeOf.get(target.file) ?? [],
      file: module.file,
      line,
      name,
    })),
  );
  return foldersOf(CRATE, places, uses);
}

/** @param {Map<string, string>} sources @returns {Folder[]} */
function pageFolders(sources) {
  const files = [...sources.keys()].filter((path) => path.startsWith(`${PAGE}/`));
  const placeOf = (/** @type {string} */ file) => file.slice(PAGE.length + 1).split("/");
  const uses = files.flatMap((file) =>
    importsOf(sources.get(file) ?? "")
      .filter(({ target }) => target.startsWith("."))
      .map(({ target, line, isType }) => {
        const to = placeOf(join(dirname(file), target));
        return { from: placeOf(file), to, file, line, name: target, isType };
      }),
  );
  return foldersOf(PAGE, files.map(placeOf), uses);
}

/** @param {Map<string, string>} sources text by path @returns {Folder[]} */
export const foldersIn = (sources) => [...rustFolders(sources), ...pageFolders(sources)];
