/** Small promises of the page: keys, digits, and windows that differ. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn, PRICED, until, untilText } from "./page.js";
import { serve } from "./serve.js";

/** @typedef {import("playwright-core").Page} Page */

const { server, browser } = serve(["--seed", "7", "--speed", "4x"]);

test("Enter compares with the first symbol found, and again takes it out", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL&interval=1m`);
  await drawn(page);
  await page.click('button[aria-label="Compare"]');
  const field = page.locator('[aria-label="Symbol to compare"]');
  await field.fill("msft");
  await field.press("Enter");
  await untilText(page, ".legend-lines", /MSFT[\d.,]+/);
  assert.equal(await field.inputValue(), "", "the next one can be typed");
  await field.fill("msft");
  await field.press("Enter");
  await untilText(page, ".legend-lines", /^$/);
  assert.deepEqual(faults, []);
  await page.close();
});

test("the palette finds scenarios and fills in the form", async () => {
  const { page } = await browser.visit(server.url);
  await page.locator(PRICED).first().waitFor();
  await drawn(page);
  await page.keyboard.press("Control+K");
  await page.keyboard.type("tick storm");
  await untilText(page, ".palette-item", /scenario$/);
  await page.keyboard.press("Enter");
  await page.locator("#panel-scenarios .scenario-form").waitFor();
  await page.waitForFunction(
    () => /** @type {HTMLSelectElement} */ (document.querySelector('[name="scenario"]')).selectedOptions[0]?.text,
  );
  const chosen = await page.locator('[name="scenario"]').evaluate((node) => {
    const { selectedOptions } = /** @type {HTMLSelectElement} */ (node);
    return selectedOptions[0].text.toLowerCase();
  });
  assert.match(chosen, /storm/);
  await page.close();
});

test("no live region says anything while the feed just plays", async () => {
  const { page } = await browser.visit(server.url);
  await page.locator(PRICED).first().waitFor();
  await drawn(page);
  const said = await page.evaluate(async () => {
    const live = '[aria-live]:not([aria-live="off"]), [role="status"], [role="alert"], [role="log"], output';
    /** @type {string[]} */
    const changes = [];
    const watch = new MutationObserver((records) => {
      for (const { target } of records) {
        const node = target instanceof Element ? target : target.parentElement;
        const region = node?.closest(live);
        if (region) changes.push(`${region.className || region.id}: ${region.textContent}`);
      }
    });
    watch.observe(document.body, { subtree: true, childList: true, characterData: true });
    await new Promise((done) => void setTimeout(done, 3000));
    return changes;
  });
  assert.deepEqual([...new Set(said)], []);
  await page.close();
});

test("the ladder's columns stand still", async () => {
  const { page } = await browser.visit(`${server.url}?symbol=AAPL`);
  await page.locator(".ladder td.ladder-price", { hasText: /\d/ }).first().waitFor();
  const places = await page.evaluate(async () => {
    /** @type {Set<string>} */
    const seen = new Set();
    for (let frame = 0; frame < 180; frame += 1) {
      await new Promise((next) => void requestAnimationFrame(next));
      const cells = [...document.querySelectorAll(".ladder tbody tr:first-child td")];
      seen.add(cells.map((cell) => cell.getBoundingClientRect().x.toFixed(1)).join(" "));
    }
    return [...seen];
  });
  assert.equal(places.length, 1, places.join(" | "));
  await page.close();
});

test("two windows of one profile keep settings of their own", async () => {
  const { page: laptop } = await browser.visit(server.url);
  await laptop.locator(PRICED).first().waitFor();
  await drawn(laptop);
  const projector = await laptop.context().newPage();
  await projector.goto(server.url);
  await projector.locator(PRICED).first().waitFor();
  await drawn(projector);
  await projector.keyboard.press("P");
  await projector.locator("[data-large]").waitFor();
  await laptop.bringToFront();
  await laptop.keyboard.press("T");
  await until(async () => (await laptop.evaluate(() => sessionStorage.length)) > 0, "the laptop's settings are kept");
  for (const [page, isLarge] of /** @type {const} */ ([
    [laptop, false],
    [projector, true],
  ])) {
    await page.reload();
    await page.locator(PRICED).first().waitFor();
    assert.equal((await page.locator("[data-large]").count()) > 0, isLarge);
  }
  await laptop.close();
  await projector.close();
});
