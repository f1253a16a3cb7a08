/**
 * The age of the newest price in the hand of slow clients, on real sockets with the kernels' default buffers.
 *
 *     cargo build --release
 *     node benches/freshness/run.mjs                             # five minutes: all clients, handlers and rates
 *     node benches/freshness/run.mjs --seconds 60 --rates 60     # a shorter try
 *     node benches/freshness/run.mjs --stall 20 --handlers 0     # clients that stop for 20 seconds
 *     node benches/freshness/run.mjs --server ws                 # the same clients of a server by `ws`
 *     node benches/freshness/run.mjs --server nats               # .. of nats-server (Debian's package)
 *
 * All clients run at once, each in a process of its own. Python libraries are installed in a temporary folder.
 */

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readPage } from "./page.mjs";

const { values: flags } = parseArgs({
  options: {
    seconds: { type: "string", default: "300" },
    /** Seconds that a client takes for each message. */
    handlers: { type: "string", default: "0.05,0.2,0.5" },
    rates: { type: "string", default: "5,60,every" },
    clients: { type: "string", default: "websocket-client,websockets,aiohttp,ws,page" },
    /** Seconds for which each client stops once. */
    stall: { type: "string", default: "0" },
    server: { type: "string", default: "tickcast" },
    binary: {
      type: "string",
      default:
        process.env.TICKCAST_TEST_BINARY ?? fileURLToPath(new URL("../../target/release/tickcast", import.meta.url)),
    },
  },
});

const PYTHON = ["websocket-client==1.9.2", "websockets==15.0.1", "aiohttp==3.13.2"];
const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
const folder = join(tmpdir(), "tickcast-freshness");
const python = join(folder, "bin", "python");
const rates = flags.rates.split(",");
/** @type {import("node:child_process").ChildProcess[]} */
const children = [];
process.on("exit", () => children.forEach((child) => child.kill()));

/**
 * Starts a program and waits for a line of its output.
 *
 * @param {string[]} command
 * @param {RegExp} pattern
 */
async function start([program, ...args], pattern) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const found = pattern.exec(line);
    if (found) return found;
  }
  throw new Error(`${program} ended`);
}

/** Starts the server. @returns {Promise<(rate: string) => { url: string, request: string }>} */
async function serve() {
  if (flags.server === "tickcast") {
    const command = [flags.binary, "--seed", "7", "--bind", "127.0.0.1:0"];
    const [, port] = await start(command, /http:\/\/127\.0\.0\.1:(\d+)/);
    return (rate) => ({
      url: `ws://127.0.0.1:${port}/ws`,
      request: JSON.stringify({
        type: "subscribe",
        channel: "quotes",
        symbols: ["*"],
        rate: rate === "every" ? rate : Number(rate),
      }),
    });
  }
  if (flags.server === "ws") {
    await start([process.execPath, here("peer.mjs"), "ws", "3999", flags.rates], /ready/);
    return (rate) => ({ url: `ws://127.0.0.1:3999/${rate}`, request: "{}" });
  }
  const package_ = mkdtempSync(join(tmpdir(), "nats-"));
  const run = (/** @type {string} */ program, /** @type {string[]} */ args) =>
    execFileSync(program, args, { cwd: package_ });
  run("apt-get", ["download", "-q", "nats-server"]);
  run("sh", ["-c", "dpkg -x nats-server*.deb ."]);
  writeFileSync(join(package_, "nats.conf"), 'port: 3998\nwebsocket { port: 3999, host: "127.0.0.1", no_tls: true }\n');
  const nats = spawn(join(package_, "usr/sbin/nats-server"), ["-c", join(package_, "nats.conf")], { stdio: "ignore" });
  children.push(nats);
  await sleep(1_000);
  await start([process.execPath, here("peer.mjs"), "nats", "3998", flags.rates], /ready/);
  const request = (/** @type {string} */ rate) => `CONNECT {"verbose":false}\r\nSUB rate.${rate} 1\r\n`;
  return (rate) => ({ url: "ws://127.0.0.1:3999/", request: request(rate) });
}

if (!existsSync(python)) {
  execFileSync("python3", ["-m", "venv", folder]);
  execFileSync(python, ["-m", "pip", "install", "-q", ...PYTHON], { stdio: "inherit" });
}
const target = await serve();

/** @param {string} client @param {string} rate @param {string} handler */
async function measure(client, rate, handler) {
  const { url, request } = target(rate);
  if (client === "page") return readPage(url, { handler: Number(handler), seconds: Number(flags.seconds) });
  const reader = client === "ws" ? [process.execPath, here("reader.mjs")] : [python, here("reader.py")];
  const [program, ...args] = [...reader, client, url, request, handler, flags.seconds, flags.stall];
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  /** @type {Buffer[]} */
  const out = [];
  child.stdout.on("data", (data) => out.push(data));
  await once(child, "close");
  return JSON.parse(Buffer.concat(out).toString());
}

const runs = flags.clients.split(",").flatMap((client) => {
  // The page has rates of its own.
  const own = client === "page" ? (flags.server === "tickcast" && flags.stall === "0" ? ["own"] : []) : rates;
  return own.flatMap((rate) => flags.handlers.split(",").map((handler) => ({ client, rate, handler })));
});
const results = await Promise.all(
  runs.map(async (run) => ({ ...run, ...(await measure(run.client, run.rate, run.handler)) })),
);
const seconds = (/** @type {number | null} */ value) => (value === null ? "-" : `${value.toFixed(2)} s`);
console.log(`${flags.server}, ${flags.seconds} s`);
console.log(
  "| client | rate | handler | messages | largest age after 5 s | at the end | first, then after a stall | closed |",
);
console.log("|---|---|---|---|---|---|---|---|");
for (const { client, rate, handler, messages, largest, last, closed, ...after } of results) {
  const stalled = `${seconds(after.first_after_stall)}, ${seconds(after.second_after_stall)}`;
  const cells = [client, rate, `${handler} s`, messages, seconds(largest), seconds(last), stalled, closed ?? "no"];
  console.log(`| ${cells.join(" | ")} |`);
}
const late = results.filter(
  ({ client, handler, largest, closed }) =>
    closed !== null || (client !== "websockets" && largest > 1.5 + Number(handler)),
);
process.exit(flags.server === "tickcast" && flags.stall === "0" && late.length > 0 ? 1 : 0);
