/**
 * A tab that is put to sleep and woken: it shows what is true now, whether its connection outlived the sleep or not.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PRICED, until } from "./page.js";
import { listenIn, openBrowser, startServer } from "./support.js";

/** @typedef {import("playwright-core").Page} Page */

/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;
before(async () => {
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
});

const sleep = (/** @type {number} */ ms) => new Promise((done) => void setTimeout(done, ms));

/**
 * Freezes a page as Chromium freezes tabs that nobody looks at, and wakes it; then it must be live, with a price that
 * was sent since.
 *
 * @param {(server: import("./support.js").Server) => Promise<import("./support.js").Server>} meanwhile what happens
 *   while it sleeps; the server that is there then
 */
async function freeze(meanwhile) {
  const first = await startServer(["--seed", "5", "--speed", "5x"]);
  /** @type {ReturnType<typeof listenIn> | undefined} */
  let said;
  const { page } = await browser.visit(first.url, (page) => void (said = listenIn(page)));
  await page.locator(PRICED).first().waitFor();
  const session = await page.context().newCDPSession(page);
  await session.send("Page.setWebLifecycleState", { state: "frozen" });
  const server = await meanwhile(first);
  const woken = Date.now();
  await session.send("Page.setWebLifecycleState", { state: "active" });
  const fresh = () =>
    said?.heard.some(({ type, ts_sent: sent }) => ["update", "snapshot"].includes(type) && sent / 1e3 > woken);
  await until(async () => fresh() === true, "a price that was sent after it woke");
  await until(async () => (await page.locator("#link").getAttribute("data-status")) === "live", "it is live");
  await until(
    async () => !(await page.evaluate(() => document.documentElement.hasAttribute("data-stale"))),
    "nothing is stale",
  );
  const resyncs = said?.sent.filter(({ type }) => type === "resync").length;
  await page.close();
  await server.kill();
  return { connections: said?.connections, resyncs };
}

test("a sleep costs nothing where the connection outlives it", async () => {
  const found = await freeze(async (server) => {
    await sleep(6_000);
    return server;
  });
  assert.deepEqual(found, { connections: 1, resyncs: 0 });
});

test("whose connection died in its sleep comes back by itself when it wakes", async () => {
  const found = await freeze(async (server) => {
    await server.kill();
    await sleep(3_000);
    return startServer(["--seed", "6", "--speed", "5x"], server.port);
  });
  assert.ok(Number(found.connections) >= 2, `${found.connections} connections`);
});
