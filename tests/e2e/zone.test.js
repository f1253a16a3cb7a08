/** The time zone of the page in a real browser. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { inAddress, untilText } from "./page.js";
import { serve } from "./serve.js";

const { server, browser } = serve(["--seed", "7", "--start", "2026-01-15T12:00:00Z"]);

test("all times are in the zone of the link, with its name", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL&interval=1m&zone=America%2FNew_York`);
  await untilText(page, ".market-clock", /^07:/);
  await untilText(page, ".zone-button", "EST");
  await untilText(page, ".legend-time", /^2026-01-15 07:\d\d EST$/);
  await untilText(page, ".pane .zone", "EST");
  await untilText(page, ".trade-time", /^0[67]:/);
  await untilText(page, ".trades-note", "EST");
  assert.deepEqual(faults, []);
});

test("the menu changes the zone by keys and by name", async () => {
  const { page } = await browser.visit(`${server.url}?symbol=AAPL&interval=1m`);
  await untilText(page, ".market-clock", /^12:/);
  await page.locator(".zone-button").press("Enter");
  await page.fill("#zone-name", "europe/berlin");
  await page.press("#zone-name", "Enter");
  await untilText(page, ".zone-button", "CET");
  await inAddress(page, "zone", "Europe/Berlin");
  await untilText(page, ".market-clock", /^13:/);
  await untilText(page, ".legend-time", /^2026-01-15 1[23]:\d\d CET$/);

  await page.fill("#zone-name", "Europe/Atlantis");
  await page.press("#zone-name", "Enter");
  await untilText(page, "#zone-note", "no zone of this name");
  await page.check(".menu input[value=UTC]");
  await inAddress(page, "zone", null);
  await untilText(page, ".legend-time", /^2026-01-15 1[12]:\d\d UTC$/);
});
