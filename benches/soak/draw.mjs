/** Draws the records of `run.mjs`: `node benches/soak/draw.mjs soak.csv soak.svg`. */

import { readFileSync, writeFileSync } from "node:fs";
import { page, panel } from "../../docs/plots/svg.mjs";

const [from, to] = process.argv.slice(2);
const [head, ...lines] = readFileSync(from, "utf8")
  .trim()
  .split("\n")
  .map((line) => line.split(","));
const rows = lines.map((cells) => new Map(cells.map((cell, n) => [head[n], Number(cell)])));
const minutes = (/** @type {Map<string, number>} */ row) => (row.get("seconds") ?? 0) / 60;
const most = Math.max(...rows.map(minutes));
const CLASSES = ["sim", "walk", "real"];

/**
 * @param {string} title @param {string} y
 * @param {Record<string, (row: Map<string, number>, before: Map<string, number>) => number>} of
 * @param {{ low?: number, high?: number, log?: "y" }} [bounds]
 */
function over(title, y, of, { low = 0, high, log } = {}) {
  const drawn = Object.entries(of).map(([name, value], n) => ({
    name,
    class: CLASSES[n],
    // A histogram has no value beyond its last bucket.
    points: rows
      .slice(1)
      .map(
        (row, at) => /** @type {[number, number]} */ ([minutes(row), Math.min(value(row, rows[at]), high ?? Infinity)]),
      ),
  }));
  const highest = high ?? 1.15 * Math.max(...drawn.flatMap(({ points }) => points.map(([, value]) => value)), 1e-9);
  const keys = drawn.map(({ name, class: kind }) =>
    drawn.length > 1 ? `${name} ${{ sim: "(blue)", walk: "(orange)", real: "(dots)" }[kind]}` : "",
  );
  const full = [title, keys.join(", ")].filter(Boolean).join(": ");
  return panel({ title: full, x: "minutes", y, log, span: [0, most, low, highest], lines: drawn });
}

const get =
  (/** @type {string} */ name, scale = 1) =>
  (/** @type {Map<string, number>} */ row) =>
    (row.get(name) ?? 0) * scale;
const rate =
  (/** @type {string} */ name, scale = 1) =>
  (/** @type {Map<string, number>} */ row, /** @type {Map<string, number>} */ before) =>
    (((row.get(name) ?? 0) - (before.get(name) ?? 0)) / ((row.get("seconds") ?? 0) - (before.get("seconds") ?? 0))) *
    scale;

const panels = [
  over("Resident memory", "MB", { rss: get("rss_bytes", 1e-6) }),
  over("Sessions", "", { WebSocket: get("sessions_websocket"), events: get("sessions_events") }),
  over("Tasks and files", "", { tasks: get("tasks"), "open files": get("fds") }),
  over("Market clock minus wall clock", "s", { drift: get("drift_seconds") }, { low: -1, high: 1 }),
  over("Below the full rate", "sessions", { skipping: get("skipping"), lowered: get("lowered") }),
  over(
    "Flush to socket",
    "ms",
    { p50: get("delivery_p50_ms"), p99: get("delivery_p99_ms") },
    { log: "y", low: 0.1, high: 10_000 },
  ),
  over("CPU", "cores", { cpu: get("cpu_cores") }),
  over("Sent", "thousand a second", { messages: rate("messages", 1e-3) }),
];
writeFileSync(to, page(panels, [], "Server metrics during the soak"));
