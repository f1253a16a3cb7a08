/** The status page in a real browser: figures, access, themes, a phone, and axe-core. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { fitsItsWindow, until, untilText } from "./page.js";
import { openBrowser, picture, startServer } from "./support.js";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const VIEWER = "viewer-0123456789abc";

/** @typedef {import("playwright-core").Page} Page */

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;
before(async () => {
  [server, browser] = await Promise.all([startServer(["--seed", "3"]), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.kill();
});

/** The value of a figure by its title. @param {Page} page @param {string} title */
const value = (page, title) => page.locator(".figure", { hasText: title }).locator(".value").innerText();

/** Returns what axe finds, in words. @param {Page} page @returns {Promise<string[]>} */
const barriers = (page) =>
  page.evaluate(async () => {
    const { violations } = await /** @type {any} */ (window).axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return violations.map(
      (/** @type {any} */ found) => `${found.id}: ${found.nodes.map((/** @type {any} */ node) => node.html).join(" ")}`,
    );
  });

test("the figures are those of the server, and move", async () => {
  const market = await browser.visit(server.url);
  await fetch(`${server.url}nowhere`);
  const { page, faults, foreign } = await browser.visit(`${server.url}status.html`);
  await untilText(page, "#state", "up, playing");
  await untilText(page, "#about", "version 0.1.0, up for");
  await until(async () => (await value(page, "Sessions")) === "1", "the market's page is one session");
  await until(async () => /^[\d.,]+K?\/s$/.test(await value(page, "Ticks in")), "ticks come");
  await until(async () => /ms$/.test(await value(page, "Flush to socket")), "a lag is shown");
  await until(
    async () => (await page.locator(".figure polyline").first().getAttribute("points"))?.includes(" "),
    "a line of two points",
  );
  assert.match(await page.getByRole("table", { name: "Rejected requests, by code" }).innerText(), /not_found\s+1/);
  assert.match(await page.getByRole("table", { name: "Feed" }).innerText(), /40 instruments, seed 3/);
  await page.evaluate(AXE).catch(() => page.addInitScript(AXE));
  for (const scheme of /** @type {const} */ (["dark", "light"])) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const width of [1_280, 360]) {
      await page.setViewportSize({ width, height: 800 });
      await fitsItsWindow(page);
      assert.deepEqual(await barriers(page), [], `${scheme} at ${width}`);
      await picture(page, `status-${scheme}-${width}`);
    }
  }
  assert.deepEqual([faults, foreign], [[], []]);
  await Promise.all([market.page.close(), page.close()]);
});

test("a lost server is reported, and found again", async () => {
  const own = await startServer(["--seed", "3"]);
  const { page } = await browser.visit(`${own.url}status.html`);
  await untilText(page, "#state", "up, playing");
  await own.kill();
  await untilText(page, "#state", "the server does not answer");
  const again = await startServer(["--seed", "3"], own.port);
  await untilText(page, "#state", "up, playing");
  await page.close();
  await again.kill();
});

test("an unauthorized page goes to the sign-in page", async () => {
  const guarded = await startServer([`--viewer-token=${VIEWER}`, "--token=presenter-0123456789"]);
  const { page } = await browser.visit(`${guarded.url}status.html`);
  await page.waitForURL("**/enter");
  await page.goto(`${guarded.url}enter#token=${VIEWER}`);
  await page.waitForURL(guarded.url);
  await page.goto(`${guarded.url}status.html`);
  await untilText(page, "#state", "up, playing");
  await page.context().clearCookies();
  await page.close();
  await guarded.kill();
});

test("the market page links to the status page", async () => {
  const { page } = await browser.visit(server.url);
  await page.locator("#controls").waitFor();
  await page.keyboard.press("?");
  await page.click("a[href='status.html']");
  await untilText(page, "#state", "up, playing");
  await page.close();
});
