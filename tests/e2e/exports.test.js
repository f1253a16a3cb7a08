/** Saved files in a real browser: the chart as PNG, and bars, trades and the watchlist as CSV. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { drawn, untilText } from "./page.js";
import { serve } from "./serve.js";
import { picture } from "./support.js";

/** @typedef {import("playwright-core").Page} Page */

const { browser, server } = serve(["--seed", "7"]);

/** @param {Page} page @param {() => Promise<void>} act */
async function saved(page, act) {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

test("the chart is saved with a title and twice the pixels, and stays as it was", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL&interval=1m&indicators=sma`);
  await drawn(page);
  const chart = page.locator(".pane-canvas");
  const before = await chart.boundingBox();
  const { name, bytes } = await saved(page, () => page.click('[aria-label="Chart as PNG"]'));
  assert.match(name, /^AAPL-1m-\d{4}-\d\d-\d\dT\d{6}\.png$/);
  // The width and height of a PNG follow its signature.
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  assert.ok(before !== null);
  assert.ok(Math.abs(width - 2 * before.width) <= 4, `${width} of ${before.width}`);
  assert.ok(height > 2 * before.height + 60, `${height} of ${before.height}`);
  await page.locator(".picture-cover").waitFor({ state: "detached" });
  assert.deepEqual(await chart.boundingBox(), before);
  const size = await page.evaluate(() => {
    const canvas = document.querySelector(".pane-canvas canvas");
    return canvas instanceof HTMLCanvasElement ? canvas.width / canvas.clientWidth : 0;
  });
  assert.equal(size, 1);
  await picture(page, "after-saving");
  assert.deepEqual(faults, []);
  await page.close();
});

test("trades and the watchlist are saved as the page has them", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL&interval=1m`);
  await page.locator(".trade-row [role=cell], .trade-price").first().waitFor();
  await untilText(page, ".instrument-last", /\d/);
  const trades = await saved(page, () => page.click('[aria-label="Trades as CSV"]'));
  assert.match(trades.name, /^AAPL-trades-.*\.csv$/);
  assert.match(trades.bytes.toString(), /^number,time,symbol,price,size,side\r\n\d+,\d{4}-.*Z,AAPL,\d+\.\d\d/);
  await page.click('[aria-label="Columns and groups"]');
  const list = await saved(page, () => page.click("text=Save as CSV"));
  const lines = list.bytes.toString().split("\r\n");
  assert.equal(lines[0], "Symbol,Last,Chg %");
  assert.equal(lines.length, 42);
  assert.ok(lines.some((line) => /^AAPL,\d+\.\d\d,-?\d+\.\d\d$/.test(line)));
  const bars = await saved(page, () => page.click('[aria-label="Bars as CSV"]'));
  assert.match(bars.name, /^AAPL-1m-/);
  assert.deepEqual(faults, []);
  await page.close();
});
