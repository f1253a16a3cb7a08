/** The page on a phone: scrolling, choosing, and the order of its parts. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn, PRICED, until, untilText } from "./page.js";
import { serve } from "./serve.js";

const { server, browser } = serve(["--seed", "7"]);
const PHONE = { width: 360, height: 780 };

/** @param {import("playwright-core").Page} page @param {string} selector */
const topOf = (page, selector) => page.locator(selector).evaluate((node) => node.getBoundingClientRect().top);

test("a finger that moves up on the chart scrolls the page", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL&interval=1m`, (fresh) =>
    fresh.setViewportSize(PHONE),
  );
  await drawn(page);
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setTouchEmulationEnabled", { enabled: true });
  const box = await page.locator("#chart").boundingBox();
  assert.ok(box);
  const x = Math.round(box.x + 120);
  const from = Math.round(box.y + 250);
  const touch = (/** @type {"touchStart" | "touchMove" | "touchEnd"} */ type, /** @type {number} */ y) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [{ x, y }] });
  await touch("touchStart", from);
  for (let y = from - 20; y >= from - 200; y -= 20) await touch("touchMove", y);
  await touch("touchEnd", from - 200);
  await until(async () => (await page.evaluate(() => scrollY)) > 100, "the page has scrolled");
  assert.deepEqual(faults, []);
});

test("a tapped symbol is shown at its price, with the chart below", async () => {
  const { page } = await browser.visit(server.url, (fresh) => fresh.setViewportSize(PHONE));
  await page.locator(PRICED).first().waitFor();
  await drawn(page);
  assert.ok((await topOf(page, "#chart")) < (await topOf(page, ".instrument .book")), "the chart is above the book");
  await page.click('.row[data-symbol="MSFT"]');
  await untilText(page, ".instrument-symbol", "MSFT");
  await until(async () => Math.abs(await topOf(page, ".instrument-top")) < 4, "the price is at the top");
});
