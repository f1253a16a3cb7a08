/**
 * Runs the speed table of docs/BENCHMARKS.md for two builds in turns (A, B, A, B ..) and prints medians and ratios.
 *
 *     benches/ticker-csv 200 > /tmp/ticker.csv
 *     node benches/in_turns/run.mjs --recording /tmp/ticker.csv OLD/target/release/tickcast target/release/tickcast
 *     node benches/in_turns/run.mjs --benches OLD .
 *
 * Each server is loaded by the `tickcast load` of its own build, as two builds may differ in the protocol. Where
 * taskset is installed, the server has one core and the generator another. With `--benches` the two are source trees,
 * whose Criterion benches are run. The exit code is 1 if B needs more than `--tolerance` percent more than A in any
 * row.
 */

import { parseArgs } from "node:util";
import { benchRows } from "./benches.mjs";
import { programRows } from "./programs.mjs";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    benches: { type: "boolean", default: false },
    recording: { type: "string", default: "/tmp/ticker.csv" },
    turns: { type: "string", default: "5" },
    /** Runs only rows whose names contain this text. */
    only: { type: "string", default: "" },
    tolerance: { type: "string", default: "3" },
  },
});
if (positionals.length !== 2) throw new Error("name two binaries, or two source trees with --benches");

/**
 * A row of the table: what one run of one build needs, less being better.
 *
 * @typedef {{ name: string, unit: string, measure: (build: string) => Promise<number> }} Row
 */

/** @param {number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @param {Row} row @returns {Promise<number[][]>} the values of A and of B */
async function inTurns(row) {
  /** @type {number[][]} */
  const values = [[], []];
  for (let turn = 0; turn < Number(flags.turns); turn += 1) {
    for (const [at, build] of positionals.entries()) {
      const value = await row.measure(build);
      values[at].push(value);
      console.error(`${row.name}: ${"AB"[at]} ${value.toPrecision(4)} ${row.unit}`);
    }
  }
  return values;
}

const rows = (flags.benches ? benchRows() : programRows(flags.recording)).filter(({ name }) =>
  name.includes(flags.only),
);
console.log("| row | unit | A | B | B / A |\n|---|---|---|---|---|");
for (const row of rows) {
  const [a, b] = (await inTurns(row)).map(median);
  console.log(`| ${row.name} | ${row.unit} | ${a.toPrecision(4)} | ${b.toPrecision(4)} | ${(b / a).toFixed(3)} |`);
  if (b > a * (1 + Number(flags.tolerance) / 100)) process.exitCode = 1;
}
