/** A recording with a night in it, in a real browser: the timeline is empty there, and the night is skipped by a click. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { untilText } from "./page.js";
import { browse } from "./serve.js";
import { picture, startServer } from "./support.js";

const browser = browse();
const MINUTES = 390;

test("a night is empty on the timeline, and a click skips it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tickcast-night-"));
  const file = join(folder, "acme.csv");
  const rows = [13, 14, 15].flatMap((day) =>
    Array.from({ length: MINUTES }, (_, minute) => {
      const time = new Date(Date.UTC(2016, 5, day, 9, 30 + minute)).toISOString();
      return `${time},${(100 + minute / 10).toFixed(2)},5`;
    }),
  );
  writeFileSync(file, `time,price,size\n${rows.join("\n")}\n`);
  const server = await startServer(["replay", "--paused", "--speed", "1", file]);
  try {
    const { page, faults } = await browser.visit(server.url);
    await page.waitForFunction(
      () => document.querySelector(".preview-line")?.getAttribute("d")?.match(/M/g)?.length === 3,
    );
    const offer = page.locator(".skip-offer");
    assert.equal(await offer.isVisible(), false);
    await page.keyboard.press("Control+g");
    await page.keyboard.type("13 Jun 20:00");
    await page.keyboard.press("Enter");
    await untilText(page, ".market-clock", "20:00:00");
    await page.click('[data-transport="play"]');
    await offer.waitFor();
    assert.equal(await offer.textContent(), "Nothing until Tue 09:30: skip");
    await picture(page, "night");
    await offer.click();
    await untilText(page, ".market-date", "2016-06-14");
    await offer.waitFor({ state: "hidden" });
    await page.locator('[data-transport="skip"][aria-pressed="true"]').waitFor();
    assert.deepEqual(faults, []);
    await page.close();
  } finally {
    await server.kill();
    rmSync(folder, { recursive: true });
  }
});
