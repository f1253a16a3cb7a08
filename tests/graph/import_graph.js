#!/usr/bin/env node
/**
 * Prints the import graph of the sources: the rooms (files and folders) in each folder, the arrows between them, the
 * floors (rooms in the longest chain of imports) and the circles, with the files that tie them. Tests are left out.
 *
 *     tests/graph/import_graph.js                    every folder that has rooms
 *     tests/graph/import_graph.js src/server         the arrows of one folder
 *     tests/graph/import_graph.js --commit 8a45a84   another revision
 *     tests/graph/import_graph.js --check            fails on circles and on arrows against ARCHITECTURE.md
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { TABLES, circlesIn, faultsIn, placesOf, readTables } from "./allowed.js";
import { ROOT, foldersIn, readSources } from "./folders.js";

/** @typedef {import("./rooms.js").Folder} Folder */

/** @param {Folder[]} folders */
function printFolders(folders) {
  const width = Math.max(...folders.map(({ name }) => name.length));
  console.log(`${"folder".padEnd(width)}  rooms  arrows  floors  circles`);
  for (const { name, rooms, arrows, floors, circles } of folders) {
    const figures = [rooms.length, arrows.length, floors, circles.length];
    const columns = figures.map((figure, at) => String(figure).padStart([5, 6, 6, 7][at]));
    console.log(`${name.padEnd(width)}  ${columns.join("  ")}`);
  }
  for (const folder of folders) for (const circle of folder.circles) printCircle(folder, circle);
}

/** @param {Folder} folder @param {string[]} circle */
function printCircle(folder, circle) {
  console.log(`\ncircle in ${folder.name}: ${circle.join(", ")}`);
  printArrows(folder.arrows.filter(({ from, to }) => circle.includes(from) && circle.includes(to)));
}

/** @param {import("./rooms.js").Arrow[]} arrows */
function printArrows(arrows) {
  for (const { from, to, uses } of arrows) {
    const places = placesOf(uses);
    const more = places.length > 3 ? `, and ${places.length - 3} more` : "";
    console.log(`  ${from} -> ${to}: ${places.slice(0, 3).join(", ")}${more}`);
  }
}

function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { commit: { type: "string" }, check: { type: "boolean", default: false } },
  });
  const folders = foldersIn(readSources(values.commit));
  for (const name of positionals) {
    const folder = folders.find((one) => one.name === name.replace(/\/$/, ""));
    if (!folder) throw new Error(`${name} is no folder with rooms`);
    console.log(`${folder.name}: ${folder.rooms.join(", ")}`);
    printArrows(folder.arrows);
  }
  if (positionals.length === 0) printFolders(folders);
  if (!values.check) return;
  const tables = readTables(readFileSync(join(ROOT, TABLES), "utf8"));
  const faults = [...circlesIn(folders), ...faultsIn(folders, tables)];
  for (const fault of faults) console.error(`fault: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}

main();
