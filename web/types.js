/**
 * Writes the types of the protocol's messages, from their JSON Schema, to `js/types/protocol.d.ts`:
 *
 *     node types.js
 *
 * `npm run check` runs it first. Git ignores the result.
 */

import { compile } from "json-schema-to-typescript";
import { readFileSync, writeFileSync } from "node:fs";

const SCHEMA = new URL("../docs/schema/tickcast.v1.json", import.meta.url);
const TYPES = new URL("js/types/protocol.d.ts", import.meta.url);

/**
 * Reads a schema and closes its objects, so that a misspelt member is an error.
 *
 * @param {string} text
 */
const readClosed = (text) =>
  JSON.parse(text, (name, value) => (name === "additionalProperties" && value === true ? false : value));

/** @param {URL} file */
function readIfThere(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

const types = await compile(readClosed(readFileSync(SCHEMA, "utf8")), "Protocol", {
  bannerComment: "",
  format: false,
  ignoreMinAndMaxItems: true,
});
// An unchanged file causes no build by cargo.
if (readIfThere(TYPES) !== types) writeFileSync(TYPES, types);
