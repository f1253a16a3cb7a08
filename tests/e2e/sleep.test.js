/** A tab that is put to sleep and woken shows current values. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PRICED, until } from "./page.js";
import { recordTraffic, openBrowser, startServer } from "./support.js";

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
  /** @type {ReturnType<typeof recordTraffic> | undefined} */
  let traffic;
  const { page } = await browser.visit(first.url, (page) => void (traffic = recordTraffic(page)));
  await page.locator(PRICED).first().waitFor();
  const session = await page.context().newCDPSession(page);
  await session.send("Page.setWebLifecycleState", { state: "frozen" });
  const server = await meanwhile(first);
  const woken = Date.now();
  await session.send("Page.setWebLifecycleState", { state: "active" });
  const fresh = () =>
    traffic?.received.some(({ type, ts_sent: sent }) => ["update", "snapshot"].includes(type) && sent / 1e3 > woken);
  await until(async () => fresh() === true, "a price that was sent after it woke");
  await until(async () => (await page.locator("#link").getAttribute("data-status")) === "live", "it is live");
  await until(
    async () => !(await page.evaluate(() => document.documentElement.hasAttribute("data-stale"))),
    "nothing is stale",
  );
  const resyncs = traffic?.sent.filter(({ type }) => type === "resync").length;
  await page.close();
  await server.kill();
  return { connections: traffic?.connections, resyncs };
}

test("a sleep costs nothing while the connection lives", async () => {
  const found = await freeze(async (server) => {
    await sleep(6_000);
    return server;
  });
  assert.deepEqual(found, { connections: 1, resyncs: 0 });
});

test("a page whose connection died in its sleep reconnects", async () => {
  const found = await freeze(async (server) => {
    await server.kill();
    await sleep(3_000);
    return startServer(["--seed", "6", "--speed", "5x"], server.port);
  });
  assert.ok(Number(found.connections) >= 2, `${found.connections} connections`);
});
