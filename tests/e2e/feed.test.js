/** The transport controls in a real browser: two pages control one feed. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./page.js";
import { browse } from "./serve.js";
import { picture, startServer } from "./support.js";

/** @typedef {import("playwright-core").Page} Page */

const REPLAY = "data/us-stocks-daily.csv.gz";

const browser = browse();

const button = (/** @type {string} */ name) => `#transport [data-transport="${name}"]`;
/** @param {Page} page @param {string} state */
const stands = (page, state) => page.locator(`#transport[data-state="${state}"]`).waitFor();
/** @param {Page} page */
const where = (page) => page.textContent(".transport-time");

test("two pages control one feed, and both show it", async () => {
  const server = await startServer(["replay", REPLAY, "--paused"]);
  try {
    const [one, other] = [await browser.visit(server.url), await browser.visit(server.url)];
    await stands(one.page, "paused");
    // The preview is drawn before anything is played.
    await one.page.waitForFunction(
      () => (document.querySelector(".preview-line")?.getAttribute("d")?.split("L").length ?? 0) > 100,
    );
    await one.page.locator(button("play")).click();
    await stands(other.page, "playing");
    await other.page.locator(button("play")).click();
    await stands(one.page, "paused");

    await one.page.locator(".transport-position").fill("5000");
    await other.page.waitForFunction(() => document.querySelector(".transport-time")?.textContent?.startsWith("2006"));
    await one.page.waitForFunction(() => document.querySelector(".transport-time")?.textContent?.startsWith("2006"));
    await until(async () => (await where(one.page)) === (await where(other.page)), "one time on both pages");
    const last = (/** @type {Page} */ page) => page.textContent(".instrument-last");
    await until(
      async () => (await last(one.page)) !== "–" && (await last(one.page)) === (await last(other.page)),
      "one price on both pages",
    );
    await picture(one.page, "transport-paused");

    const before = await where(one.page);
    await one.page.locator(button("bar")).click();
    await one.page.waitForFunction((text) => document.querySelector(".transport-time")?.textContent !== text, before);
    await stands(one.page, "paused");

    await one.page.locator(".transport-speed").selectOption("max");
    await one.page.locator(button("play")).click();
    await stands(other.page, "ended");
    await other.page.locator(".transport-end", { hasText: "■ end" }).waitFor();
    await stands(one.page, "ended");
    await one.page.locator(`${button("event")}:disabled`).waitFor();
    await picture(other.page, "transport-ended");
    await one.page.locator(button("restart")).click();
    await stands(other.page, "paused");

    const late = await browser.visit(server.url);
    await stands(late.page, "paused");
    for (const { page } of [one, late]) {
      await page.waitForFunction(
        () => document.querySelector(".transport-time")?.textContent === "2000-03-01 00:00:00",
      );
    }
    for (const visit of [one, other, late]) {
      assert.deepEqual([visit.faults, visit.foreign], [[], []]);
      await visit.page.close();
    }
  } finally {
    await server.kill();
  }
});

test("a simulation pauses and steps, but cannot seek", async () => {
  const server = await startServer(["--seed", "7"]);
  try {
    const { page, faults } = await browser.visit(server.url);
    await stands(page, "playing");
    assert.equal(await page.locator(".transport-position").isVisible(), false);
    assert.equal(await page.locator(button("loop")).isVisible(), false);
    assert.equal(await page.locator(button("gap")).isDisabled(), true);
    assert.match((await page.getAttribute(button("gap"), "title")) ?? "", /the simulated market never rests/);
    await page.locator(button("play")).click();
    await stands(page, "paused");
    await page.locator(button("event")).click();
    await stands(page, "paused");
    await page.setViewportSize({ width: 390, height: 844 });
    await picture(page, "transport-telephone");
    assert.deepEqual(faults, []);
    await page.close();
  } finally {
    await server.kill();
  }
});
