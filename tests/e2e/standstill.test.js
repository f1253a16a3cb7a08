/** A page that stood still, for example on a sleeping laptop, shows current values first. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { PRICED } from "./page.js";
import { serve } from "./serve.js";

/**
 * The time that the page stands still, and the highest age of the first price afterwards, with a slow machine's share.
 */
const STANDSTILL_MS = 6000;
const FRESH_MS = 2000;

const { browser, server } = serve(["--seed", "7", "--speed", "4x"]);

test("the first price after a standstill is a recent one", async () => {
  // Of each message the page takes, when it was sent.
  const listen = () => {
    const note = (/** @type {MessageEvent} */ { data }) => {
      for (const { message } of data.entries ?? []) {
        if (message.type === "update") Object.assign(window, { sentMs: message.ts_sent / 1000 });
      }
    };
    window.Worker = class extends Worker {
      /** @param {string | URL} url */
      constructor(url) {
        super(url);
        this.addEventListener("message", note);
      }
    };
  };
  const { page, faults } = await browser.visit(server.url, (page) => page.addInitScript(listen));
  await page.locator(PRICED).nth(20).waitFor();
  const { taken, shown } = await page.evaluate(async (standstillMs) => {
    const age = () => {
      const { sentMs = 0 } = /** @type {Window & { sentMs?: number }} */ (window);
      return Date.now() - sentMs;
    };
    const list = /** @type {Element} */ (document.querySelector(".row[data-symbol]")?.parentElement);
    await new Promise((quiet) => setTimeout(quiet, 1000));
    for (const until = performance.now() + standstillMs; performance.now() < until;);
    const taken = age();
    /** @type {number} */
    const shown = await new Promise((done) => {
      const watch = new MutationObserver((changes) => {
        if (
          !changes.some(({ target }) => (target instanceof Element ? target : target.parentElement)?.closest(".last"))
        )
          return;
        watch.disconnect();
        done(age());
      });
      watch.observe(list, { subtree: true, childList: true, characterData: true });
    });
    return { taken, shown };
  }, STANDSTILL_MS);
  assert.ok(taken >= STANDSTILL_MS, `the page stood still: ${taken} ms`);
  assert.ok(shown <= FRESH_MS, `the first price shown was sent ${shown} ms before`);
  assert.deepEqual(faults, []);
  await page.close();
});
