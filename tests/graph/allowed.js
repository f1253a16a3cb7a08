/** The arrows that are allowed: the tables of ARCHITECTURE.md, and what in the sources is against them. */

import { OWN } from "./rooms.js";

/** @typedef {import("./rooms.js").Folder} Folder */
/** @typedef {import("./rooms.js").Use} Use */
/**
 * @typedef {Map<string, Map<string, string[]>>} Tables what each room may import, by folder and room
 */

/** The document that has the tables. */
export const TABLES = "ARCHITECTURE.md";

/** In a table: every room of the folder. */
const ALL = "all";

/**
 * Reads every table whose head is `| in `folder` | may import |`. Each row has one or more rooms of that folder, and
 * the rooms that they may import, `all`, or nothing.
 * @param {string} text
 * @returns {Tables}
 */
export function readTables(text) {
  /** @type {Tables} */
  const tables = new Map();
  /** @type {Map<string, string[]> | null} */
  let table = null;
  for (const line of text.split("\n")) {
    const head = /^\| in `([^`]+)` \| may import \|$/.exec(line);
    if (head) {
      table = new Map();
      tables.set(head[1], table);
    } else if (!line.startsWith("|")) {
      table = null;
    } else if (table && !/^[|: -]+$/.test(line)) {
      const [rooms, allowed] = line.split("|").slice(1, 3);
      for (const room of codeIn(rooms)) table.set(room, allowed.trim() === ALL ? [ALL] : codeIn(allowed));
    }
  }
  return tables;
}

/** @param {string} cell */
const codeIn = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map((found) => found[1]);

/** @param {Use[]} uses */
export const placesOf = (uses) => uses.map(({ file, line, name }) => `${file}:${line} ${name}`);

/** @param {Folder[]} folders @returns {string[]} */
export function circlesIn(folders) {
  const sentence = (/** @type {string[]} */ circle) => `${circle.join(", ")} import each other`;
  return folders.flatMap(({ name, circles }) => circles.map((circle) => `${name}: ${sentence(circle)}`));
}

/**
 * Finds the arrows that no table allows, rooms that the tables do not name, and names without a room. A folder's own
 * file, such as `mod.rs`, may use its rooms, and they may use what it defines.
 *
 * @param {Folder[]} folders
 * @param {Tables} tables
 * @returns {string[]}
 */
export function faultsIn(folders, tables) {
  return [...tables].flatMap(([name, table]) => {
    const folder = folders.find((one) => one.name === name);
    if (!folder) return [`${TABLES} has a table for ${name}, which has no rooms`];
    const named = new Set([...table.keys(), ...[...table.values()].flat()]);
    const missing = [...named].filter((room) => room !== ALL && !folder.rooms.includes(room));
    const unnamed = folder.rooms.filter((room) => room !== OWN && !table.has(room));
    const forbidden = folder.arrows.filter(({ from, to }) => {
      const allowed = from === OWN || to === OWN ? [ALL] : (table.get(from) ?? []);
      return !allowed.includes(ALL) && !allowed.includes(to);
    });
    return [
      ...missing.map((room) => `${name}: the table names ${room}, which is not there`),
      ...unnamed.map((room) => `${name}: the table does not name ${room}`),
      ...forbidden.map(({ from, to, uses }) => `${name}: ${from} may not import ${to}: ${placesOf(uses).join(", ")}`),
    ];
  });
}
