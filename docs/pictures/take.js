#!/usr/bin/env node
/**
 * Takes the pictures of the README from the real page: `node docs/pictures/take.js [still] [moving]`.
 *
 * `moving` takes a crash frame by frame and needs img2webp (Debian: apt-get install webp). Look at the pictures before
 * you commit them.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { drawn, PRICED } from "../../tests/e2e/page.js";
import { openBrowser, startServer } from "../../tests/e2e/support.js";

const HERE = fileURLToPath(new URL("./", import.meta.url));
const FRAMES = 44;
const FRAME_MS = 250;
const SIZE = { width: 1120, height: 700 };
const wanted = process.argv.length > 2 ? process.argv.slice(2) : ["still", "moving"];
const browser = await openBrowser();

/** A day of EURUSD bids, half played, with the preview along its timeline. */
async function eurusd() {
  const server = await startServer(["replay", "--speed", "max", "data/eurusd-2016-06-14-ticks.csv.gz"]);
  const { page } = await browser.visit(`${server.url}?symbol=EURUSD&interval=1m&theme=dark&indicators=sma+bollinger`);
  await page.locator("#transport[data-state='ended']").waitFor();
  await page.locator(".transport-position").fill("6400");
  await page.locator(".transport-speed").selectOption("60");
  await page.locator('[data-transport="play"]').click();
  await page.click("#tab-wire");
  await page.waitForTimeout(35_000);
  await page.locator('[data-transport="play"]').click();
  await page.locator("#transport[data-state='paused']").waitFor();
  await drawn(page);
  await page.waitForTimeout(1500);
  await page.screenshot({ path: join(HERE, "eurusd.png") });
  await server.kill();
}

/** The simulated market, a while after the page was opened. */
async function simulation() {
  const server = await startServer(["--seed", "7", "--speed", "4x"]);
  const { page } = await browser.visit(`${server.url}?symbol=NVDA&interval=1m&theme=dark`);
  await page.locator(PRICED).first().waitFor();
  await drawn(page);
  await page.waitForTimeout(12_000);
  await page.screenshot({ path: join(HERE, "simulation.png") });
  await server.kill();
}

/** Daily bars of five stocks, two of them compared with a third, in the middle of the recording. */
async function stocks() {
  const server = await startServer(["replay", "--speed", "max", "data/us-stocks-daily.csv.gz"]);
  const { page } = await browser.visit(
    `${server.url}?symbol=AAPL&interval=1d&theme=light&indicators=sma+rsi&compare=IBM&compare=MSFT`,
  );
  await page.locator("#transport[data-state='ended']").waitFor();
  await page.locator(".transport-position").fill("9500");
  await page.locator("#transport[data-state='paused']").waitFor();
  await drawn(page);
  await page.waitForTimeout(3000);
  await page.screenshot({ path: join(HERE, "stocks.png") });
  await server.kill();
}

/** A simulated market, in which a flash crash is started. */
async function moving() {
  const folder = mkdtempSync(join(tmpdir(), "tickcast-frames-"));
  const server = await startServer(["--seed", "7", "--speed", "10x"]);
  const { page } = await browser.visit("about:blank");
  await page.setViewportSize(SIZE);
  await page.addInitScript(() => localStorage.setItem("tickcast.settings", '{"rate":10,"dockTab":"scenarios"}'));
  await page.goto(`${server.url}?symbol=NVDA&interval=5s&theme=dark`);
  await page.locator(PRICED).first().waitFor();
  await drawn(page);
  await page.selectOption('[name="scenario"]', "flash-crash");
  await page.selectOption('[name="on"]', "NVDA");
  await page.waitForTimeout(2000);
  const files = [];
  for (let at = 0; at < FRAMES; at += 1) {
    const began = Date.now();
    if (at === 6) await page.click('.scenario-form button[type="submit"]');
    if (at === 30) await page.click("#tab-market");
    const file = join(folder, `${String(at).padStart(3, "0")}.png`);
    await page.screenshot({ path: file });
    files.push(file);
    await page.waitForTimeout(Math.max(0, FRAME_MS - (Date.now() - began)));
  }
  execFileSync("img2webp", [
    "-loop",
    "0",
    "-lossy",
    "-q",
    "60",
    "-m",
    "6",
    "-d",
    String(FRAME_MS),
    ...files,
    "-o",
    join(HERE, "scenario.webp"),
  ]);
  rmSync(folder, { recursive: true });
  await server.kill();
}

if (wanted.includes("still")) for (const take of [simulation, stocks, eurusd]) await take();
if (wanted.includes("moving")) await moving();
await browser.close();
