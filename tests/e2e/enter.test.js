/** Signing in with a token in a real browser. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { PRICED, until, untilText } from "./page.js";
import { serve } from "./serve.js";
import { picture } from "./support.js";

/** @typedef {import("playwright-core").Page} Page */

const PRESENTER = "presenter-0123456789";
const VIEWER = "viewer-0123456789abc";

const { server, browser } = serve([
  "replay",
  "data/us-stocks-daily.csv.gz",
  "--loop",
  `--token=${PRESENTER}`,
  `--viewer-token=${VIEWER}`,
]);

/** Fetches the role of the page. @param {Page} page @returns {Promise<string>} */
const role = (page) => page.evaluate(async () => (await (await fetch("/api/v1/login")).json()).role);

/** Counts the controls that can be used whenever the page has changed, into `offered`. Runs in the page. */
function watchControls() {
  const seen = /** @type {any} */ (globalThis);
  seen.offered = 0;
  const count = () => {
    const controls = /** @type {NodeListOf<HTMLElement>} */ (
      document.querySelectorAll("#transport button[data-transport]:enabled")
    );
    seen.offered = Math.max(seen.offered, [...controls].filter((one) => one.offsetParent !== null).length);
  };
  new MutationObserver(count).observe(document, { subtree: true, childList: true, attributes: true });
}

test("a presenter's link signs in and drops the token", async () => {
  const { page } = await browser.visit(`${server.url}enter#token=${PRESENTER}`);
  await page.locator(PRICED).first().waitFor();
  assert.equal(await role(page), "presenter");
  assert.equal(new URL(page.url()).hash, "");
  assert.equal(await page.evaluate(() => document.cookie), "", "no script can read the token");
  await page.locator("#transport button[data-transport]:visible:enabled").first().waitFor();
  await page.reload();
  await page.locator(PRICED).first().waitFor();
  assert.equal(await role(page), "presenter");
  await page.context().clearCookies();
  await page.close();
});

test("a viewer's token shows the market without controls", async () => {
  const { page } = await browser.visit(server.url, (page) => page.addInitScript(watchControls));
  await page.waitForURL("**/enter");
  await untilText(page, "#state", "This server needs a token");
  await picture(page, "enter");
  await page.fill("#token", "wrong-0123456789abc");
  await page.keyboard.press("Enter");
  await untilText(page, "#fault", "not a token of this server");
  await picture(page, "enter-wrong");
  await page.fill("#token", VIEWER);
  await page.keyboard.press("Enter");
  await page.locator(PRICED).first().waitFor();
  assert.equal(await role(page), "viewer");
  await page.locator("#transport button:visible").first().waitFor();
  assert.equal(await page.locator("#transport button[data-transport]:visible:enabled").count(), 0);
  assert.equal(await page.evaluate("offered"), 0, "no control was offered while the page was built");
  await page.click("#transport .transport-note");
  await untilText(page, "#state", "You may watch the market");
  await page.click("#out");
  await until(async () => (await role(page)) === "anonymous", "signed out");
  await page.close();
});
