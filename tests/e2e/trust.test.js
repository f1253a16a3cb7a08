/** What the page tells about a recording in a real browser: remarks about its files, its zone, and moved times. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { untilText } from "./page.js";
import { browse } from "./serve.js";
import { picture, startServer } from "./support.js";

const browser = browse();

test("a badge counts the remarks and opens their panel, and the zone is marked", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tickcast-trust-"));
  const file = join(folder, "acme.csv");
  const rows = Array.from(
    { length: 240 },
    (_, at) => `2025-06-16 09:${String(10 + Math.floor(at / 6))}:${(at % 6) * 10}0`.slice(0, 19) + `,${100 + at},5`,
  );
  rows[100] = "2025-06-16 09:26:40,n.n.,5";
  writeFileSync(file, `time,price,size\n${rows.join("\n")}\n`);
  const server = await startServer(["replay", "--paused", file]);
  try {
    const { page, faults } = await browser.visit(server.url);
    const badge = page.locator("#feed-trust");
    await untilText(page, "#feed-trust", /^1 row rejected · 2 assumed$/);
    await untilText(page, ".market-zone", /^UTC\?$/);
    await untilText(page, ".pane .zone", /^UTC\?$/);
    await page.keyboard.press("m");
    await badge.click();
    await page.locator("#panel-file .assumption-table td").first().waitFor();
    await page.locator("#tab-file:focus").waitFor();

    assert.equal(await page.locator("#feed-shifted").isVisible(), false);
    await page.click('[data-transport="shift"]');
    await page.locator("#feed-shifted").waitFor();
    await untilText(page, ".feed-recorded", /^recorded 2025-06-16 09:1\d:/);
    await picture(page, "trust");
    assert.deepEqual(faults, []);
    await page.close();
  } finally {
    await server.kill();
    rmSync(folder, { recursive: true });
  }
});
