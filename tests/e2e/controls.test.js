/** Keys, the palette, pausing and alerts in a real browser. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { changes, drawn, fitsItsWindow, painted, PRICED, query, until, untilText } from "./page.js";
import { serve } from "./serve.js";
import { recordTraffic, picture } from "./support.js";

/** @typedef {import("playwright-core").Page} Page */

const { server, browser } = serve(["--seed", "7", "--speed", "4x"]);

test("the palette finds symbols and commands by keys alone", async () => {
  const { page, faults } = await browser.visit(server.url);
  await page.locator(PRICED).first().waitFor();
  await page.keyboard.press("Control+K");
  await page.locator(".dialog-palette").waitFor();
  await page.keyboard.type("tesla");
  await untilText(page, ".palette-item", /^TSLA/);
  await picture(page, "palette");
  await page.keyboard.press("Enter");
  await page.locator(".dialog-palette").waitFor({ state: "hidden" });
  await untilText(page, ".instrument-symbol", "TSLA");
  await page.keyboard.press("Control+K");
  await page.keyboard.type("layout");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelectorAll(".pane").length === 2);
  await page.keyboard.press("Control+K");
  await page.keyboard.type("no such thing");
  await untilText(page, ".dialog-palette [role=status]", "No symbol, scenario or command");
  await page.keyboard.press("Escape");
  await page.locator(".dialog-palette").waitFor({ state: "hidden" });
  assert.deepEqual(faults, []);
  await page.close();
});

test("single keys run commands, not while typing, unless off", async () => {
  const { page, faults } = await browser.visit(server.url);
  await page.locator(PRICED).first().waitFor();
  await page.keyboard.press("?");
  await page.locator(".dialog-help").waitFor();
  await picture(page, "help");
  await page.keyboard.press("Escape");
  await page.locator(".dialog-help").waitFor({ state: "hidden" });
  const first = await page.textContent(".instrument-symbol");
  await page.keyboard.press("j");
  await page.waitForFunction((old) => document.querySelector(".instrument-symbol")?.textContent !== old, first);
  await page.keyboard.press("4");
  await page.waitForSelector('[data-interval="1m"][aria-pressed="true"]');
  await page.keyboard.press("/");
  await page.keyboard.type("jc4");
  assert.equal(await page.inputValue("#filter"), "jc4");
  assert.equal(query(page).get("chart"), null);
  await page.keyboard.press("Escape");
  await page.fill("#filter", "");
  await page.locator(".rows").focus();
  await page.keyboard.press("?");
  await page.uncheck("#single-keys");
  await page.keyboard.press("Escape");
  await page.locator(".dialog-help").waitFor({ state: "hidden" });
  await page.locator(".rows").focus();
  await page.keyboard.press("c");
  await painted(page);
  assert.equal(query(page).get("chart"), null);
  assert.deepEqual(faults, []);
  await page.close();
});

test("presentation mode cuts nothing off", async () => {
  const { page, faults } = await browser.visit(server.url);
  for (const [width, height] of [
    [1440, 900],
    [1920, 1080],
  ]) {
    await page.setViewportSize({ width, height });
    await page.locator(PRICED).first().waitFor();
    await page.keyboard.press("p");
    await page.waitForSelector("html[data-large]");
    await drawn(page);
    await fitsItsWindow(page);
    await picture(page, `presentation-${width}`);
    await page.keyboard.press("p");
    await page.waitForSelector("html:not([data-large])");
  }
  assert.deepEqual(faults, []);
  await page.close();
});

test("pausing stops the page and its updates until it resumes", async () => {
  /** @type {ReturnType<typeof recordTraffic>} */
  let traffic = { sent: [], received: [], connections: 0 };
  const { page, faults } = await browser.visit(server.url, (fresh) => (traffic = recordTraffic(fresh)));
  await page.locator(PRICED).first().waitFor();
  await drawn(page);
  await page.keyboard.press(".");
  await untilText(page, "#link", "Paused here");
  for (const channel of ["quotes", "bars", "trades", "depth"]) {
    await until(
      () => traffic.received.some((message) => message.channel === channel && message.rate === 0),
      `rate 0 is granted for ${channel}`,
    );
  }
  const shown = async () => (await page.locator(".rows").textContent())?.replaceAll(/◷ \d+s/g, "");
  /** @type {string | undefined} */
  let still;
  // Prices that came before are painted a moment later.
  await until(async () => still === (still = await shown()), "the prices stand still");
  await page.waitForTimeout(1500);
  assert.equal(await shown(), still);
  await page.keyboard.press(".");
  await untilText(page, "#link", "Live");
  await changes(page, ".instrument-last");
  assert.deepEqual(faults, []);
  await page.close();
});

test("an alert fires once, and can be set again and removed", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL`);
  await page.locator(PRICED).first().waitFor();
  await page.keyboard.press("a");
  await page.locator(".alert-form").waitFor();
  await page.fill('.alert-form [name="symbol"]', "nothing");
  await page.fill('.alert-form [name="value"]', "1");
  await page.click('.alert-form [type="submit"]');
  await untilText(page, ".alert-fault", 'no symbol "nothing"');
  await page.fill('.alert-form [name="symbol"]', "msft");
  await page.fill('.alert-form [name="value"]', "1");
  await page.click('.alert-form [type="submit"]');
  await untilText(page, "#toasts", "Alert: MSFT price at or above 1.");
  await untilText(page, ".alerts section:last-child .alert", /MSFT price at or above 1\.00[\d,]+\.\d\d$/);
  await page.fill('.alert-form [name="symbol"]', "AAPL");
  await page.selectOption('.alert-form [name="side"]', "below");
  await page.fill('.alert-form [name="value"]', "0.01");
  await page.click('.alert-form [type="submit"]');
  await page.locator(".alert[data-armed]", { hasText: "AAPL price at or below 0.01" }).waitFor();
  await picture(page, "alerts");
  await page.reload();
  await page.locator(".alert[data-armed]", { hasText: "AAPL price at or below 0.01" }).waitFor();
  await page.getByRole("button", { name: "Set again" }).click();
  await untilText(page, "#toasts", "Alert: MSFT");
  await page.click('[aria-label="Remove: AAPL price at or below 0.01"]');
  await page.locator(".alert", { hasText: "AAPL price" }).waitFor({ state: "detached" });
  assert.deepEqual(faults, []);
  await page.close();
});

test("the visible bars are shown as a table", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL&interval=1m`);
  await drawn(page);
  await page.keyboard.press("r");
  await page.locator(".dialog-table tbody tr").first().waitFor();
  const rows = await page
    .locator(".dialog-table tbody tr")
    .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
  assert.ok(rows.length > 40);
  const answer = await (await fetch(`${server.url}api/v1/bars?symbols=AAPL&interval=1m&limit=300`)).json();
  const [time, open, high, low, close] = rows[5].map(String);
  const bar = answer.series[0].bars.find(
    (/** @type {{ ts: number }} */ { ts }) => new Date(ts / 1000).toISOString().slice(0, 16).replace("T", " ") === time,
  );
  assert.deepEqual(
    [open, high, low, close].map((text) => Number(text.replaceAll(",", ""))),
    [bar.open, bar.high, bar.low, bar.close],
  );
  await picture(page, "bars-table");
  await page.keyboard.press("Escape");
  await page.locator(".dialog-table").waitFor({ state: "hidden" });
  assert.deepEqual(faults, []);
  await page.close();
});
