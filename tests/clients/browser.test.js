/** The JavaScript client in a real browser, unchanged. */

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
