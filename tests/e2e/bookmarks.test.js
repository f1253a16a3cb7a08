/** Bookmarks on a recording in a real browser: set, noted, kept over a reload, and opened from a link elsewhere. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { until, untilText } from "./page.js";
import { browse } from "./serve.js";
import { picture, startServer } from "./support.js";

/** @typedef {import("playwright-core").Page} Page */

const browser = browse();
const NOTE = ".bookmark-note";
/** The market time that has come: the page shows a place as soon as it is wanted. */
const CLOCK = ".market-clock";

/** @param {Page} page */
const openList = (page) => page.click('[aria-label^="Bookmarks"]');
/** @param {Page} page */
const marks = (page) => page.locator(".lane-mark").count();
/** @param {Page} page @param {string} text */
const hasNote = (page, text) =>
  page.waitForFunction(
    (wanted) =>
      [.../** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll(".bookmark-note"))].some(
        ({ value }) => value === wanted,
      ),
    text,
  );

test("bookmarks outlive a reload, and a link opens them elsewhere", async () => {
  const server = await startServer(["replay", "data/eurusd-2016-06-14-ticks.csv.gz", "--paused"]);
  try {
    const { page, faults } = await browser.visit(server.url);
    await untilText(page, ".transport-time", "2016-06-14 00:00:00");
    await page.locator(".transport-position").fill("4000");
    await untilText(page, CLOCK, "09:3");
    await page.keyboard.press("b");
    await page.locator(`${NOTE}:focus`).waitFor();
    await page.keyboard.type("EU open, 50% & more");
    await page.keyboard.press("Enter");
    await page.locator(NOTE).waitFor({ state: "hidden" });
    await page.locator(".transport-position").fill("8000");
    await untilText(page, CLOCK, "19:");
    await page.keyboard.press("b");
    await page.locator(`${NOTE}:focus`).waitFor();
    await page.keyboard.type("US");
    await page.keyboard.press("Escape");
    await until(async () => (await marks(page)) === 2, "two marks");
    await until(() => page.url().includes("US"), "the link has the second note");
    await openList(page);
    await picture(page, "bookmarks");
    await page.keyboard.press("Escape");

    await page.reload();
    await until(async () => (await marks(page)) === 2, "two marks after a reload");
    await page.locator(".lane-mark[data-noted]").first().click();
    await untilText(page, CLOCK, "09:3");

    const other = await browser.visit("about:blank");
    await other.page.goto(page.url());
    await until(async () => (await marks(other.page)) === 2, "two marks elsewhere");
    await openList(other.page);
    await hasNote(other.page, "EU open, 50% & more");
    await hasNote(other.page, "US");

    await openList(page);
    await page.locator('[aria-label^="Delete the bookmark"]').first().click();
    await until(async () => (await marks(page)) === 1, "one mark");
    await until(() => !page.url().includes("open"), "the link has no first note");
    await page.locator(".bookmark-time").first().click();
    await untilText(page, CLOCK, "19:");
    for (const visit of [{ page, faults }, other]) {
      assert.deepEqual(visit.faults, []);
      await visit.page.close();
    }
  } finally {
    await server.kill();
  }
});
