/** A page whose WebSocket the server rejects says why, and what helps. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { PRICED, untilText } from "./page.js";
import { browse } from "./serve.js";
import { picture, startProxy, startServer } from "./support.js";

const browser = browse();

/** @param {import("playwright-core").Page} page @param {RegExp[]} parts of what it says */
async function says(page, ...parts) {
  await page.locator(".refusal").waitFor();
  for (const part of parts) await untilText(page, ".refusal", part);
}

/** @param {import("playwright-core").Page} page */
async function recovers(page) {
  await page.locator(PRICED).first().waitFor();
  await page.locator(".refusal").waitFor({ state: "hidden" });
  await untilText(page, "#link", "Live");
}

test("page behind a tunnel that hides its name is told of --public-host", async () => {
  const server = await startServer(["--seed", "7"]);
  const tunnel = await startProxy(server.port, { keepsHost: false });
  const { page } = await browser.visit(tunnel.url);
  await says(
    page,
    /does not know this address/,
    new RegExp(`a page from "${tunnel.url.slice(0, -1)}"`, "i"),
    /--public-host/,
  );
  await untilText(page, "#link", /^✕?.*Refused, next try in \d+ s/);
  await picture(page, "refused-origin");
  await page.setViewportSize({ width: 360, height: 780 });
  const box = await page.locator(".refusal").boundingBox();
  assert.ok(box && box.x >= 0 && box.x + box.width <= 360, JSON.stringify(box));
  await picture(page, "refused-narrow");
  await page.close();

  await server.kill();
  const named = await startServer(["--seed", "7", "--public-host", new URL(tunnel.url).host], server.port);
  const { page: again } = await browser.visit(tunnel.url);
  await again.locator(PRICED).first().waitFor();
  await again.close();
  await tunnel.close();
  await named.kill();
});

test("page beyond the limit of its address says so, and gets in when there is room", async () => {
  const server = await startServer(["--seed", "7", "--max-sessions-per-address", "1"]);
  const { page: first } = await browser.visit(server.url);
  await first.locator(PRICED).first().waitFor();
  const { page } = await browser.visit(server.url);
  await says(
    page,
    /Too many pages are open/,
    /127\.0\.0\.1 has as many sessions/,
    /close some/,
    /--max-sessions-per-address/,
  );
  await picture(page, "refused-address");
  await first.close();
  await recovers(page);
  await page.close();
  await server.kill();
});

test("page of a full server says so, and gets in when there is room", async () => {
  const server = await startServer(["--seed", "7", "--max-sessions", "1"]);
  const { page: first } = await browser.visit(server.url);
  await first.locator(PRICED).first().waitFor();
  const { page } = await browser.visit(`${server.url}?theme=light`);
  await says(page, /The server is full/, /as many sessions as it may/, /try again later/, /keeps trying/);
  await picture(page, "refused-full");
  await first.close();
  await recovers(page);
  await page.close();
  await server.kill();
});

test("page behind a proxy that passes no WebSocket on says so", async () => {
  const server = await startServer(["--seed", "7"]);
  const proxy = await startProxy(server.port, { upgrades: false });
  const { page } = await browser.visit(proxy.url);
  await says(page, /does not get through/, /pass on the headers `Upgrade`/);
  await picture(page, "refused-proxy");
  await page.close();
  await proxy.close();
  await server.kill();
});

test("page of a server that is gone waits for it, and is not refused", async () => {
  const server = await startServer(["--seed", "7"]);
  const { page } = await browser.visit(server.url);
  await page.locator(PRICED).first().waitFor();
  await server.kill();
  await untilText(page, "#link", /Lost, next try/);
  assert.equal(await page.locator(".refusal").isVisible(), false);
  await page.close();
});
