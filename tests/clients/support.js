/**
 * Starts the example clients as a reader would: Python from a virtual environment, JavaScript next to its one library.
 */

import { execFileSync, spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/**
 * @typedef {Object} Running
 * @property {string[]} lines
 * @property {() => string} output all lines, and what the program wrote to standard error
 * @property {Promise<number | null>} ended
 * @property {(count: number) => Promise<void>} next waits for so many lines
 * @property {() => void} kill
 */
/**
 * @typedef {Object} Client
 * @property {string} name
 * @property {boolean} exact whether it prints prices with the digits they came with
 * @property {string | null} missing why it cannot be run here
 * @property {string[]} command
 * @property {(attempt: number, hintMs: number | null, chance: number) => number} waitBefore milliseconds, as its own
 *   function computes them
 */

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const CLIENTS = join(ROOT, "docs/clients");
export const BIN = join(ROOT, "web/node_modules/.bin");
const REQUIREMENTS = join(CLIENTS, "requirements.txt");
const VENV = join(ROOT, "tests/clients/.venv");
const PYTHON = join(VENV, "bin/python");
const STAMP = "installed-requirements.txt";

/** @type {any} */
export const ws = createRequire(new URL("../../web/package.json", import.meta.url))("ws");

/** @returns {string | null} why there is no Python with the libraries, or null */
export function preparePython() {
  const wanted = readFileSync(REQUIREMENTS, "utf8");
  if (installed(wanted)) return null;
  try {
    execFileSync("python3", ["-c", "import ensurepip, venv"], { stdio: "pipe" });
  } catch {
    return "python3 cannot make virtual environments here (Debian: apt-get install python3 python3-venv)";
  }
  // Made in a folder of its own and renamed: the test files run in parallel, and the first that is ready wins.
  const folder = mkdtempSync(`${VENV}-`);
  const python = join(folder, "bin/python");
  execFileSync("python3", ["-m", "venv", folder], { stdio: "pipe" });
  execFileSync(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  writeFileSync(join(folder, STAMP), wanted);
  if (!installed(wanted)) {
    rmSync(VENV, { recursive: true, force: true });
    renameSync(folder, VENV);
  }
  rmSync(folder, { recursive: true, force: true });
  return null;
}

/** @param {string} wanted */
function installed(wanted) {
  const stamp = join(VENV, STAMP);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
}

/** @returns {Client[]} */
export function findClients() {
  const missing = preparePython();
  const folder = mkdtempSync(join(tmpdir(), "tickcast-client-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(join(ROOT, "web/node_modules/ws"), join(folder, "node_modules/ws"));
  copyFileSync(join(CLIENTS, "javascript.mjs"), join(folder, "javascript.mjs"));
  /** @param {string[]} command */
  const evaluate = ([program, ...args]) => JSON.parse(execFileSync(program, args, { cwd: folder, encoding: "utf8" }));
  const python = (/** @type {string} */ file) => ({
    name: file,
    exact: true,
    missing,
    command: [PYTHON, join(CLIENTS, file)],
    waitBefore: (/** @type {number} */ attempt, /** @type {number | null} */ hintMs, /** @type {number} */ chance) =>
      1000 *
      evaluate([
        PYTHON,
        "-c",
        `import sys; sys.dont_write_bytecode = True; sys.path.insert(0, ${JSON.stringify(CLIENTS)})
from ${file.replace(".py", "")} import wait_before
print(wait_before(${attempt}, ${hintMs === null ? "None" : hintMs / 1000}, lambda: ${chance}))`,
      ]),
  });
  return [
    {
      name: "javascript.mjs",
      exact: false,
      missing: null,
      command: [process.execPath, join(folder, "javascript.mjs")],
      waitBefore: (attempt, hintMs, chance) =>
        evaluate([
          process.execPath,
          "--input-type=module",
          "--eval",
          `import { waitBefore } from "./javascript.mjs"; console.log(waitBefore(${attempt}, ${hintMs}, () => ${chance}))`,
        ]),
    },
    python("python_websockets.py"),
    python("python_websocket_client.py"),
  ];
}

/**
 * @param {string[]} command
 * @param {{ shell?: boolean }} [options]
 * @returns {Running}
 */
export function run([program, ...args], { shell = false } = {}) {
  // A group of its own, so that all of a pipeline can be ended. Standard input stays open: wscat ends with it.
  const child = spawn(program, args, {
    shell,
    detached: true,
    cwd: ROOT,
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, PATH: `${BIN}:${process.env.PATH}` },
  });
  /** @type {string[]} */
  const lines = [];
  let complaints = "";
  let notify = () => {};
  createInterface(child.stdout).on("line", (line) => {
    lines.push(line);
    notify();
  });
  child.stderr.on("data", (text) => (complaints += text));
  /** @type {Promise<number | null>} */
  const ended = new Promise((done) => void child.once("close", done));
  const output = () => [...lines, complaints].join("\n");
  return {
    lines,
    output,
    ended,
    next: (count) =>
      new Promise((done, fail) => {
        notify = () => void (lines.length >= count && done());
        void ended.then((code) => fail(new Error(`ended with ${code} before line ${count}:\n${output()}`)));
        notify();
      }),
    kill() {
      try {
        if (child.pid && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
      } catch {
        // It has ended.
      }
    },
  };
}
