/** Starts the real binary and a real browser for the tests of the page. */

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttpServer, request as requestHttp } from "node:http";
import { createRequire } from "node:module";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{ url: string, port: number, stop: () => Promise<void>, kill: () => Promise<void> }} Server */
/**
 * `faults` are errors and warnings of the console. `foreign` are requests to other origins.
 *
 * @typedef {{ page: Page, faults: string[], foreign: string[] }} Visit
 */

const require = createRequire(new URL("../../web/package.json", import.meta.url));
/** @type {typeof import("playwright-core")} */
const { chromium } = require("playwright-core");

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const OUT = join(ROOT, "tests/e2e/out");
const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium";
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const START_MS = 60_000;

function binary() {
  const given = process.env.TICKCAST_TEST_BINARY;
  if (given) return resolve(given);
  const built = ["target/debug/tickcast", "target/release/tickcast"]
    .map((path) => join(ROOT, path))
    .find((path) => existsSync(path));
  if (!built) throw new Error("there is no binary: run `cargo build`, or set TICKCAST_TEST_BINARY");
  return built;
}

/**
 * @param {string[]} args without `--bind`
 * @param {number} [port] 0 for any
 * @param {string} [host] an address that others reach, where nobody may control the feed without a token
 * @returns {Promise<Server>}
 */
export function startServer(args, port = 0, host = "127.0.0.1") {
  const child = spawn(binary(), [...args, "--bind", `${host}:${port}`], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((done) => void child.once("exit", done));
  /** @param {NodeJS.Signals} signal */
  const end = async (signal) => {
    child.kill(signal);
    await ended;
  };
  return new Promise((ready, fail) => {
    let output = "";
    const timer = setTimeout(() => fail(new Error(`the server did not start:\n${output}`)), START_MS);
    const onOutput = (/** @type {Buffer} */ text) => {
      output += text;
      const found = output.match(/http:\/\/[^\s/:]+:(\d+)\//);
      if (!found) return;
      clearTimeout(timer);
      ready({
        url: `http://127.0.0.1:${found[1]}/`,
        port: Number(found[1]),
        stop: () => end("SIGTERM"),
        kill: () => end("SIGKILL"),
      });
    };
    child.stdout.on("data", onOutput);
    child.stderr.on("data", (text) => (output += text));
    child.once("error", fail);
    void ended.then((code) => fail(new Error(`the server ended with ${code}:\n${output}`)));
  });
}

/**
 * Forwards bytes between the browser and a server, and can cut the connection like a failing network.
 *
 * @param {number} port of the server
 */
export async function startWire(port) {
  /** @type {Set<import("node:net").Socket>} */
  const ends = new Set();
  let whole = true;
  const wire = createServer((near) => {
    if (!whole) return void near.destroy();
    const far = connect(port, "127.0.0.1");
    for (const [end, other] of [
      [near, far],
      [far, near],
    ]) {
      ends.add(end);
      end.pipe(other);
      end.on("error", () => {});
      end.on("close", () => {
        ends.delete(end);
        other.destroy();
      });
    }
  });
  await new Promise((ready) => void wire.listen(0, "127.0.0.1", () => ready(null)));
  const { port: near } = /** @type {import("node:net").AddressInfo} */ (wire.address());
  const cut = () => {
    whole = false;
    for (const end of ends) end.destroy();
  };
  return {
    url: `http://127.0.0.1:${near}/`,
    cut,
    restore() {
      whole = true;
    },
    async close() {
      cut();
      await new Promise((done) => void wire.close(done));
    },
  };
}

/**
 * Forwards requests to a server, as a tunnel or a proxy does.
 *
 * @param {number} port of the server
 * @param {{ keepsHost?: boolean, upgrades?: boolean }} how the server sees the name in the browser's address, and the
 *   proxy passes WebSockets on
 */
export async function startProxy(port, { keepsHost = true, upgrades = true }) {
  const host = `127.0.0.1:${port}`;
  const pass = (/** @type {import("node:http").IncomingMessage} */ from) =>
    requestHttp({
      port,
      method: from.method,
      path: from.url,
      headers: keepsHost ? from.headers : { ...from.headers, host },
    });
  const proxy = createHttpServer((from, to) => {
    const request = pass(from);
    request.on("response", (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    });
    request.on("error", () => to.writeHead(502).end());
    from.pipe(request);
  });
  /** @type {Set<import("node:stream").Duplex>} */
  const open = new Set();
  proxy.on("upgrade", (from, near) => {
    open.add(near);
    near.on("error", () => {});
    if (!upgrades) {
      for (const name of ["upgrade", "connection"]) delete from.headers[name];
    }
    const request = pass(from);
    request.on("upgrade", ({ headers }, far, begun) => {
      open.add(far);
      far.on("error", () => {});
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      near.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("")}\r\n`);
      near.write(begun);
      far.pipe(near).pipe(far);
    });
    request.on("response", (answer) => near.end(`HTTP/1.1 ${answer.statusCode} Rejected\r\ncontent-length: 0\r\n\r\n`));
    request.on("error", () => near.destroy());
    request.end();
  });
  await new Promise((ready) => void proxy.listen(0, "127.0.0.1", () => ready(null)));
  const { port: near } = /** @type {import("node:net").AddressInfo} */ (proxy.address());
  return {
    url: `http://127.0.0.1:${near}/`,
    async close() {
      for (const end of open) end.destroy();
      proxy.closeAllConnections();
      await new Promise((done) => void proxy.close(done));
    },
  };
}

/**
 * Records the messages of a page, over all its connections.
 *
 * @param {Page} page not yet loaded, or about to reconnect
 */
export function recordTraffic(page) {
  /** @type {{ sent: any[], received: any[], connections: number }} */
  const traffic = { sent: [], received: [], connections: 0 };
  page.on("websocket", (socket) => {
    traffic.connections += 1;
    socket.on("framesent", ({ payload }) => void traffic.sent.push(JSON.parse(String(payload))));
    socket.on("framereceived", ({ payload }) => void traffic.received.push(JSON.parse(String(payload))));
  });
  return traffic;
}

export async function openBrowser() {
  const profile = mkdtempSync(join(tmpdir(), "tickcast-e2e-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: QUIET,
    viewport: { width: 1440, height: 900 },
    colorScheme: "dark",
  });

  return {
    /**
     * Opens a page, and records faults and requests to other origins.
     *
     * @param {string} url
     * @param {(page: Page) => unknown} [prepare] before it loads
     * @returns {Promise<Visit>}
     */
    async visit(url, prepare) {
      const page = await context.newPage();
      // Without the settings of earlier pages.
      const session = await context.newCDPSession(page);
      await session.send("Storage.clearDataForOrigin", { origin: new URL(url).origin, storageTypes: "local_storage" });
      await session.detach();
      await prepare?.(page);
      page.setDefaultTimeout(30_000);
      /** @type {string[]} */
      const faults = [];
      /** @type {string[]} */
      const foreign = [];
      const { origin } = new URL(url);
      page.on("console", (line) => void (["error", "warning"].includes(line.type()) && faults.push(line.text())));
      page.on("pageerror", (fault) => void faults.push(fault.message));
      page.on("request", (request) => void (new URL(request.url()).origin !== origin && foreign.push(request.url())));
      await page.goto(url);
      // Keys go to the front page.
      await page.bringToFront();
      return { page, faults, foreign };
    },
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/**
 * @param {Page} page
 * @param {string} name
 */
export async function picture(page, name) {
  mkdirSync(OUT, { recursive: true });
  await page.screenshot({ path: join(OUT, `${name}.png`) });
}
