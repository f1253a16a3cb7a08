/** The page in a real browser, served by the real binary. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openBrowser, picture, startServer } from "./support.js";

/** @typedef {import("playwright-core").Page} Page */

const SIMULATION = ["--seed", "7"];
const TAPE = "data/us-stocks-daily.csv.gz";
const FIRST_PRICE_MS = 1000;
const PRICED = '.row[data-symbol] .last:not(:text-is("–"))';

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;

before(async () => {
  [server, browser] = await Promise.all([startServer(SIMULATION), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.kill();
});

/**
 * @param {Page} page
 * @param {string} selector
 * @param {string | RegExp} wanted
 */
async function says(page, selector, wanted) {
  const [source, flags] = wanted instanceof RegExp ? [wanted.source, wanted.flags] : [wanted.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), ""];
  await page.waitForFunction(
    ([where, pattern, how]) => new RegExp(pattern, how).test(document.querySelector(where)?.textContent ?? ""),
    [selector, source, flags],
  );
}

/**
 * @param {Page} page
 * @param {string} selector
 */
async function changes(page, selector) {
  const first = await page.textContent(selector);
  await page.waitForFunction(([where, text]) => document.querySelector(where ?? "")?.textContent !== text, [selector, first]);
}

/** @param {Page} page */
async function symbols(page) {
  return page.locator(".row[data-symbol]").evaluateAll((rows) => rows.map((row) => /** @type {HTMLElement} */ (row).dataset.symbol ?? ""));
}

/** @param {Page} page */
const query = (page) => new URL(page.url()).searchParams;

/**
 * Whether the chart has drawn candles: some of its pixels have the colour of one.
 *
 * @param {Page} page
 */
async function drawn(page) {
  await page.waitForFunction(() => {
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
      for (let at = 0; at < pixels.length; at += 4) if (wanted.includes(`${pixels[at]},${pixels[at + 1]},${pixels[at + 2]}`)) return true;
      return false;
    });
  }, undefined, { polling: 100 });
}

test("prices appear within a second of load and change, with a clean console and no other origin", async () => {
  const { page, faults, foreign } = await browser.visit(server.url);
  await page.locator(PRICED).first().waitFor({ timeout: FIRST_PRICE_MS });
  await says(page, "#link", "Live");
  await says(page, "#feed-source", "Simulated");
  await drawn(page);
  const [first] = await symbols(page);
  await changes(page, ".instrument-last");
  await changes(page, ".market-clock");
  await says(page, "title", `${first} `);
  await picture(page, "simulation-dark");
  assert.deepEqual(faults, []);
  assert.deepEqual(foreign, []);
  await page.close();
});

test("a click switches the symbol in the title, the panel, the chart and the address", async () => {
  const { page, faults } = await browser.visit(server.url);
  await page.locator(PRICED).first().waitFor();
  const other = (await symbols(page))[3];
  await page.click(`.row[data-symbol="${other}"]`);
  await says(page, ".instrument-symbol", other);
  await says(page, "title", `${other} `);
  await says(page, ".legend-time", "UTC");
  assert.match((await page.getAttribute("#chart", "aria-label")) ?? "", new RegExp(other));
  assert.equal(query(page).get("symbol"), other);
  assert.equal(await page.getAttribute(`.row[data-symbol="${other}"]`, "aria-selected"), "true");
  await drawn(page);
  await page.reload();
  await says(page, ".instrument-symbol", other);
  assert.deepEqual(faults, []);
  await page.close();
});

test("an interval button changes the bars, and the address keeps it", async () => {
  const { page, faults } = await browser.visit(server.url);
  await says(page, ".legend-time", /\d\d:\d\d UTC/);
  await page.click('[data-interval="5s"]');
  await says(page, ".legend-time", /\d\d:\d\d:\d[05] UTC/);
  assert.equal(await page.getAttribute('[data-interval="5s"]', "aria-pressed"), "true");
  assert.equal(query(page).get("interval"), "5s");
  await drawn(page);
  assert.deepEqual(faults, []);
  await page.close();
});

test("the read-out follows the pointer and goes back to the newest bar", async () => {
  const { page } = await browser.visit(`${server.url}?interval=1m`);
  await drawn(page);
  const newest = (await page.textContent(".legend-time")) ?? "";
  const box = await page.locator("#chart").boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 3);
  await page.waitForFunction((time) => (document.querySelector(".legend-time")?.textContent ?? "") < time, newest);
  await page.mouse.move(box.x + box.width / 2, box.y - 200);
  await page.waitForFunction((time) => (document.querySelector(".legend-time")?.textContent ?? "") >= time, newest);
  await page.close();
});

test("an instrument of quotes alone has no volume", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL`);
  await drawn(page);
  const panes = () => page.locator("#chart table tr").count();
  const withVolume = await panes();
  await page.click('.row[data-symbol="EURUSD"]');
  await says(page, ".instrument-last", /^\d\.\d{5}$/);
  await drawn(page);
  assert.ok((await panes()) < withVolume);
  assert.equal(await page.locator(".legend-volume").isVisible(), false);
  await page.click('.row[data-symbol="AAPL"]');
  await drawn(page);
  assert.equal(await panes(), withVolume);
  assert.deepEqual(faults, []);
  await page.close();
});

test("the arrow keys move through the list", async () => {
  const { page } = await browser.visit(server.url);
  await page.locator(PRICED).first().waitFor();
  const all = await symbols(page);
  await page.focus(".rows");
  // Two keys within one frame.
  await page.evaluate(() => {
    const press = () => new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true });
    document.activeElement?.dispatchEvent(press());
    document.activeElement?.dispatchEvent(press());
  });
  await says(page, ".instrument-symbol", all[2]);
  await page.keyboard.press("ArrowUp");
  await says(page, ".instrument-symbol", all[1]);
  await page.keyboard.press("End");
  await says(page, ".instrument-symbol", all.at(-1) ?? "");
  await page.waitForFunction(() => {
    const row = document.querySelector('.row[aria-selected="true"]')?.getBoundingClientRect();
    const list = document.querySelector("#watchlist")?.getBoundingClientRect();
    return row && list && row.bottom <= list.bottom + 1 && row.top >= list.top;
  });
  await page.close();
});

test("an unknown symbol in the address is told, and the first one shown", async () => {
  const { page } = await browser.visit(`${server.url}?symbol=NOTHING`);
  await says(page, "#notices", 'no symbol "NOTHING"');
  await says(page, ".instrument-symbol", (await symbols(page))[0]);
  await page.close();
});

test("the theme goes round and is kept", async () => {
  const { page } = await browser.visit(server.url);
  await page.locator(PRICED).first().waitFor();
  const ground = () => page.evaluate(() => getComputedStyle(document.body.parentElement ?? document.body).backgroundColor);
  const dark = await ground();
  await page.click("#theme");
  await says(page, "#theme", "Dark");
  assert.equal(await ground(), dark);
  await page.click("#theme");
  await says(page, "#theme", "Light");
  assert.notEqual(await ground(), dark);
  await picture(page, "simulation-light");
  await page.goto(server.url);
  await says(page, "#theme", "Light");
  await page.click("#theme");
  await says(page, "#theme", "Auto");
  assert.equal(query(page).get("theme"), null);
  await page.close();
});

test("a narrow page has nothing cut off at the side", async () => {
  const { page } = await browser.visit(server.url);
  await page.setViewportSize({ width: 360, height: 780 });
  await page.locator(PRICED).first().waitFor();
  await drawn(page);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  await picture(page, "simulation-narrow");
  await page.close();
});

test("a lost server makes the values stale, and its return makes the page live again without a reload", async () => {
  const { page } = await browser.visit(server.url);
  await page.locator(PRICED).first().waitFor();
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  const { port } = server;
  await server.kill();
  await says(page, "#link", /reconnecting|Lost/);
  await page.waitForSelector("html[data-stale]");
  await says(page, "title", "(stale)");
  await picture(page, "reconnecting");
  server = await startServer(SIMULATION, port);
  await says(page, "#link", "Live");
  await page.waitForSelector("html:not([data-stale])");
  await page.waitForSelector("#chart .veil", { state: "hidden" });
  await drawn(page);
  await changes(page, ".instrument-last");
  assert.ok(await page.evaluate(() => "sameDocument" in window));
  await page.close();
});

test("a replayed file of daily bars says so, and ends", async () => {
  const replay = await startServer(["replay", "--speed", "max", TAPE]);
  try {
    const { page, faults, foreign } = await browser.visit(replay.url);
    await says(page, "#feed-source", "Replay");
    await says(page, "#feed-state", "End of tape");
    await says(page, "#feed-origin", "synthesised from 1d bars");
    await says(page, ".legend-time", /^\d{4}-\d\d-\d\d UTC$/);
    assert.equal(await page.getAttribute('[data-interval="1d"]', "aria-pressed"), "true");
    await drawn(page);
    await picture(page, "replay-ended");
    assert.deepEqual(faults, []);
    assert.deepEqual(foreign, []);
  } finally {
    await replay.kill();
  }
});
