/** The table of a run, and its goals. */

import { quantile } from "./honest.mjs";

/**
 * @typedef {object} Phase
 * @property {string} name
 * @property {any} report of the load generator
 * @property {number[]} p99s of each second
 * @property {number} cpu share of a core
 * @property {number} peak megabytes
 * @property {number} megabytes at the end
 * @property {{ all: number[], succeeded: number[] }} connections times in milliseconds
 * @property {{ all: number[], succeeded: number[] }} commands
 */

export const GOALS = {
  /** Megabytes: what the limits of OPERATIONS.md add up to. */
  budget: 150,
  /** The p99 under attack over the quiet one. */
  p99: 2,
  /** Memory after the attack over that before it. */
  memory: 1.1,
  /** Milliseconds of a command. */
  command: 100,
};

/** @param {number} value @param {string} [unit] @param {number} [digits] */
const show = (value, unit = "", digits = 1) => (Number.isFinite(value) ? value.toFixed(digits) + unit : "-");

/** @param {{ all: number[], succeeded: number[] }} times */
const successes = ({ all, succeeded }) => `${succeeded.length} of ${all.length}`;

/** The rows of the table: a name and its cell in each phase. @type {[string, (phase: Phase) => string][]} */
const ROWS = [
  ["memory at the end", ({ megabytes }) => show(megabytes, " MB")],
  ["memory at most", ({ peak }) => show(peak, " MB")],
  ["p99 of 100 honest clients", ({ report }) => show(report.delay_p99_us / 1e3, " ms")],
  ["p99 of the others, median second", ({ p99s }) => show(quantile(p99s, 0.5), " ms")],
  ["p99 of the others, 95 of 100 seconds", ({ p99s }) => show(quantile(p99s, 0.95), " ms")],
  ["updates a second", ({ report }) => show(report.updates_per_second, "", 0)],
  ["new honest connections that succeeded", ({ connections }) => successes(connections)],
  ["new connection, p99", ({ connections }) => show(quantile(connections.succeeded, 0.99), " ms")],
  ["commands that succeeded", ({ commands }) => successes(commands)],
  ["command, p99", ({ commands }) => show(quantile(commands.succeeded, 0.99), " ms")],
  ["server, cores", ({ cpu }) => show(cpu, "", 2)],
];

/**
 * Prints the table, the answers by status, and the goals. Returns whether all goals are met.
 *
 * @param {object} run
 * @param {Phase[]} run.phases
 * @param {any} run.whole report of the clients that stayed
 * @param {number} run.attackersCpu share of a core
 * @param {Record<string, Record<string, number>>} run.answers
 * @param {number} run.budget megabytes
 */
export function print({ phases, whole, attackersCpu, answers, budget }) {
  console.log(`| | ${phases.map(({ name }) => name).join(" | ")} |\n|---${"|---".repeat(phases.length)}|`);
  ROWS.forEach(([name, cell]) => console.log(`| ${name} | ${phases.map(cell).join(" | ")} |`));
  console.log(`\nThe attackers took ${attackersCpu.toFixed(2)} of a core. Answers by attack and status:\n`);
  for (const [attack, of] of Object.entries(answers)) {
    const all = Object.entries(of).map(([status, count]) => `${count} x ${status}`);
    console.log(`- ${attack}: ${all.join(", ")}`);
  }
  const [quiet, attack, after] = phases;
  const p99 = attack.report.delay_p99_us / quiet.report.delay_p99_us;
  const back = after.megabytes / quiet.megabytes;
  const command = quantile(attack.commands.succeeded, 0.99);
  const { connections, commands } = attack;
  const failures = [connections, commands].map(({ all, succeeded }) => all.length - succeeded.length);
  const { holes, overlaps, miscounted } = whole.check;
  const closed = Object.values(whole.closed).reduce((sum, count) => sum + count, 0) + whole.failed;
  /** @type {[string, number, string, boolean][]} */
  const goals = [
    ["memory at most, MB", attack.peak, `at most ${budget}`, attack.peak <= budget],
    ["p99 under attack over the quiet one", p99, `below ${GOALS.p99}`, p99 < GOALS.p99],
    ["memory after over before", back, `at most ${GOALS.memory}`, back <= GOALS.memory],
    ["p99 of commands, ms", command, `below ${GOALS.command}`, command < GOALS.command],
    ["new connections and commands that failed", failures[0] + failures[1], "0", failures[0] + failures[1] === 0],
    ["honest clients that were closed", closed, "0", closed === 0],
    ["holes, overlaps and miscounts", holes + overlaps + miscounted, "0", holes + overlaps + miscounted === 0],
  ];
  console.log("\n| goal | seen | wanted | met |\n|---|---|---|---|");
  for (const [name, seen, wanted, isMet] of goals)
    console.log(
      `| ${name} | ${show(seen, "", Number.isInteger(seen) ? 0 : 2)} | ${wanted} | ${isMet ? "yes" : "**no**"} |`,
    );
  return goals.every(([, , , isMet]) => isMet);
}
