#!/usr/bin/env node
/**
 * Measures the page with a thousand symbols at twenty updates a second each, beside AG Grid Community.
 *
 *     cargo build --release && npm ci --prefix web && npm ci --prefix tests/bench --ignore-scripts
 *     node tests/bench/page.js [--seconds 60] [--pages peer,list,list-binary,all,binary,whole]
 *     node tests/bench/page.js --soak 24 [--interval 1h]
 *
 * Both are pages of one server that plays one recording, in the same browser, one after the other. "All" makes the page
 * request every symbol at every update, which it never does by itself; otherwise it requests what is on the screen.
 * `--pages ""` measures the first price alone.
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { startServer } from "../e2e/support.js";
import { writeRecording } from "../e2e/recording.js";

const { values: flags } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    soak: { type: "string", default: "0" },
    symbols: { type: "string", default: "1000" },
    interval: { type: "string", default: "1m" },
    pages: { type: "string", default: "peer,list,list-binary,all,binary,whole" },
    rate: { type: "string", default: "20" },
  },
});
const [SECONDS, SOAK_HOURS, SYMBOLS, RATE] = [flags.seconds, flags.soak, flags.symbols, flags.rate].map(Number);
const WARM_UP_S = 5;
const WINDOW = { width: 1440, height: 900 };
/** The time from which a frame is long: browsers report long animation frames from here on. */
const LONG_MS = 50;
const LIST_ALONE =
  ".charts, .instrument, .time-and-sales, .dock, .transport, .footer .wire { display: none !important }";
const FIRST_TURNS = 7;
const HEADS = [
  "page",
  "updates/s",
  "main thread busy",
  "an update",
  "of it script",
  "layout and style",
  "paint and the rest",
  "layouts/s",
  `frames > ${LONG_MS} ms`,
  "longest",
];

const web = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = web("playwright-core");
const grid = readFileSync(
  new URL("node_modules/ag-grid-community/dist/ag-grid-community.min.js", import.meta.url),
  "utf8",
);

const PEER = `<!doctype html><html><head><meta charset="utf-8">
<style>html,body,#grid{height:100%;margin:0}</style></head><body><div id="grid"></div>
<script src="/bench-grid.js"></script><script>
const fixed = (digits) => ({ value }) => (value == null ? "" : value.toFixed(digits));
const column = (field, more) => ({ field, ...more });
const percent = ({ data }) => (data.last == null ? null : (100 * data.change) / (data.last - data.change));
const api = agGrid.createGrid(document.getElementById("grid"), {
  columnDefs: [
    column("symbol"),
    column("last", { valueFormatter: fixed(2), enableCellChangeFlash: true }),
    column("change", { valueFormatter: fixed(2) }),
    column("percent", { valueFormatter: fixed(2), valueGetter: percent }),
    column("open", { valueFormatter: fixed(2) }),
    column("high", { valueFormatter: fixed(2) }),
    column("low", { valueFormatter: fixed(2) }),
    column("volume"),
  ],
  rowData: [], getRowId: ({ data }) => data.symbol, animateRows: false,
});
const known = new Set();
window.updates = 0;
const socket = new WebSocket("ws://" + location.host + "/ws");
const request = { type: "subscribe", channel: "quotes", symbols: ["*"], rate: ${RATE} };
socket.onopen = () => socket.send(JSON.stringify(request));
socket.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  if (!message.quotes) return;
  window.updates += message.type === "update" ? message.quotes.length : 0;
  const add = message.quotes.filter(({ symbol }) => !known.has(symbol) && known.add(symbol));
  const update = add.length > 0 ? message.quotes.filter((quote) => !add.includes(quote)) : message.quotes;
  api.applyTransactionAsync(add.length > 0 ? { add, update } : { update });
};
</script></body></html>`;

/**
 * Counts the long frames that the browser itself reports, so that counting makes no frames, and takes the time of the
 * first price in tickcast's page.
 */
function watch() {
  const seen = { long: 0, worst: 0, firstPriceMs: null };
  Object.assign(window, { seen });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      seen.long += 1;
      seen.worst = Math.max(seen.worst, duration);
    }
  }).observe({ type: "long-animation-frame" });
  if (location.pathname !== "/") return;
  const look = setInterval(() => {
    if (
      ![...document.querySelectorAll(".row[data-symbol]:not([hidden]) .last")].some(({ textContent }) =>
        /\d/.test(textContent ?? ""),
      )
    )
      return;
    seen.firstPriceMs = performance.now();
    clearInterval(look);
  }, 5);
}

/** Makes the page request everything, whatever it needs. @param {number} rate */
function requestAll(rate) {
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (/** @type {any} */ request) {
    const message = request.type === "send" ? JSON.parse(request.text) : {};
    if (message.channel !== "quotes") return postMessage.call(this, request);
    if (message.type !== "subscribe") return;
    const text = JSON.stringify({ type: "subscribe", channel: "quotes", symbols: ["*"], rate });
    postMessage.call(this, { ...request, text });
  };
}

/** @param {any} cdp */
async function metrics(cdp) {
  const { metrics: all } = await cdp.send("Performance.getMetrics");
  return Object.fromEntries(all.map(({ name, value }) => [name, value]));
}

/**
 * @typedef {Object} Options
 * @property {boolean} [all] requests every symbol
 * @property {object} [settings]
 * @property {string} [only] CSS that hides the rest
 * @property {(page: any) => Promise<void>} [prepare]
 */

/** @param {any} context @param {string} url @param {Options} options */
async function measure(context, url, { all = false, settings = {}, only = "", prepare = async () => {} }) {
  const page = await context.newPage();
  await page.addInitScript(watch);
  await page.addInitScript(
    (text) => localStorage.setItem("tickcast.settings", text),
    JSON.stringify({ rate: RATE, ...settings }),
  );
  if (all) await page.addInitScript(requestAll, RATE);
  await prepare(page);
  const cdp = await context.newCDPSession(page);
  await cdp.send("Performance.enable");
  await page.goto(url);
  if (only)
    await page.evaluate((css) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      document.adoptedStyleSheets = [sheet];
    }, only);
  await page.waitForTimeout(WARM_UP_S * 1000);
  const count = () => page.evaluate(() => window.updates ?? Number(window.__tickcastUpdates ?? NaN));
  await page.evaluate(() => Object.assign(window.seen, { long: 0, worst: 0 }));
  const [from, started, counted] = [await metrics(cdp), Date.now(), await count()];
  /** @type {number[]} */
  const shown = [];
  while (Date.now() - started < SECONDS * 1000) {
    await page.waitForTimeout(1000);
    const text = await page.evaluate(
      () => document.querySelector('[data-measure="updates out"] .measure-value')?.textContent ?? "",
    );
    if (text) shown.push(parseFloat(text.replaceAll(",", "")) * (text.includes("K") ? 1000 : 1));
  }
  const [to, ended] = [await metrics(cdp), Date.now()];
  const seen = await page.evaluate(() => window.seen);
  const elapsed = (ended - started) / 1000;
  const updates = Number.isNaN(counted)
    ? (shown.reduce((sum, one) => sum + one, 0) / shown.length) * elapsed
    : (await count()) - counted;
  await page.close();
  const task = to.TaskDuration - from.TaskDuration;
  const share = (/** @type {string} */ name) => (100 * (to[name] - from[name])) / elapsed;
  return {
    updates: updates / elapsed,
    busy: share("TaskDuration"),
    perUpdateUs: (1e6 * task) / updates,
    script: share("ScriptDuration"),
    layout: share("LayoutDuration") + share("RecalcStyleDuration"),
    pictures: (to.LayoutCount - from.LayoutCount) / elapsed,
    long: seen.long,
    worst: seen.worst,
    firstPriceMs: seen.firstPriceMs,
  };
}

/**
 * Measures the time of the first price, in a browser context whose cache is empty.
 *
 * @param {any} browser @param {string} url
 */
async function firstPrice(browser, url) {
  const context = await browser.newContext({ viewport: WINDOW });
  const page = await context.newPage();
  await page.addInitScript(watch);
  await page.goto(url);
  await page.waitForFunction(() => window.seen.firstPriceMs !== null);
  const { firstPriceMs } = await page.evaluate(() => window.seen);
  await page.waitForSelector(".pane");
  const scripts = await page.evaluate((untilMs) => {
    const all = performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".js"));
    const sum = (/** @type {(entry: any) => number} */ of, some = all) =>
      some.reduce((bytes, one) => bytes + of(one), 0);
    const early = all.filter(({ startTime }) => startTime < untilMs);
    return {
      raw: sum((one) => one.decodedBodySize),
      sent: sum((one) => one.encodedBodySize),
      early: sum((one) => one.decodedBodySize, early),
      earlySent: sum((one) => one.encodedBodySize, early),
    };
  }, firstPriceMs);
  await context.close();
  return { firstPriceMs, scripts };
}

/** @param {string} name @param {Awaited<ReturnType<typeof measure>>} result */
function row(name, { updates, busy, perUpdateUs, script, layout, pictures, long, worst }) {
  const percent = (/** @type {number} */ value) => `${value.toFixed(1)} %`;
  const cells = [
    name,
    Math.round(updates).toLocaleString("en-US"),
    percent(busy),
    `${perUpdateUs.toFixed(1)} µs`,
    percent(script),
    percent(layout),
    percent(busy - script - layout),
    pictures.toFixed(0),
    long,
    `${worst.toFixed(0)} ms`,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** @param {any} context @param {string} url @param {number} minutes the duration on the wall clock */
async function soak(context, url, minutes) {
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("HeapProfiler.enable");
  await page.goto(url);
  const lines = [];
  for (let turn = 0; turn <= 8; turn += 1) {
    await page.waitForTimeout(turn === 0 ? 10_000 : (minutes * 60_000) / 8);
    await cdp.send("HeapProfiler.collectGarbage");
    const { usedSize } = await cdp.send("Runtime.getHeapUsage");
    const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
    const bars = await page.evaluate(
      () =>
        document
          .querySelector(".pane-canvas")
          ?.getAttribute("aria-label")
          ?.match(/\d+ bars/)?.[0],
    );
    const time = `${await page.textContent(".market-date")} ${await page.textContent(".market-clock")}`;
    lines.push(`| ${time} | ${(usedSize / 1e6).toFixed(2)} MB | ${nodes} | ${bars} |`);
  }
  await page.close();
  return lines;
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=LocalNetworkAccessChecks",
  ],
});
const context = await browser.newContext({ viewport: WINDOW, colorScheme: "dark" });
try {
  if (SOAK_HOURS > 0) {
    const minutes = 2;
    const server = await startServer(["--seed", "7", "--speed", `${Math.round((SOAK_HOURS * 60) / minutes)}x`]);
    console.log(`\nHeap after garbage collection, ${SOAK_HOURS} hours of the market in ${minutes} minutes\n`);
    console.log("| market time | heap | elements | on the chart |\n|---|---|---|---|");
    console.log((await soak(context, `${server.url}?interval=${flags.interval}`, minutes)).join("\n"));
    await server.kill();
  } else {
    const recording = await writeRecording({
      symbols: SYMBOLS,
      seconds: 5 * (SECONDS + WARM_UP_S) + 60,
      perSecond: RATE,
    });
    const server = await startServer(["replay", "--speed", "1x", recording.path]);
    const peer = async (page) => {
      await page.route("**/bench-peer", (route) => route.fulfill({ contentType: "text/html", body: PEER }));
      await page.route("**/bench-grid.js", (route) => route.fulfill({ contentType: "text/javascript", body: grid }));
    };
    const settings = { dockOpen: false, ticker: false };
    /** @type {Record<string, [string, () => ReturnType<typeof measure>]>} */
    const pages = {
      peer: ["AG Grid Community", () => measure(context, `${server.url}bench-peer`, { prepare: peer })],
      list: [
        "tickcast, watchlist alone, all symbols",
        () => measure(context, server.url, { all: true, settings, only: LIST_ALONE }),
      ],
      "list-binary": [
        "tickcast, watchlist alone, all symbols, binary",
        () =>
          measure(context, server.url, { all: true, settings: { ...settings, format: "binary" }, only: LIST_ALONE }),
      ],
      all: ["tickcast, all symbols", () => measure(context, server.url, { all: true, settings })],
      binary: [
        "tickcast, all symbols, binary",
        () => measure(context, server.url, { all: true, settings: { ...settings, format: "binary" } }),
      ],
      whole: ["tickcast as it is", () => measure(context, server.url, {})],
    };
    /** @type {Map<string, Awaited<ReturnType<typeof measure>>>} */
    const results = new Map();
    for (const name of flags.pages.split(",").filter(Boolean)) results.set(name, await pages[name][1]());
    const first = [];
    let scripts;
    for (let turn = 0; turn < FIRST_TURNS; turn += 1) {
      const one = await firstPrice(browser, server.url);
      first.push(one.firstPriceMs);
      scripts = one.scripts;
    }
    await server.kill();
    recording.remove();
    const [size, version] = [`${WINDOW.width} x ${WINDOW.height}`, browser.version()];
    console.log(
      `\n${SYMBOLS} symbols at ${RATE} updates/s, ${SECONDS} s each, Chromium ${version} headless, ${size}\n`,
    );
    console.log(`| ${HEADS.join(" | ")} |\n|${"---|".repeat(HEADS.length)}`);
    console.log([...results].map(([name, result]) => row(pages[name][0], result)).join("\n"));
    const peerUs = results.get("peer")?.perUpdateUs;
    if (peerUs)
      console.log(
        `\nan update, of the peer's main-thread time: ${[...results]
          .slice(1)
          .map(([name, { perUpdateUs }]) => `${name} ${(perUpdateUs / peerUs).toFixed(2)}`)
          .join(", ")}`,
      );
    const times = first.sort((a, b) => a - b).map((ms) => ms.toFixed(0));
    console.log(`first price, ms after navigation, nothing in the cache: ${times.join(" ")}`);
    const kb = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(0)} kB`;
    console.log(`JavaScript of the whole page ${kb(scripts.raw)}, as sent ${kb(scripts.sent)}`);
    console.log(`.. before the first price ${kb(scripts.early)}, as sent ${kb(scripts.earlySent)}`);
  }
} finally {
  await browser.close();
}
