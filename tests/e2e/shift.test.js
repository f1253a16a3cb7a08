/** Nothing moves by itself while the page loads: the room of what is still to come is kept. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn, PRICED } from "./page.js";
import { browse } from "./serve.js";
import { startServer } from "./support.js";

/** @typedef {import("playwright-core").Page} Page */

const browser = browse();

/** The largest sum of layout shifts; Web Vitals calls up to 0.1 good. */
const MOST_SHIFT = 0.02;
const SETTLE_MS = 3000;

/** @param {Page} page */
const watchShifts = (page) =>
  page.addInitScript(() => {
    /** @type {{ value: number, what: string }[]} */
    const shifts = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of /** @type {any[]} */ (list.getEntries())) {
        if (entry.hadRecentInput) continue;
        const what = entry.sources.map(
          (/** @type {any} */ { node, previousRect: a, currentRect: b }) =>
            `${node?.id || node?.className || node?.nodeName} ${a.x},${a.y} ${a.width}x${a.height} -> ` +
            `${b.x},${b.y} ${b.width}x${b.height}`,
        );
        shifts.push({ value: entry.value, what: what.join("; ") });
      }
    }).observe({ type: "layout-shift", buffered: true });
  });

const FEEDS = {
  simulation: ["--seed", "7"],
  replay: ["replay", "--loop", "data/us-stocks-daily.csv.gz"],
  "replay of one symbol": ["replay", "--loop", "data/eurusd-2016-06-14-ticks.csv.gz"],
};
const SIZES = [
  { width: 1440, height: 900 },
  { width: 360, height: 740 },
];

for (const [feed, args] of Object.entries(FEEDS)) {
  for (const size of SIZES) {
    test(`nothing shifts while a ${feed} loads, ${size.width} px wide`, async () => {
      const server = await startServer(args);
      try {
        const { page } = await browser.visit("about:blank", async (fresh) => {
          await watchShifts(fresh);
          await fresh.setViewportSize(size);
        });
        await page.goto(server.url);
        await page.locator(`${PRICED}, .instrument-last:not(:text-is("–"))`).first().waitFor();
        await drawn(page);
        await page.waitForTimeout(SETTLE_MS);
        /** @type {{ value: number, what: string }[]} */
        const shifts = await page.evaluate(() => /** @type {any} */ (window).shifts);
        const sum = shifts.reduce((all, { value }) => all + value, 0);
        const worst = shifts.toSorted((a, b) => b.value - a.value).slice(0, 4);
        assert.ok(sum <= MOST_SHIFT, `${sum.toFixed(3)}: ${JSON.stringify(worst, null, 1)}`);
        await page.close();
      } finally {
        await server.kill();
      }
    });
  }
}
