/** Big trades in time and sales, in a real browser. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./page.js";
import { serve } from "./serve.js";

const { server, browser } = serve(["--seed", "7", "--speed", "10x"]);

test("big trades are marked, and shown alone on request", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL&interval=1m`);
  await page.locator(".trade-row[data-side=buy], .trade-row[data-side=sell]").first().waitFor();
  await page.click(".trades-big");
  await page.locator(".trade-row[data-big]").first().waitFor();
  const rows = page.locator(".trades-belt .trade-row");
  await until(
    async () =>
      (await rows.count()) > 0 && (await page.locator(".trades-belt .trade-row:not([data-big])").count()) === 0,
    "only big trades are shown",
  );
  await page.click(".trades-big");
  await page.locator(".trades-belt .trade-row:not([data-big])").first().waitFor();
  assert.deepEqual(faults, []);
});
