/** The dashboard in Chromium, whose page takes some time for each message before it handles it. */

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
 * Makes each message take time, before the page handles it.
 *
 * @param {{ handlerMs: number, warmUpMs: number }} options
 */
function slow({ handlerMs, warmUpMs }) {
  const ages = { largest: 0, last: 0, messages: 0, first_after_stall: null, second_after_stall: null, closed: null };
  /** @type {any} */ (window).ages = ages;
  const began = performance.now();
  let newest = 0;
  const UPDATE = 1;
  /** @param {string | ArrayBuffer} data */
  function sentMs(data) {
    if (typeof data === "string") {
      const found = data.includes('"quotes"') ? /"ts_sent":(\d+)/.exec(data) : null;
      return found ? Number(found[1]) / 1e3 : 0;
    }
    const view = new DataView(data);
    return view.getUint8(0) === UPDATE ? Number(view.getBigInt64(4, true)) / 1e3 : 0;
  }
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    /** @param {string | URL} url @param {string | string[]} [protocols] */
    constructor(url, protocols) {
      super(url, protocols);
      this.addEventListener("message", ({ data }) => {
        newest = Math.max(newest, sentMs(data));
        ages.messages += 1;
        const until = performance.now() + handlerMs;
        while (performance.now() < until);
        if (newest === 0) return;
        ages.last = (Date.now() - newest) / 1e3;
        if (performance.now() - began > warmUpMs) ages.largest = Math.max(ages.largest, ages.last);
      });
      this.addEventListener("close", (/** @type {any} */ { code }) => (ages.closed = `closed: ${code}`));
    }
  };
}
