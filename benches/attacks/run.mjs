/**
 * Runs all attacks at once against a server of its own with 1,000 honest clients, and prints one table.
 *
 *     cargo build --release
 *     node benches/attacks/run.mjs                                 # a quiet minute, five minutes, a minute after
 *     node benches/attacks/run.mjs --seconds 20                    # a short try
 *     node benches/attacks/run.mjs --seconds 20 --only slow_heads  # one attack alone (--list names them)
 *     node benches/attacks/run.mjs --csv memory.csv -- --answer-memory 32
 *
 * Flags after `--` are the server's. Everything stays on the loopback network. Each attack has a bounded number of
 * connections and of requests a second, and the attackers have a lower priority (`nice -n 10`), as they share two cores
 * with what is measured. The exit code is 1 if a goal is missed.
 */

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ATTACKS } from "./catalog.mjs";
import { Probes, Steady, measure } from "./honest.mjs";
import { GOALS, print } from "./table.mjs";

const { values: flags, positionals: serverFlags } = parseArgs({
  allowPositionals: true,
  options: {
    /** The time of the attack. */
    seconds: { type: "string", default: "300" },
    /** The quiet time before it, and the time after it until memory is measured again. */
    quiet: { type: "string" },
    /** Runs only these attacks, joined by commas. */
    only: { type: "string", default: Object.keys(ATTACKS).join(",") },
    list: { type: "boolean", default: false },
    clients: { type: "string", default: "1000" },
    /** The largest memory that the server may need, in MB. */
    budget: { type: "string", default: String(GOALS.budget) },
    /** The command that gives the attackers their priority. */
    priority: { type: "string", default: "nice -n 10" },
    /** Writes the memory of each half second to this file. */
    csv: { type: "string" },
    binary: {
      type: "string",
      default:
        process.env.TICKCAST_TEST_BINARY ?? fileURLToPath(new URL("../../target/release/tickcast", import.meta.url)),
    },
  },
});

if (flags.list) {
  console.log(Object.keys(ATTACKS).join("\n"));
  process.exit();
}

const SAMPLE_MS = 500;
/** Samples of memory that one figure is the median of. */
const SAMPLES = 9;
const CLOCK_TICKS_PER_SECOND = 100;
const TOKEN = "presenter-of-the-attacks";
const CAN_PIN = spawnSync("taskset", ["--version"]).status === 0;
const ATTACKERS = fileURLToPath(new URL("attackers.mjs", import.meta.url));

/** Starts a program, on a core of its own if possible. @param {number} core @param {string[]} command */
function start(core, command) {
  const [program, ...args] = CAN_PIN ? ["taskset", "-c", String(core), ...command] : command;
  return spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
}

async function serve() {
  const limits = ["--max-sessions-per-address", "2000", `--token=${TOKEN}`];
  const child = start(0, [flags.binary, "--seed", "7", "--bind", "127.0.0.1:0", ...limits, ...serverFlags]);
  child.stderr.on("data", (data) => process.stderr.write(`server: ${data}`));
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port) return { child, pid: /** @type {number} */ (child.pid), port: Number(port) };
  }
  throw new Error("the server printed no address");
}

/** Resident memory of a process in megabytes. @param {number} pid */
function resident(pid) {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return (Number(kilobytes) * 1024) / 1e6;
}

/** User and system time of a process in seconds. @param {number} pid */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
}

const { child: server, pid, port } = await serve();
const target = { port, token: TOKEN };
const began = Date.now();
/** @type {{ seconds: number, phase: string, megabytes: number }[]} */
const memory = [];
let phase = "connecting";
setInterval(() => {
  if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
  memory.push({ seconds: (Date.now() - began) / 1e3, phase, megabytes: resident(pid) });
}, SAMPLE_MS);

/** @param {string[]} args */
const load = (args) => start(1, [flags.binary, "load", ...args]);
const url = `ws://127.0.0.1:${port}/ws`;
const passing = Math.ceil(Number(flags.clients) / 10);
const steady = new Steady(load, url, Number(flags.clients) - passing);
await steady.measuring;
const probes = new Probes(target);

/** Measures one phase. @param {string} name @param {number} seconds */
async function run(name, seconds) {
  phase = name;
  console.error(`${name}: ${seconds} s`);
  probes.take();
  const [p99s, cpu] = [steady.p99s.length, cpuSeconds(pid)];
  const report = await measure(load, url, passing, seconds);
  const times = probes.take();
  const megabytes = memory.filter((sample) => sample.phase === name).map((sample) => sample.megabytes);
  return {
    name,
    report,
    p99s: steady.p99s.slice(p99s),
    cpu: (cpuSeconds(pid) - cpu) / (seconds + 1),
    peak: Math.max(...megabytes),
    megabytes: megabytes.slice(-SAMPLES).toSorted((a, b) => a - b)[SAMPLES >> 1],
    ...times,
  };
}

const seconds = Number(flags.seconds);
const quietSeconds = Number(flags.quiet ?? Math.min(60, Math.max(10, seconds)));
const quiet = await run("quiet", quietSeconds);
const attackers = start(1, [
  ...flags.priority.split(" "),
  ...[process.execPath, ATTACKERS, String(port), TOKEN, ...flags.only.split(",")],
]);
attackers.stderr.on("data", (data) => process.stderr.write(`attackers: ${data}`));
/** @type {Buffer[]} */
const answers = [];
attackers.stdout.on("data", (data) => answers.push(data));
const attack = await run("attack", seconds);
const attackersCpu = cpuSeconds(/** @type {number} */ (attackers.pid)) / (seconds + 1);
attackers.kill("SIGTERM");
await once(attackers, "close");
const after = await run("after", quietSeconds);
probes.stop();
const whole = await steady.stop();
server.kill("SIGTERM");
if (flags.csv) {
  const lines = memory.map(({ seconds: at, phase: of, megabytes }) => `${at.toFixed(1)},${of},${megabytes.toFixed(2)}`);
  writeFileSync(flags.csv, `seconds,phase,megabytes\n${lines.join("\n")}\n`);
}
const isMet = print({
  phases: [quiet, attack, after],
  whole,
  attackersCpu,
  answers: JSON.parse(Buffer.concat(answers).toString()),
  budget: Number(flags.budget),
});
process.exit(isMet ? 0 : 1);
