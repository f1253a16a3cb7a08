/**
 * Prints the results of the Autobahn suite as a table in Markdown: one row a group, then each case that did not simply
 * pass.
 *
 *     node tests/autobahn/table.mjs target/autobahn/index.json
 *
 * Exit code 1 if a case failed.
 */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The groups of the suite. */
const GROUPS = new Map([
  ["1", "framing"],
  ["2", "pings and pongs"],
  ["3", "reserved bits"],
  ["4", "opcodes"],
  ["5", "fragments"],
  ["6", "UTF-8"],
  ["7", "close"],
  ["9", "limits and speed"],
  ["10", "fragments of one size"],
  ["12", "compression, one message after the other"],
  ["13", "compression, by parameters"],
]);

/**
 * How the suite judges a case and its close: `Pass`; `Non-strict` where the RFC allows it but the suite would rather see
 * something else; `Informational` where the RFC leaves it open; `Unimplemented` where the server does not offer it.
 * @type {Record<string, string>}
 */
const WORDS = {
  OK: "Pass",
  "NON-STRICT": "Non-strict",
  INFORMATIONAL: "Informational",
  UNIMPLEMENTED: "Unimplemented",
};

/**
 * @typedef {object} Result
 * @property {string} behavior
 * @property {string} behaviorClose
 * @property {number} duration in milliseconds
 * @property {string} reportfile
 */

const [file = "target/autobahn/index.json"] = process.argv.slice(2);
const [agent] = Object.values(/** @type {Record<string, Record<string, Result>>} */ (JSON.parse(text(file))));
const results = Object.entries(agent).sort(([one], [other]) => one.localeCompare(other, "en", { numeric: true }));

/** @param {string} path */
function text(path) {
  return readFileSync(path, "utf8");
}

/** @param {string} id */
function groupOf(id) {
  return id.split(".")[0];
}

/**
 * The word for a case: that of its close where only the close is not as wanted.
 * @param {Result} result
 */
function wordOf({ behavior, behaviorClose }) {
  const judged = behavior === "OK" && behaviorClose !== "INFORMATIONAL" ? behaviorClose : behavior;
  return WORDS[judged] ?? "Failed";
}

const words = [...Object.values(WORDS), "Failed"];
console.log(`| group of Autobahn | cases | ${words.join(" | ")} |\n|---|---|${"---|".repeat(words.length)}`);
for (const [group, name] of GROUPS) {
  const inGroup = results.filter(([id]) => groupOf(id) === group).map(([, result]) => wordOf(result));
  if (inGroup.length > 0) {
    const counts = words.map((word) => inGroup.filter((each) => each === word).length || "");
    console.log(`| ${group} ${name} | ${inGroup.length} | ${counts.join(" | ")} |`);
  }
}

const others = results.filter(([, result]) => !["Pass", "Unimplemented"].includes(wordOf(result)));
for (const [id, result] of others) {
  const { description, result: outcome, resultClose } = JSON.parse(text(join(dirname(file), result.reportfile)));
  const plain = (/** @type {string} */ html) =>
    html
      .replaceAll(/<[^>]*>/g, " ")
      .replaceAll(/\s+/g, " ")
      .trim();
  console.log(`\n${id} ${wordOf(result)}: ${plain(description)}\n    ${plain(outcome)}\n    ${plain(resultClose)}`);
}
const failed = results.filter(([, result]) => wordOf(result) === "Failed").length;
console.log(`\n${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
