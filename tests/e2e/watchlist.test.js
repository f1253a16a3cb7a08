/** The watchlist in a real browser, with a thousand symbols. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { painted, PRICED, symbols, until } from "./page.js";
import { serve } from "./serve.js";
import { recordTraffic, picture } from "./support.js";
import { writeRecording } from "./recording.js";

/** @typedef {import("playwright-core").Page} Page */

const SYMBOLS = 1000;

/** @type {Awaited<ReturnType<typeof writeRecording>>} */
let recording;
const { server, browser } = serve(async () => {
  recording = await writeRecording({ symbols: SYMBOLS, seconds: 60, perSecond: 1 });
  return ["replay", "--speed", "1x", "--loop", recording.path];
});
after(() => recording?.remove());

/** @param {Page} page @param {object} settings */
const settle = (page, settings) =>
  page.addInitScript(
    (text) => localStorage.getItem("tickcast.settings") ?? localStorage.setItem("tickcast.settings", text),
    JSON.stringify(settings),
  );
const QUIET = { dockOpen: false, ticker: false };
/** @param {Page} page */
const lines = (page) =>
  page
    .locator(".list-body > .row:not([hidden])")
    .evaluateAll((rows) => rows.map((row) => Number(row.getAttribute("aria-rowindex"))).sort((a, b) => a - b));

/** @param {Page} page @param {number} top in pixels */
const scrollRows = (page, top) =>
  page.locator(".rows").evaluate((rows, to) => {
    rows.scrollTop = to;
  }, top);

test("only visible rows exist and are subscribed", async () => {
  /** @type {ReturnType<typeof recordTraffic>} */
  let traffic = { sent: [], received: [], connections: 0 };
  const { page, faults } = await browser.visit(server.url, async (fresh) => {
    traffic = recordTraffic(fresh);
    await settle(fresh, QUIET);
  });
  await page.locator(PRICED).nth(15).waitFor();
  assert.ok((await lines(page)).length < 60);
  assert.equal(
    Number(await page.getAttribute(".rows", "aria-rowcount")),
    SYMBOLS + 2,
    "all rows, their heading and the titles",
  );
  const rates = () =>
    new Map(
      traffic.sent
        .filter(({ channel }) => channel === "quotes")
        .flatMap(({ symbols: some, rate }) => some.map((/** @type {string} */ symbol) => [symbol, rate])),
    );
  const subscribed = () =>
    [...rates()]
      .filter(([, rate]) => rate > 0)
      .map(([symbol]) => symbol)
      .sort()
      .join();
  // The list gets shorter when the panels come. Rows that are hidden then go to rate 0.
  await until(
    async () => subscribed() === [...new Set(await symbols(page))].sort().join(),
    "only visible rows are subscribed",
  );
  const first = await symbols(page);

  await scrollRows(page, 12_000);
  await page.waitForFunction((old) => !document.querySelector(`.row[data-symbol="${old}"]:not([hidden])`), first[5]);
  await page.locator(PRICED).nth(15).waitFor();
  const second = await symbols(page);
  assert.equal(
    second.some((symbol) => first.includes(symbol)),
    false,
  );
  await until(() => rates().get(first[5]) === 0, "rate 0 for a row that was scrolled away");
  const chosen = first[0];
  const wanted = new Set([chosen, ...second]);
  await until(
    () => [...rates()].every(([symbol, rate]) => rate > 0 === wanted.has(symbol)),
    "the chosen symbol and the visible rows are subscribed",
  );
  // Updates that were on their way come before the answer to the last request.
  const granted = () => traffic.received.filter(({ type, channel }) => type === "granted" && channel === "quotes");
  const requests = () => traffic.sent.filter(({ channel }) => channel === "quotes");
  await until(() => granted().length === requests().length, "all rates are granted");
  const from = traffic.received.length;
  await until(() => traffic.received.slice(from).filter(({ type }) => type === "update").length >= 3, "updates");
  const received = traffic.received
    .slice(from)
    .flatMap(({ quotes }) => quotes?.map((/** @type {{ symbol: string }} */ { symbol }) => symbol) ?? []);
  assert.deepEqual(
    received.filter((symbol) => !wanted.has(symbol)),
    [],
  );

  await scrollRows(page, 0);
  await until(() => (rates().get(first[5]) ?? 0) > 0, "the row subscribes again");
  assert.equal(traffic.sent.filter(({ type }) => type === "resync").length, 0, "nothing was lost on the way");
  assert.deepEqual(faults, []);
  await page.close();
});

test("rows have no gaps, wherever the list is scrolled to", async () => {
  const { page } = await browser.visit(server.url, (fresh) => settle(fresh, QUIET));
  await page.locator(PRICED).first().waitFor();
  for (const top of [0, 7, 4321, 10_000, 1e6]) {
    await scrollRows(page, top);
    await painted(page);
    const found = await lines(page);
    assert.deepEqual(
      found,
      found.map((_, at) => found[0] + at),
    );
    const { covered, box } = await page.evaluate(() => {
      const grid = /** @type {HTMLElement} */ (document.querySelector(".rows")).getBoundingClientRect();
      const rows = [...document.querySelectorAll(".list-body > .row:not([hidden])")].map((row) =>
        row.getBoundingClientRect(),
      );
      return {
        covered: [Math.min(...rows.map(({ top: at }) => at)), Math.max(...rows.map(({ bottom }) => bottom))],
        box: [grid.top, grid.bottom],
      };
    });
    assert.ok(covered[0] <= box[0] + 60 && covered[1] >= box[1] - 1, `${covered} covers ${box}`);
  }
  await page.close();
});

test("the filter finds while typing, and Escape clears it", async () => {
  const { page } = await browser.visit(server.url);
  await page.locator(PRICED).first().waitFor();
  await page.fill("#filter", "abc");
  await page.waitForFunction(() => document.querySelectorAll(".row[data-symbol]:not([hidden])").length === 1);
  assert.deepEqual(await symbols(page), ["ABCX"]);
  await page.locator(".list-count", { hasText: `1 of ${SYMBOLS}` }).waitFor();
  await page.fill("#filter", "zzz");
  await page.locator("#watchlist .empty", { hasText: "zzz" }).waitFor();
  await picture(page, "watchlist-nothing-found");
  await page.fill("#filter", "");
  await page.locator(".list-count", { hasText: /^1000$/ }).waitFor();
  await page.close();
});

test("column heads sort all symbols", async () => {
  const { page } = await browser.visit(server.url, (fresh) => settle(fresh, QUIET));
  await page.locator(PRICED).first().waitFor();
  await page.click('[data-column="last"] .sort');
  await page.waitForSelector('[data-column="last"][aria-sort="descending"]');
  const prices = () =>
    page.locator(".row[data-symbol]:not([hidden])").evaluateAll((rows) =>
      rows
        .sort((a, b) => Number(a.getAttribute("aria-rowindex")) - Number(b.getAttribute("aria-rowindex")))
        .map((row) => row.querySelector(".last")?.textContent ?? "")
        .map((text) => parseFloat(text.replaceAll(",", ""))),
    );
  // Prices are from 10 to 410. The first rows are the highest of all, so the market's first is among them once all are known.
  await page.waitForFunction(
    () => parseFloat(document.querySelector('.row[aria-rowindex="3"] .last')?.textContent ?? "0") > 400,
  );
  await page.hover(".list-head");
  // Prices change between two sorts.
  await until(async () => {
    const shown = await prices();
    return shown[0] >= shown[shown.length - 1];
  }, "the highest is first");
  await page.click('[data-column="last"] .sort');
  await page.waitForSelector('[data-column="last"][aria-sort="ascending"]');
  await page.click('[data-column="last"] .sort');
  await page.waitForSelector('[data-column="last"]:not([aria-sort])');
  await page.close();
});

test("columns are chosen and moved in a menu, and kept", async () => {
  const { page, faults } = await browser.visit(server.url);
  await page.locator(PRICED).first().waitFor();
  const titles = () =>
    page
      .locator(".list-columns [data-column]")
      .evaluateAll((heads) => heads.map((head) => /** @type {HTMLElement} */ (head).dataset.column));
  await page.click('[aria-label="Columns and groups"]');
  for (const column of ["volume", "dayRange", "age"]) await page.check(`.column-list input[value="${column}"]`);
  await page.uncheck('.column-list input[value="spark"]');
  await page.click('[aria-label="Move Volume to the left"]');
  await picture(page, "watchlist-columns");
  const wanted = ["symbol", "last", "percent", "volume", "changeBar", "dayRange", "age"];
  await until(async () => (await titles()).join() === wanted.join(), "the chosen columns");
  await page.keyboard.press("Escape");
  await page.reload();
  await page.locator(PRICED).first().waitFor();
  await until(async () => (await titles()).join() === wanted.join(), "the same columns again");
  assert.deepEqual(faults, []);
  await page.close();
});

test("a star puts a symbol first, a heading collapses its group", async () => {
  const { page } = await browser.visit(server.url);
  await page.locator(PRICED).first().waitFor();
  await page.hover('.row[data-symbol="AAEX"]');
  await page.click('.row[data-symbol="AAEX"] .star');
  await page.locator('.row[data-heading="Favourites"]').waitFor();
  await page.waitForSelector('.row[data-symbol="AAEX"][aria-rowindex="3"]');
  await page.click('.row[data-heading="Instruments"]');
  await page.waitForFunction(() => document.querySelectorAll(".row[data-symbol]:not([hidden])").length === 1);
  assert.deepEqual(await symbols(page), ["AAEX"]);
  await page.close();
});
