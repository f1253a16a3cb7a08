/** Scenarios and headlines in a real browser. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn, PRICED, query, symbols, until, untilText } from "./page.js";
import { serve } from "./serve.js";
import { picture, startServer } from "./support.js";

/** @typedef {import("playwright-core").Page} Page */

const { server, browser } = serve(["--seed", "7", "--speed", "4x"]);

/** @param {Page} page @param {string} id */
async function openTab(page, id) {
  await page.click(`#tab-${id}`);
  await page.locator(`#panel-${id}`).waitFor();
}

test("a scenario started on one page shows on all", async () => {
  const [one, other] = [
    await browser.visit(`${server.url}?symbol=AAPL&interval=1s`),
    await browser.visit(`${server.url}?symbol=AAPL&interval=1s`),
  ];
  await drawn(one.page);
  await one.page.click(".transport-scenarios");
  await one.page.locator("#panel-scenarios").waitFor();
  await one.page.selectOption('[name="scenario"]', "crash");
  await untilText(one.page, ".scenario-about", "falls by 8 %");
  await one.page.selectOption('[name="on"]', "AAPL");
  await one.page.fill('[name="strength"]', "2");
  await one.page.fill('[name="seconds"]', "600");
  await one.page.click('.scenario-form button[type="submit"]');
  await openTab(other.page, "scenarios");
  for (const { page } of [one, other]) {
    await page.locator('.scenario[data-state="running"]').first().waitFor();
    await untilText(page, ".scenario", /Crash.*AAPL.*strength 2/);
  }
  await untilText(one.page, ".transport-seed", "seed 7");
  await one.page.bringToFront();
  await picture(one.page, "scenario-running");
  for (const { page, faults } of [one, other]) {
    assert.deepEqual(faults, []);
    await page.close();
  }
});

test("an invalid scenario is reported and not started", async () => {
  const { page } = await browser.visit(`${server.url}?symbol=MSFT`);
  await openTab(page, "scenarios");
  await page.locator('[name="scenario"] option').first().waitFor({ state: "attached" });
  await page.selectOption('[name="scenario"]', "crash");
  await page.locator(".scenario-form").evaluate((form) => form.setAttribute("novalidate", ""));
  await page.fill('[name="strength"]', "99");
  await page.click('.scenario-form button[type="submit"]');
  await untilText(page, "#toasts", /strength/);
  await page.close();
});

test("a headline shows its tone and leads to its symbol", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=IBM&interval=1m`);
  await page.locator(PRICED).first().waitFor();
  await page.keyboard.press("n");
  await page.locator("#panel-news").waitFor();
  const symbol = "MSFT";
  await page.fill("#filter", symbol);
  await page.click(`.row[data-symbol="${symbol}"]`);
  await page.fill("#filter", "");
  await fetch(`${server.url}api/v1/feed`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ command: "scenario", name: "news", on: symbol, strength: -2 }),
  });
  // The market has headlines of its own.
  const story = page.locator(`.story[data-symbol="${symbol}"]`, { hasText: "▼ bad" }).first();
  await story.waitFor();
  await untilText(page, "#toasts", /^News, bad: /);
  await page.fill("#filter", "EURUSD");
  await page.click('.row[data-symbol="EURUSD"]');
  await until(() => query(page).get("symbol") === "EURUSD", "the other symbol");
  await picture(page, "news");
  await story.click();
  await untilText(page, ".instrument-symbol", symbol);
  assert.deepEqual(faults, []);
  await page.close();
});

test("keys and the palette control the feed", async () => {
  const { page, faults } = await browser.visit(server.url);
  await page.locator("#transport[data-state='playing']").waitFor();
  await page.keyboard.press("g");
  await page.locator("#transport[data-state='paused']").waitFor();
  const clock = await page.textContent(".market-clock");
  await page.keyboard.press("Control+K");
  await page.locator(".dialog-palette").waitFor();
  await page.keyboard.type("end of the bar");
  await page.keyboard.press("Enter");
  await page.locator(".dialog-palette").waitFor({ state: "hidden" });
  await page.waitForFunction((before) => document.querySelector(".market-clock")?.textContent !== before, clock);
  await page.locator("#transport[data-state='paused']").waitFor();
  await page.keyboard.press(">");
  await page.waitForFunction(
    () => /** @type {HTMLSelectElement} */ (document.querySelector(".transport-speed")).value === "5",
  );
  await page.keyboard.press("g");
  await page.locator("#transport[data-state='playing']").waitFor();
  assert.deepEqual(faults, []);
  await page.close();
});

test("a viewer sees disabled controls, and why", async () => {
  const open = await startServer(["--seed", "7"], 0, "0.0.0.0");
  try {
    const { page, faults } = await browser.visit(open.url);
    await page.locator("#transport .transport-note").waitFor();
    await page.locator("#transport button[data-transport]:visible").first().waitFor();
    assert.equal(
      await page.locator("#transport :is(button[data-transport], select, input):not([disabled])").count(),
      0,
    );
    await openTab(page, "scenarios");
    await page.locator('[name="scenario"] option').first().waitFor({ state: "attached" });
    assert.equal(await page.locator(".scenario-form :is(select, input, button):not([disabled])").count(), 0);
    await page.keyboard.press("g");
    await untilText(page, "#toasts", "can only watch");
    await picture(page, "watching");
    assert.deepEqual(faults, []);
    await page.close();
  } finally {
    await open.kill();
  }
});

test("groups by sector and the width of the list are kept", async () => {
  const { page, faults } = await browser.visit(server.url);
  await page.locator(PRICED).first().waitFor();
  await page.click('button[aria-label="Columns and groups"]');
  await page.selectOption("#grouping", "sector");
  await page.keyboard.press("Escape");
  await page.locator('.row[data-heading="Technology"]').waitFor();
  assert.equal((await symbols(page))[0], "AAPL");
  const wide = () => page.locator("#watchlist").evaluate((node) => /** @type {HTMLElement} */ (node).offsetWidth);
  const before = await wide();
  await page.locator(".splitter").focus();
  await page.keyboard.press("ArrowRight");
  await until(async () => (await wide()) === before + 16, "16 pixels more");
  const box = await page.locator(".splitter").boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + 4, box.y + 300);
  await page.mouse.down();
  await page.mouse.move(600, box.y + 300, { steps: 4 });
  await page.mouse.up();
  await until(async () => (await wide()) === 600, "as wide as it was dragged");
  await page.reload();
  await page.locator('.row[data-heading="Technology"]').waitFor();
  await until(async () => (await wide()) === 600, "as wide as before");
  await page.locator(".splitter").focus();
  await page.keyboard.press("Home");
  await until(async () => (await wide()) === before, "as it was at first");
  assert.deepEqual(faults, []);
  await page.close();
});

test("the title of a hidden page shows that it is asleep", async () => {
  const { page } = await browser.visit(`${server.url}?symbol=AAPL`);
  await page.locator(PRICED).first().waitFor();
  const hide = (/** @type {boolean} */ hidden) =>
    page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { configurable: true, value });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await hide(true);
  await until(async () => /AAPL .*\(asleep\)/.test(await page.title()), "asleep in the title");
  await hide(false);
  await until(async () => !(await page.title()).includes("asleep"), "a title that goes on");
  await page.close();
});
