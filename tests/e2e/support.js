/** Starts the real binary and a real browser for the tests of the page. */

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{ url: string, port: number, stop: () => Promise<void>, kill: () => Promise<void> }} Server */
/**
 * `faults`: what the console complained of; `foreign`: requests elsewhere.
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
 * @param {string} [host] one that others reach: then nobody may drive the feed
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
    let told = "";
    const timer = setTimeout(() => fail(new Error(`the server did not say that it is ready:\n${told}`)), START_MS);
    const hear = (/** @type {Buffer} */ text) => {
      told += text;
      const found = told.match(/http:\/\/[^\s/:]+:(\d+)\//);
      if (!found) return;
      clearTimeout(timer);
      ready({
        url: `http://127.0.0.1:${found[1]}/`,
        port: Number(found[1]),
        stop: () => end("SIGTERM"),
        kill: () => end("SIGKILL"),
      });
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", (text) => (told += text));
    child.once("error", fail);
    void ended.then((code) => fail(new Error(`the server ended with ${code}:\n${told}`)));
  });
}

/**
 * Carries bytes between the browser and a server, and can lose them: the browser sees a network that fails.
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
 * Takes down what a page says to its server and hears from it, also over several connections.
 *
 * @param {Page} page not yet loaded, or about to connect again
 */
export function listenIn(page) {
  /** @type {{ sent: any[], heard: any[], connections: number }} */
  const said = { sent: [], heard: [], connections: 0 };
  page.on("websocket", (socket) => {
    said.connections += 1;
    socket.on("framesent", ({ payload }) => void said.sent.push(JSON.parse(String(payload))));
    socket.on("framereceived", ({ payload }) => void said.heard.push(JSON.parse(String(payload))));
  });
  return said;
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
     * Opens a page and takes note of everything that should not happen.
     *
     * @param {string} url
     * @param {(page: Page) => unknown} [prepare] before it loads
     * @returns {Promise<Visit>}
     */
    async visit(url, prepare) {
      const page = await context.newPage();
      // What an earlier page kept is not this one's.
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
      page.on("console", (said) => void (["error", "warning"].includes(said.type()) && faults.push(said.text())));
      page.on("pageerror", (fault) => void faults.push(fault.message));
      page.on("request", (request) => void (new URL(request.url()).origin !== origin && foreign.push(request.url())));
      await page.goto(url);
      // Keys go to the page in front.
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
