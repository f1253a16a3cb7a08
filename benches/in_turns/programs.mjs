/** The rows of the whole program: CPU time of a server under load and at full speed, and memory of idle connections. */

import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

const CLOCK_TICKS_PER_SECOND = 100;
const LIMITS = ["--max-sessions", "30000", "--max-sessions-per-address", "30000"];
/** The time that a simulation at full speed is measured for. */
const FULL_SPEED_MS = 8_000;
/** The time after which a server that nobody uses is at rest. */
const REST_MS = 20_000;
/** Connections that ask for many bars and read nothing, and the time for which they do not. */
const UNREAD = 768;
const UNREAD_MS = 20_000;
const MANY_BARS = "/api/v1/bars?symbols=AAPL,MSFT,NVDA,AMZN,GOOGL,META,TSLA,AMD,NFLX,JPM&interval=1m&limit=5000";

const CAN_PIN = spawnSync("taskset", ["--version"]).status === 0;

/** Starts a program, on a core of its own if possible. @param {number} core @param {string[]} command */
function start(core, command) {
  const [program, ...args] = CAN_PIN ? ["taskset", "-c", String(core), ...command] : command;
  return spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
}

/**
 * Starts a server, measures it and stops it.
 *
 * @template T
 * @param {string[]} command
 * @param {(server: { url: string, pid: number }) => Promise<T>} measure
 * @returns {Promise<T>}
 */
async function withServer(command, measure) {
  // taskset becomes the program, so that the process is the server's.
  const child = start(0, [...command, "--bind", "127.0.0.1:0"]);
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const url = /http:\/\/[\d.:]+/.exec(line)?.[0];
      if (url) return await measure({ url, pid: /** @type {number} */ (child.pid) });
    }
    throw new Error(`${command.join(" ")} ended without an address`);
  } finally {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }
}

/** Loads a server and returns the report. @param {string} binary @param {string} url @param {string[]} args */
async function load(binary, url, args) {
  const child = start(1, [binary, "load", `${url.replace("http", "ws")}/ws`, "--json", "--quiet", ...args]);
  const chunks = [];
  for await (const chunk of child.stdout) chunks.push(chunk);
  const report = JSON.parse(Buffer.concat(chunks).toString());
  const { holes, overlaps, miscounted } = report.check;
  const faults = { failed: report.failed, errors: report.errors, holes, overlaps, miscounted };
  if (Object.values(faults).some((count) => count > 0))
    throw new Error(`the run has faults: ${JSON.stringify(faults)}`);
  return report;
}

/** User and system time of a process in seconds. @param {number} pid */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
}

/** Resident memory of a process in megabytes. @param {number} pid */
function residentMegabytes(pid) {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return (Number(kilobytes) * 1024) / 1e6;
}

/** Returns the highest memory while many connections ask for bars and read nothing. @param {{ url: string, pid: number }} server */
async function memoryOfUnread({ url, pid }) {
  const { hostname, port } = new URL(url);
  const sockets = Array.from({ length: UNREAD }, () => {
    const socket = connect({ host: hostname, port: Number(port) })
      .pause()
      .on("error", () => {});
    socket.write(`GET ${MANY_BARS} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n\r\n`);
    return socket;
  });
  let most = 0;
  for (const until = Date.now() + UNREAD_MS; Date.now() < until; await sleep(200))
    most = Math.max(most, residentMegabytes(pid));
  for (const socket of sockets) socket.destroy();
  return most;
}

/** @param {string} url @param {string} path @returns {Promise<any>} */
const json = async (url, path) => (await fetch(url + path)).json();

/**
 * Returns the CPU time of a tick, in nanoseconds, over the time that `pass` takes.
 *
 * @param {{ url: string, pid: number }} server
 * @param {() => Promise<void>} pass
 */
async function nanosPerTick({ url, pid }, pass) {
  const now = async () => ({ cpu: cpuSeconds(pid), ticks: (await json(url, "/healthz")).ticks });
  const before = await now();
  await pass();
  const after = await now();
  return ((after.cpu - before.cpu) / (after.ticks - before.ticks)) * 1e9;
}

/** @param {string} recording @returns {import("./run.mjs").Row[]} */
export function programRows(recording) {
  const replay = (/** @type {string} */ binary, /** @type {string} */ speed) => [
    ...[binary, "replay", recording, "--speed", speed, "--bars", "300"],
    ...LIMITS,
  ];
  /** @param {string} name @param {string} args @returns {import("./run.mjs").Row} */
  const underLoad = (name, args) => ({
    name,
    unit: "CPU-s a million updates",
    measure: (binary) =>
      withServer(replay(binary, "1x"), async ({ url }) => {
        const report = await load(binary, url, ["--connect-rate", "2000", ...args.split(" ")]);
        return report.server.cpu_seconds_per_million_updates;
      }),
  });
  return [
    underLoad("JSON, 1,000 clients", "--clients 1000 --symbols 50 --rate 5"),
    underLoad("JSON, 10,000 clients", "--clients 10000 --symbols 50 --rate 5"),
    underLoad("binary, 10,000 clients", "--clients 10000 --symbols 50 --rate 5 --format binary"),
    underLoad("JSON, 1,000 clients, rate every", "--clients 1000 --symbols 5 --rate every"),
    {
      name: "idle connections",
      unit: "bytes each",
      measure: (binary) =>
        withServer([binary, ...LIMITS], async ({ url }) => {
          const report = await load(binary, url, ["--clients", "5000", "--symbols", "1", "--rate", "0.5"]);
          return report.server.rss_bytes_per_client;
        }),
    },
    {
      name: "memory at rest",
      unit: "MB",
      measure: (binary) =>
        withServer([binary], async ({ pid }) => {
          await sleep(REST_MS);
          return residentMegabytes(pid);
        }),
    },
    {
      name: "memory with 10,000 clients",
      unit: "MB",
      measure: (binary) =>
        withServer(replay(binary, "1x"), async ({ url }) => {
          const args = "--connect-rate 2000 --clients 10000 --symbols 50 --rate 5".split(" ");
          return (await load(binary, url, args)).server.rss_bytes / 1e6;
        }),
    },
    {
      name: "memory with unread answers",
      unit: "MB",
      measure: (binary) => withServer([binary], memoryOfUnread),
    },
    {
      name: "replay at full speed",
      unit: "CPU-ns a tick",
      measure: (binary) =>
        withServer(replay(binary, "max"), (server) =>
          nanosPerTick(server, async () => {
            while ((await json(server.url, "/api/v1/feed")).state !== "ended") await sleep(20);
          }),
        ),
    },
    {
      name: "simulation at full speed",
      unit: "CPU-ns a tick",
      measure: (binary) =>
        withServer([binary, "--speed", "max"], (server) => nanosPerTick(server, () => sleep(FULL_SPEED_MS))),
    },
  ];
}
