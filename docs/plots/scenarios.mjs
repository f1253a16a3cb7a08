/**
 * Takes the pictures of docs/SCENARIOS.md: each scenario alone, on the same market, in Chromium.
 *
 *     cargo build --release && npm ci --prefix web
 *     TICKCAST_TEST_BINARY=target/release/tickcast node docs/plots/scenarios.mjs [NAME..]
 *
 * The market plays faster than real time and is paused where the whole scenario is on the chart.
 */

import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openBrowser, startServer } from "../../tests/e2e/support.js";

const OUT = fileURLToPath(new URL("../pictures/scenarios/", import.meta.url));
const START = "2024-01-09T15:00:00Z";
const MICROS = Date.parse(START) * 1_000;
/** Speed by the bars on the chart. @type {Record<string, number>} */
const SPEEDS = { "1s": 4, "5s": 20, "15s": 40, "1m": 60 };

/**
 * One picture. `until` is in seconds of the market.
 * @typedef {{ scenario: string, symbol: string, interval: string, until: number, compare?: string }} Shot
 */
/** @type {Record<string, Shot>} */
const SHOTS = {
  crash: { scenario: "crash@3m:all,duration=4m", symbol: "BTC-USD", interval: "15s", until: 960 },
  "flash-crash": { scenario: "flash-crash@2m:all", symbol: "AAPL", interval: "5s", until: 360 },
  squeeze: { scenario: "squeeze@2m:TSLA", symbol: "TSLA", interval: "15s", until: 900 },
  "volatility-spike": { scenario: "volatility-spike@4m:all,duration=10m", symbol: "MSFT", interval: "15s", until: 960 },
  quiet: { scenario: "quiet@4m:all,strength=2,duration=5m", symbol: "ETH-USD", interval: "15s", until: 960 },
  halt: { scenario: "halt@2m:AAPL,strength=-1,duration=2m", symbol: "AAPL", interval: "5s", until: 380 },
  "fat-finger": { scenario: "fat-finger@35s:JPM", symbol: "JPM", interval: "1s", until: 64 },
  news: { scenario: "news@3m:XOM", symbol: "XOM", interval: "15s", until: 900 },
  "open-burst": { scenario: "open-burst@3m:all", symbol: "NVDA", interval: "15s", until: 840 },
  "tick-storm": { scenario: "tick-storm@20s:V,duration=25s", symbol: "V", interval: "1s", until: 64 },
  // Long enough before the scenario to show that the two move together.
  decoupling: {
    scenario: "decoupling@25m:TC100,strength=2,duration=45m",
    symbol: "TC500",
    compare: "TC100",
    interval: "1m",
    until: 4_200,
  },
  "feed-gap": { scenario: "feed-gap@3m:all,duration=1m", symbol: "BTC-USD", interval: "5s", until: 350 },
};

/** @param {string} url @param {unknown} command */
async function drive(url, command) {
  const answer = await fetch(`${url}api/v1/feed`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(command),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** @param {Awaited<ReturnType<typeof openBrowser>>} browser @param {string} name */
async function shoot(browser, name) {
  const { scenario, symbol, interval, until, compare } = SHOTS[name];
  const server = await startServer([
    "--seed",
    "7",
    "--start",
    START,
    "--speed",
    String(SPEEDS[interval]),
    "--scenario",
    scenario,
  ]);
  try {
    const query = new URLSearchParams({ symbol, interval, theme: "light", ...(compare && { compare }) });
    const { page } = await browser.visit(`${server.url}?${query}`, (page) =>
      page.setViewportSize({ width: 680, height: 860 }),
    );
    for (;;) {
      // The server may close an idle connection just then: the request is sent again.
      const feed = await fetch(`${server.url}api/v1/feed`).then(
        (answer) => answer.json(),
        () => ({ ts_market: MICROS }),
      );
      const left = until - (feed.ts_market - MICROS) / 1e6;
      if (left <= 0) break;
      await page.waitForTimeout(Math.min(500, (left / SPEEDS[interval]) * 1_000 + 20));
    }
    await drive(server.url, { command: "pause" });
    await page.waitForTimeout(1_500);
    await page
      .locator(".pane")
      .first()
      .screenshot({ path: `${OUT}${name}.png` });
    await page.close();
  } finally {
    await server.stop();
  }
}

mkdirSync(OUT, { recursive: true });
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SHOTS);
const browser = await openBrowser();
try {
  for (const name of names) await shoot(browser, name);
} finally {
  await browser.close();
}
