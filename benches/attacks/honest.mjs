/** Honest clients: those of the ticker workload, new connections, and a presenter's commands. */

import { once } from "node:events";
import { Agent, request } from "node:http";
import { createInterface } from "node:readline";

/** @typedef {import("./sockets.mjs").Target} Target */
/** @typedef {(args: string[]) => import("node:child_process").ChildProcess} Load starts `tickcast load` */

/** The time after which an honest client gives up. */
const TIMEOUT_MS = 5_000;
const COMMAND_MS = 2_000;
const CONNECT_MS = 250;

/** The value below which a share of all values lies. @param {number[]} values @param {number} share */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** Clients that stay for the whole run. The generator prints the p99 of each second. */
export class Steady {
  /** @type {number[]} */
  p99s = [];

  /** @param {Load} load @param {string} url @param {number} clients */
  constructor(load, url, clients) {
    this.child = load([
      url,
      "--json",
      "--clients",
      String(clients),
      "--symbols",
      "40",
      "--rate",
      "5",
      "--duration",
      "1h",
    ]);
    const chunks = /** @type {Buffer[]} */ ([]);
    this.child.stdout?.on("data", (data) => chunks.push(data));
    this.report = once(this.child, "exit").then(() => JSON.parse(Buffer.concat(chunks).toString()));
    this.report.catch(() => {});
    const lines = createInterface({ input: /** @type {import("node:stream").Readable} */ (this.child.stderr) });
    this.measuring = new Promise((begun, failed) => {
      lines.on("line", (line) => {
        const p99 = /^measuring .* p99 ([\d.]+) ms/.exec(line)?.[1];
        if (p99) this.p99s.push(Number(p99));
        if (p99) begun(undefined);
      });
      lines.on("close", () => failed(new Error("the honest clients ended before they measured")));
    });
  }

  /** Ends the clients and returns their report. */
  async stop() {
    this.child.kill("SIGINT");
    return this.report;
  }
}

/**
 * A hundred further clients that connect now, and are measured for `seconds`.
 *
 * @param {Load} load
 * @param {string} url
 * @param {number} clients
 * @param {number} seconds
 */
export async function measure(load, url, clients, seconds) {
  const args = `--json --quiet --clients ${clients} --symbols 40 --rate 5 --warm-up 1s --duration ${seconds}s`;
  const child = load([url, ...args.split(" ")]);
  const chunks = /** @type {Buffer[]} */ ([]);
  child.stdout?.on("data", (data) => chunks.push(data));
  await once(child, "exit");
  return JSON.parse(Buffer.concat(chunks).toString());
}

/**
 * Sends one request and returns its time in milliseconds, or NaN if it failed.
 *
 * @param {Target} target @param {import("node:http").RequestOptions} options @param {string} [body]
 * @returns {Promise<number>}
 */
function timed({ port }, options, body = "") {
  const begun = performance.now();
  return new Promise((done) => {
    const sent = request({ host: "127.0.0.1", port, timeout: TIMEOUT_MS, ...options }, (answer) => {
      answer.resume();
      answer.on("end", () => done(answer.statusCode === 200 ? performance.now() - begun : NaN));
    });
    sent.on("timeout", () => sent.destroy());
    sent.on("error", () => done(NaN));
    sent.on("upgrade", (_, socket) => done((socket.destroy(), performance.now() - begun)));
    sent.end(body);
  });
}

/** Times that are collected in one phase, NaN for failures. */
class Times {
  /** @type {number[]} */
  all = [];

  get succeeded() {
    return this.all.filter((time) => !Number.isNaN(time));
  }
}

/** Opens new connections and sends commands, all the time. */
export class Probes {
  connections = new Times();
  commands = new Times();

  /** @param {Target} target */
  constructor(target) {
    let number = 0;
    const handshake = { connection: "upgrade", upgrade: "websocket", "sec-websocket-version": "13" };
    const websocket = { path: "/ws", headers: { ...handshake, "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==" } };
    this.timers = [
      setInterval(async () => {
        const { all } = this.connections;
        number += 1;
        all.push(await timed(target, { agent: false, ...(number % 2 ? { path: "/healthz" } : websocket) }));
      }, CONNECT_MS),
      setInterval(() => this.#command(target), COMMAND_MS),
    ];
  }

  /** The presenter has a connection of his own, which a browser keeps too. */
  #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  /** Pauses the market, and plays on at once. @param {Target} target */
  async #command(target) {
    const { all } = this.commands;
    for (const command of ["pause", "play"]) {
      const headers = { "content-type": "application/json", authorization: `Bearer ${target.token}` };
      const options = { agent: this.#agent, method: "POST", path: "/api/v1/feed", headers };
      all.push(await timed(target, options, JSON.stringify({ command })));
    }
  }

  /** Returns the times of the phase that ends, and begins another one. */
  take() {
    const { connections, commands } = this;
    this.connections = new Times();
    this.commands = new Times();
    return { connections, commands };
  }

  stop() {
    this.timers.forEach(clearInterval);
    this.#agent.destroy();
  }
}
