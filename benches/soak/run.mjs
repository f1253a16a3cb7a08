/**
 * Connects 2,000 mixed clients to a server of its own and records the server's metrics every ten seconds.
 *
 *     cargo build --release
 *     node benches/soak/run.mjs --minutes 60 --out soak.csv
 *     node benches/soak/draw.mjs soak.csv docs/pictures/soak.svg
 *
 * The clients are `tickcast load` in JSON, slow JSON and binary for the whole time, others that come, stall and go
 * again and again, and a process that reads Server-Sent Events and polls over HTTP. The run ends with a summary, and
 * with exit code 1 if a promise is broken.
 */

import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { COLUMNS, row, samples } from "./scrape.mjs";

const { values: flags } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    out: { type: "string", default: "soak.csv" },
    binary: {
      type: "string",
      default:
        process.env.TICKCAST_TEST_BINARY ?? fileURLToPath(new URL("../../target/release/tickcast", import.meta.url)),
    },
    /** The number of clients, divided into twenty parts. */
    clients: { type: "string", default: "2000" },
    files: { type: "string", default: "4096" },
  },
});
const SECONDS = Number(flags.minutes) * 60;
const PART = Number(flags.clients) / 20;
const SCRAPE_MS = 10_000;
/** The simulation fills the rings at its start, so that growing memory is leaking memory. */
const SERVER = [
  "--seed",
  "7",
  "--bars",
  "1500",
  "--trades",
  "300",
  "--max-sessions",
  "3000",
  "--max-sessions-per-address",
  "3000",
  "--max-connections",
  "600",
];

/** @type {Set<import("node:child_process").ChildProcess>} */
const children = new Set();
let stopping = false;

/** @param {string} program @param {string[]} args */
function start(program, args) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  children.add(child);
  child.on("exit", () => children.delete(child));
  return child;
}

/** @param {import("node:child_process").ChildProcess} child */
async function output(child) {
  let text = "";
  child.stdout?.on("data", (data) => (text += data));
  let errors = "";
  child.stderr?.on("data", (data) => (errors += data));
  const code = await new Promise((done) => child.on("exit", done));
  return { text, errors, code };
}

/** @returns {Promise<{ address: string, server: import("node:child_process").ChildProcess }>} */
async function serve() {
  const server = start("sh", [
    "-c",
    `ulimit -n ${flags.files} && exec "$0" "$@"`,
    flags.binary,
    "--bind",
    "127.0.0.1:0",
    ...SERVER,
  ]);
  server.stderr?.on("data", (data) => process.stderr.write(`server: ${data}`));
  for await (const line of createInterface({ input: /** @type {import("node:stream").Readable} */ (server.stdout) })) {
    const found = /http:\/\/([\d.:]+)/.exec(line);
    if (found) return { address: found[1], server };
  }
  throw new Error("the server prints no address");
}

/** Runs the load generator once. @param {string} address @param {string} line */
async function load(address, line) {
  const args = [
    "load",
    `ws://${address}/ws`,
    "--json",
    "--quiet",
    "--rest",
    "2ms",
    "--connect-rate",
    "200",
    ...line.split(" "),
  ];
  const { text, errors } = await output(start(flags.binary, args));
  if (stopping) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`load ${line}: ${errors}`);
  }
}

/**
 * Runs the load generator again and again, for a few seconds each.
 *
 * @param {string} address @param {string[]} lines @param {number} until
 */
async function comeAndGo(address, lines, until) {
  const reports = [];
  for (let n = 0; Date.now() + 90_000 < until || n === 0; n += 1) {
    reports.push(await load(address, lines[n % lines.length]));
  }
  return reports;
}

const { address, server } = await serve();
const pid = server.pid;
const began = Date.now();
const until = began + SECONDS * 1_000;
console.log(`server ${pid} at ${address}; ${flags.clients} clients until ${new Date(until).toISOString()}`);
const all = `--duration ${SECONDS}s --warm-up 10s`;
const steady = [
  load(address, `--clients ${PART * 8} --symbols 10 --rate 5 ${all}`),
  load(address, `--clients ${PART * 4} --symbols all --rate 0.5 ${all}`),
  load(address, `--clients ${PART * 5} --symbols 10 --rate 5 --format binary ${all}`),
];
const passing = [
  comeAndGo(
    address,
    [12, 45].map(
      (secs) =>
        `--clients ${PART} --symbols all --rate 10 --stall ${PART} --stall-for ${secs}s --duration ${secs + 10}s`,
    ),
    until,
  ),
  comeAndGo(
    address,
    ["json", "binary"].map(
      (format) => `--clients ${PART} --symbols 5 --rate 10 --format ${format} --warm-up 1s --duration 15s`,
    ),
    until,
  ),
];
const readers = start(process.execPath, [
  fileURLToPath(new URL("readers.mjs", import.meta.url)),
  address,
  String(PART * 0.6),
  String(PART * 0.4),
]);
const readersDone = output(readers);

const csv = createWriteStream(flags.out);
csv.write(`${COLUMNS.join(",")}\n`);
/** @type {import("./scrape.mjs").Samples | undefined} */
let before;
let last;
const scrape = async () => {
  const now = Date.now();
  const scraped = samples(await (await fetch(`http://${address}/metrics`)).text());
  last = row(scraped, before, (now - began) / 1e3, now);
  csv.write(`${COLUMNS.map((name) => last[name]).join(",")}\n`);
  before = scraped;
};
const timer = setInterval(() => scrape().catch((error) => console.error(`scrape: ${error}`)), SCRAPE_MS);

const steadied = await Promise.all(steady);
clearInterval(timer);
const passed = (await Promise.all(passing)).flat();
await new Promise((done) => setTimeout(done, 2_000));
await scrape();
stopping = true;
readers.kill("SIGTERM");
const { text: read } = await readersDone;
// Without clients, the rest belongs to the server itself.
await new Promise((done) => setTimeout(done, 15_000));
await scrape();
csv.end();
server.kill("SIGTERM");
await new Promise((done) => server.on("exit", done));

for (const report of steadied) {
  const { clients, updates, delay_p50_us: p50, delay_p99_us: p99, check, closed } = report;
  console.log(JSON.stringify({ clients, updates, p50, p99, check, closed, exit: undefined }));
}
console.log(`${passed.length} runs of short-lived clients; readers ${read.trim()}`);
console.log("after the last client:", JSON.stringify(last));
const holes = [...steadied, ...passed].filter(
  (report) => report && (report.check.holes > 0 || report.check.overlaps > 0),
);
const faults = [
  [holes.length, "runs with missing ranges of updates"],
  [last?.bus_gaps, "gaps of the bus"],
  [last?.panics, "panics"],
  [(last?.sessions_websocket ?? 0) + (last?.sessions_events ?? 0), "sessions without a client"],
].filter(([count]) => count !== 0);
faults.forEach(([count, what]) => console.error(`broken promise: ${count} ${what}`));
process.exit(faults.length > 0 ? 1 : 0);
