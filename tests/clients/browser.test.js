/** The JavaScript clients in a real browser, unchanged. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openBrowser, startServer } from "../e2e/support.js";
import { CLIENTS } from "./support.js";

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;
before(async () => void ([server, browser] = await Promise.all([startServer(["--seed", "7"]), openBrowser()])));
after(async () => {
  await browser?.close();
  await server?.kill();
});

/** More than the connections that a browser opens to one host. */
const TABS = 8;

/** @param {string} transport @returns {Promise<number>} the sessions of the server */
async function sessions(transport) {
  const metrics = await (await fetch(new URL("metrics", server.url))).text();
  return Number(metrics.match(new RegExp(`^tickcast_sessions\\{transport="${transport}"\\} (\\d+)$`, "m"))?.[1]);
}

/**
 * Opens a tab that counts its updates.
 *
 * @param {string} query
 * @param {(page: import("playwright-core").Page) => unknown} [prepare]
 */
async function openTab(query, prepare) {
  // The page itself is not needed: an answer without scripts and of the same origin.
  const { page } = await browser.visit(`${server.url}healthz`);
  await page.route("**/shared_events.mjs", (route) =>
    route.fulfill({ path: join(CLIENTS, "shared_events.mjs"), contentType: "text/javascript" }),
  );
  await prepare?.(page);
  await page.evaluate(async (url) => {
    const client = "/shared_events.mjs";
    const { watchShared } = await import(client);
    const counted = Object.assign(window, { symbols: /** @type {string[]} */ ([]), stop: () => {} });
    counted.stop = watchShared({
      url,
      onUpdate: (/** @type {{ symbol: string }} */ { symbol }) => counted.symbols.push(symbol),
    });
  }, `/events?${query}`);
  const count = () => page.evaluate(() => /** @type {any} */ (window).symbols.length);
  return {
    page,
    /** Waits for more updates than there are now. */
    async goesOn() {
      const before = await count();
      await page.waitForFunction((least) => /** @type {any} */ (window).symbols.length > least, before);
    },
  };
}

test("shared_events.mjs serves all tabs over one connection", { timeout: 120_000 }, async () => {
  const tabs = [];
  for (let at = 0; at < TABS; at += 1) tabs.push(await openTab("symbols=BTC-USD,ETH-USD&rate=20"));
  await Promise.all(tabs.map((tab) => tab.goesOn()));
  assert.equal(await sessions("events"), 1);
  const answer = await tabs[TABS - 1].page.evaluate(async () => (await fetch("/healthz")).status);
  assert.equal(answer, 200, "connections are left for other requests");

  // The tab with the connection is closed, and then the next one stops.
  await tabs.shift()?.page.close();
  await Promise.all(tabs.map((tab) => tab.goesOn()));
  await tabs.shift()?.page.evaluate(() => /** @type {any} */ (window).stop());
  await Promise.all(tabs.map((tab) => tab.goesOn()));
  assert.equal(await sessions("events"), 1);
  for (const { page } of tabs) await page.close();
});

/** @param {string} command */
const drive = (command) =>
  fetch(new URL("api/v1/feed", server.url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ command }),
  });

test("shared_events.mjs gives a late tab the state at once", { timeout: 120_000 }, async () => {
  const query = "symbols=AAPL,MSFT&rate=5";
  const first = await openTab(query);
  await first.goesOn();
  // Nothing but heartbeats comes now.
  await drive("pause");
  const late = await openTab(query);
  await late.page.waitForFunction(() => new Set(/** @type {any} */ (window).symbols).size === 2);
  await drive("play");
  await Promise.all([first.goesOn(), late.goesOn()]);
  for (const { page } of [first, late]) await page.close();
});

test("shared_events.mjs comes back after a refusal", { timeout: 120_000 }, async () => {
  let refused = 0;
  const tab = await openTab("symbols=BTC-USD&rate=5", async (page) => {
    // A browser does not repeat a request that was answered with an error.
    await page.route("**/events?*", (route) => {
      refused += 1;
      return refused > 2 ? route.continue() : route.fulfill({ status: 503, body: "" });
    });
  });
  await tab.goesOn();
  assert.equal(refused, 3);
  await tab.page.close();
});

test("javascript.mjs runs in a browser without a library", { timeout: 120_000 }, async () => {
  const { page, faults } = await browser.visit(server.url);
  await page.route("**/javascript.mjs", (route) =>
    route.fulfill({ path: join(CLIENTS, "javascript.mjs"), contentType: "text/javascript" }),
  );
  const updates = await page.evaluate(async () => {
    const client = "/javascript.mjs";
    const { watch } = await import(client);
    return await new Promise((done) => {
      /** @type {Record<string, any>[]} */
      const received = [];
      const stop = watch({
        url: `ws://${location.host}/ws`,
        symbols: ["AAPL", "BTC-USD"],
        rate: 20,
        onUpdate(/** @type {Record<string, any>} */ quote) {
          received.push(quote);
          if (received.length < 20) return;
          stop();
          done(received);
        },
      });
    });
  });
  const symbols = new Set(updates.map((/** @type {Record<string, any>} */ { symbol }) => symbol));
  assert.deepEqual([...symbols].sort(), ["AAPL", "BTC-USD"]);
  assert.deepEqual(faults, []);
});
