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

test("a presenter's link signs in and drops the token", async () => {
  const { page } = await browser.visit(`${server.url}enter#token=${PRESENTER}`);
  await page.locator(PRICED).first().waitFor();
  assert.equal(await role(page), "presenter");
  assert.equal(new URL(page.url()).hash, "");
  assert.equal(await page.evaluate(() => document.cookie), "", "no script can read the token");
  await page.locator("#transport button:visible:enabled").first().waitFor();
  await page.reload();
  await page.locator(PRICED).first().waitFor();
  assert.equal(await role(page), "presenter");
  await page.context().clearCookies();
  await page.close();
});

test("a viewer's token shows the market without controls", async () => {
  const { page } = await browser.visit(server.url);
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
  assert.equal(await page.locator("#transport button:visible:enabled").count(), 0);
  await page.click("#transport .transport-note");
  await untilText(page, "#state", "You may watch the market");
  await page.click("#out");
  await until(async () => (await role(page)) === "anonymous", "signed out");
  await page.close();
});
