/** The dashboard in Chromium, whose page takes some time for each batch of messages before it handles it. */

import { createRequire } from "node:module";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const WARM_UP_MS = 5_000;
/** Messages with which the page opens: answers to its requests, and histories. */
const OPENING = 30;

/**
 * @param {string} url of the stream
 * @param {{ handler: number, seconds: number }} options
 */
export async function readPage(url, { handler, seconds }) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: ARGS });
  try {
    const page = await browser.newPage();
    await page.addInitScript(slow, { handlerMs: handler * 1e3, warmUpMs: WARM_UP_MS + OPENING * handler * 1e3 });
    await page.goto(url.replace("ws:", "http:").replace(/ws$/, ""));
    await page.waitForTimeout(seconds * 1e3);
    return await page.evaluate(() => /** @type {any} */ (window).ages);
  } finally {
    await browser.close();
  }
}

/**
 * Makes each batch of messages take time, before the page handles it.
 *
 * @param {{ handlerMs: number, warmUpMs: number }} options
 */
function slow({ handlerMs, warmUpMs }) {
  const ages = { largest: 0, last: 0, messages: 0, first_after_stall: null, second_after_stall: null, closed: null };
  /** @type {any} */ (window).ages = ages;
  const began = performance.now();
  let newest = 0;
  const Native = window.Worker;
  // The page gets batches of messages from a thread of its own, which receives.
  window.Worker = class extends Native {
    /** @param {string | URL} url */
    constructor(url) {
      super(url);
      this.addEventListener("message", ({ data }) => {
        if (data.type === "closed") ages.closed ??= "closed";
        for (const { message } of data.entries ?? []) {
          if (message.type === "update") newest = Math.max(newest, message.ts_sent / 1e3);
        }
        ages.messages += 1;
        const until = performance.now() + handlerMs;
        while (performance.now() < until);
        if (newest === 0) return;
        ages.last = (Date.now() - newest) / 1e3;
        if (performance.now() - began > warmUpMs) ages.largest = Math.max(ages.largest, ages.last);
      });
    }
  };
}
