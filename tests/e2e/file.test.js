/** The panel about the files of a replay in a real browser: rejected rows and doubts. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { untilText } from "./page.js";
import { browse } from "./serve.js";
import { picture, startServer } from "./support.js";

/** @typedef {import("playwright-core").Page} Page */

const browser = browse();

/**
 * Replays these rows as a file of this name, and checks the panel about it.
 * @param {string} name @param {string[]} rows @param {(page: Page, file: string) => Promise<void>} check
 */
async function withFile(name, rows, check) {
  const folder = mkdtempSync(join(tmpdir(), "tickcast-file-"));
  const file = join(folder, name);
  writeFileSync(file, `time,symbol,price,size\n${rows.join("\n")}\n`);
  const server = await startServer(["replay", "--paused", file]);
  try {
    const { page, faults } = await browser.visit(server.url);
    await page.click("#tab-file");
    await page.locator("#panel-file").waitFor();
    await check(page, file);
    assert.deepEqual(faults, []);
    await page.close();
  } finally {
    await server.kill();
    rmSync(folder, { recursive: true });
  }
}

test("rejected rows are listed with reason and position", async () => {
  const rows = Array.from({ length: 200 }, (_, at) =>
    [
      `2025-06-16T09:00:${String(Math.floor(at / 4)).padStart(2, "0")}.${at % 4}00Z`,
      "AAA",
      at % 50 === 10 ? "n.n." : (100 + at / 100).toFixed(2),
      at + 1,
    ].join(),
  );
  await withFile("odd.csv", rows, async (page) => {
    await page.locator(".rejected-table td").first().waitFor();
    const line = (await page.locator(".rejected-table tbody tr").first().textContent()) ?? "";
    assert.match(line, /^4/);
    assert.match(line, /odd\.csv.*line 12.*n\.n\./);
    await untilText(page, "#panel-file .panel-note", "4 rows were rejected");
    assert.equal(await page.locator("#tab-news").isVisible(), false);
    await picture(page, "rejected");
  });
});

test("doubts about a file are listed with both readings and the flag", async () => {
  // Two instruments of one symbol: nothing tells which row is of which.
  const rows = Array.from({ length: 40 }, (_, at) => {
    const time = `2025-06-16T09:${String(10 + (at >> 1)).padStart(2, "0")}:00Z`;
    return [time, "ACME", at % 2 === 0 ? 100 + at : 9 + at / 100, 5].join();
  });
  await withFile("ACME.csv", rows, async (page, file) => {
    await page.locator(".warning-table td").first().waitFor();
    const cells = await page.locator(".warning-table tbody tr").first().locator("td").allTextContents();
    assert.match(cells[0], /ACME.*\(lines 2, 3/);
    assert.match(cells[3], /^--/);
    assert.equal(cells[4], file);
    await picture(page, "doubts");
  });
});
