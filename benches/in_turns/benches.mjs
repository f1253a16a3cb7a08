/** The rows of the Criterion benches: reading a file, and the simulator with and without a market. */

import { execFileSync } from "node:child_process";

const ROWS = [
  ["reading", "reading/ticks"],
  ["reading", "reading/market state"],
  ["simulation", "simulation, 40 symbols/natural rates, into market state"],
  ["simulation", "simulation, 40 symbols/busy, into market state"],
];

const PREFIXES = { "": 1, K: 1e3, M: 1e6, G: 1e9 };

/**
 * Reads the throughput that Criterion prints: lowest, middle and highest, each with its unit.
 *
 * @param {string} output
 * @returns {number} elements a second
 */
export function throughput(output) {
  const found = /thrpt:\s+\[[\d.]+ \w+\/s ([\d.]+) ([KMG]?)elem\/s/.exec(output);
  if (!found) throw new Error(`no throughput in: ${output}`);
  return Number(found[1]) * PREFIXES[/** @type {keyof typeof PREFIXES} */ (found[2])];
}

/** @returns {import("./run.mjs").Row[]} */
export function benchRows() {
  return ROWS.map(([bench, name]) => ({
    name,
    unit: "ns each",
    measure: async (tree) => {
      const args = ["bench", "--locked", "--quiet", "--bench", bench, "--", "--exact", name];
      return 1e9 / throughput(execFileSync("cargo", args, { cwd: tree, encoding: "utf8" }));
    },
  }));
}
