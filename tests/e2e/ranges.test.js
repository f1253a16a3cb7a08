/** The ranges under the chart in a real browser. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn, inAddress } from "./page.js";
import { browse, serve } from "./serve.js";
import { startServer } from "./support.js";
import { writeRecording } from "./recording.js";

const { server, browser } = serve(["--seed", "7"]);
const shortBrowser = browse();

test("a range shows its bars, and the chart comes back to the newest", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL&interval=1m`);
  await drawn(page);
  await page.click('[data-range="1M"]');
  await inAddress(page, "interval", "1h");
  await page.click('[data-range="5D"]');
  await inAddress(page, "interval", "15m");
  await drawn(page);
  assert.equal(await page.isVisible(".range-back"), false);

  const box = await page.locator("#chart").boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + 150, box.y + 200);
  await page.mouse.down();
  await page.mouse.move(box.x + 650, box.y + 200, { steps: 4 });
  await page.mouse.up();
  await page.locator(".range-back").waitFor();
  await page.click(".range-back");
  await page.locator(".range-back").waitFor({ state: "hidden" });
  assert.deepEqual(faults, []);
});

test("ranges longer than the data are grey with the reason", async () => {
  const recording = await writeRecording({ symbols: 2, seconds: 60, perSecond: 1 });
  const replay = await startServer(["replay", "--speed", "max", recording.path]);
  try {
    const { page } = await shortBrowser.visit(replay.url);
    const month = page.locator('[data-range="1M"][aria-disabled]');
    await month.waitFor();
    assert.match((await month.getAttribute("title")) ?? "", /^The data goes back \d+s only$/);
    assert.equal(await page.getAttribute('[data-range="1D"]', "aria-disabled"), null);
  } finally {
    await replay.kill();
    await recording.remove();
  }
});
