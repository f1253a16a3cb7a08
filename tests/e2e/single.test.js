/** The layout of a feed with one symbol or few, in a real browser, and what changes when another feed comes. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { writeRecording } from "./recording.js";
import { drawn, fitsItsWindow, painted, untilText } from "./page.js";
import { browse } from "./serve.js";
import { picture, startServer } from "./support.js";

/** @typedef {import("playwright-core").Page} Page */

const browser = browse();

/** @param {Page} page @param {string} selector */
const widthOf = async (page, selector) => (await page.locator(selector).boundingBox())?.width ?? 0;

test("one symbol has no list and no market, and few have a slim list", async () => {
  let server = await startServer(["replay", "data/eurusd-2016-06-14-ticks.csv.gz"]);
  const recording = await writeRecording({ symbols: 3, seconds: 60, perSecond: 5 });
  try {
    const { page } = await browser.visit(server.url);
    await page.locator('html[data-symbols="one"]').waitFor();
    await untilText(page, ".instrument-last", /\d/);
    await drawn(page);
    for (const gone of [".watchlist", "#tab-market"]) assert.equal(await page.locator(gone).isVisible(), false, gone);
    await page.locator("#panel-file").waitFor();
    await page.locator('[data-interval="1m"][aria-pressed="true"]').waitFor();
    assert.ok((await widthOf(page, ".charts")) > 1100);
    await picture(page, "one-symbol");
    for (const width of [1100, 700, 360]) {
      await page.setViewportSize({ width, height: 800 });
      await painted(page);
      await fitsItsWindow(page);
      const charts = await widthOf(page, ".charts");
      assert.ok(charts > width - 20, `${charts} of ${width}`);
    }
    await page.setViewportSize({ width: 1440, height: 900 });

    const { port } = server;
    await server.kill();
    server = await startServer(["replay", "--loop", recording.path], port);
    await page.locator('html[data-symbols="few"]').waitFor();
    await page.locator(".row[data-symbol]:not([hidden])").nth(2).waitFor();
    await page.locator("#tab-market").waitFor();
    const width = await widthOf(page, ".watchlist");
    assert.ok(width > 200 && width < 320, String(width));
    await page.waitForFunction(() => {
      const rows = document.querySelector(".rows");
      return rows !== null && rows.scrollWidth <= rows.clientWidth;
    });
    // A minute of ticks begins with seconds, a day with minutes: nobody chose either.
    await page.locator('[data-interval="1s"][aria-pressed="true"]').waitFor();
    await picture(page, "few-symbols");
    await page.close();
  } finally {
    await server.kill();
    recording.remove();
  }
});
