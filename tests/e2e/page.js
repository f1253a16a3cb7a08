/** Shared steps of the browser tests. */

import assert from "node:assert/strict";

/** @typedef {import("playwright-core").Page} Page */

/** The known prices of the watchlist. */
export const PRICED = '.row[data-symbol]:not([hidden]) .last:not(:text-is("–"))';

/**
 * Waits until an element shows a text.
 *
 * @param {Page} page
 * @param {string} selector
 * @param {string | RegExp} wanted
 */
export async function untilText(page, selector, wanted) {
  const [source, flags] =
    wanted instanceof RegExp ? [wanted.source, wanted.flags] : [wanted.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), ""];
  await page.waitForFunction(
    ([where, pattern, how]) => new RegExp(pattern, how).test(document.querySelector(where)?.textContent ?? ""),
    [selector, source, flags],
  );
}

/**
 * @param {Page} page
 * @param {string} selector
 */
export async function changes(page, selector) {
  const first = await page.textContent(selector);
  await page.waitForFunction(
    ([where, text]) => document.querySelector(where ?? "")?.textContent !== text,
    [selector, first],
  );
}

/** Returns the symbols of the existing rows, from top to bottom. @param {Page} page */
export async function symbols(page) {
  return page
    .locator(".row[data-symbol]:not([hidden])")
    .evaluateAll((rows) =>
      rows
        .sort((a, b) => Number(a.getAttribute("aria-rowindex")) - Number(b.getAttribute("aria-rowindex")))
        .map((row) => /** @type {HTMLElement} */ (row).dataset.symbol ?? ""),
    );
}

/**
 * Waits until the address of the page has a value. `null` is an absent one.
 *
 * @param {Page} page
 * @param {string} name
 * @param {string | null} wanted
 */
export const inAddress = (page, name, wanted) =>
  until(() => query(page).get(name) === wanted, `${name} is ${wanted} in the address`);

/**
 * Waits until nothing lies beside the page. A chart takes its new width a frame after the window has it.
 *
 * @param {Page} page
 */
export const fitsItsWindow = (page) =>
  page.waitForFunction(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);

/**
 * Waits until the page has been painted, with all changes of its state up to now.
 *
 * @param {Page} page
 */
export const painted = (page) =>
  page.evaluate(() => new Promise((done) => void requestAnimationFrame(() => requestAnimationFrame(done))));

/** @param {Page} page */
export const query = (page) => new URL(page.url()).searchParams;

/**
 * Waits until the chart has drawn candles: until some of its pixels have their colour.
 *
 * @param {Page} page
 */
export async function drawn(page) {
  await page.waitForFunction(
    () => {
      const probe = document.createElement("span");
      document.body.append(probe);
      const wanted = ["--candle-up", "--candle-down"].map((name) => {
        probe.style.color = `var(${name})`;
        return (getComputedStyle(probe).color.match(/\d+/g) ?? []).slice(0, 3).join();
      });
      probe.remove();
      return [...document.querySelectorAll("#chart canvas")].some((node) => {
        const canvas = /** @type {HTMLCanvasElement} */ (node);
        if (canvas.width === 0 || canvas.height === 0) return false;
        const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
        copy?.drawImage(canvas, 0, 0);
        const pixels = copy?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        for (let at = 0; at < pixels.length; at += 4)
          if (wanted.includes(`${pixels[at]},${pixels[at + 1]},${pixels[at + 2]}`)) return true;
        return false;
      });
    },
    undefined,
    { polling: 100 },
  );
}

/**
 * @param {() => unknown} holds
 * @param {string} what
 */
export async function until(holds, what) {
  for (let turn = 0; turn < 600; turn += 1) {
    if (await holds()) return;
    await new Promise((done) => void setTimeout(done, 50));
  }
  assert.fail(`timeout: ${what}`);
}

/**
 * Finds a symbol with the filter and chooses it, wherever its row is.
 *
 * @param {Page} page
 * @param {string} symbol
 */
export async function choose(page, symbol) {
  await page.fill("#filter", symbol);
  await page.click(`.row[data-symbol="${symbol}"]`);
  await page.fill("#filter", "");
}
