/** The price ladder in a real browser. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { choose, fitsItsWindow, PRICED, until, untilText } from "./page.js";
import { recordTraffic, openBrowser, picture, startServer } from "./support.js";

/** @typedef {import("./support.js").Server} Server */

/** @type {Server} */
let server;
/** @type {Awaited<ReturnType<typeof openBrowser>>} */
let browser;

before(async () => {
  server = await startServer(["--seed", "7"]);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const PRICE = /^\d[\d,]*\.\d+$/;

/** The texts of the ladder, a list for each row that has any. @param {import("playwright-core").Page} page */
const levels = (page) =>
  page
    .locator(".ladder tbody tr")
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? "")));

test("five levels on each side follow the quote and the symbol", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL&theme=dark`);
  await page.waitForSelector(PRICED);
  await untilText(page, ".ladder tbody tr:nth-child(5) td:nth-child(2)", PRICE);
  const rows = await levels(page);
  assert.equal(rows.length, 5);
  for (const [bidSize, bid, ask, askSize] of rows) {
    assert.match(bid, PRICE);
    assert.match(ask, PRICE);
    assert.ok(bidSize && askSize);
  }
  const bids = rows.map(([, bid]) => Number(bid));
  const asks = rows.map(([, , ask]) => Number(ask));
  assert.deepEqual(
    bids,
    bids.toSorted((a, b) => b - a),
  );
  assert.deepEqual(
    asks,
    asks.toSorted((a, b) => a - b),
  );
  assert.ok(bids[0] < asks[0]);
  await until(
    async () =>
      (await page.textContent(".book-bid .book-price")) === (await page.textContent(".ladder tbody td:nth-child(2)")),
    "the first level is the quote",
  );
  await picture(page, "ladder-dark");
  await choose(page, "EURUSD");
  await untilText(page, ".ladder tbody tr:nth-child(1) td:nth-child(2)", /^1\.\d{5}$/);
  assert.deepEqual(faults, []);
  await page.close();
});

test("the ladder subscribes only where it has room", async () => {
  /** @type {ReturnType<typeof recordTraffic> | undefined} */
  let traffic;
  const { page } = await browser.visit(`${server.url}?symbol=AAPL`, (fresh) => {
    traffic = recordTraffic(fresh);
    return fresh.setViewportSize({ width: 1100, height: 800 });
  });
  const sentOf = (/** @type {string} */ type) =>
    traffic?.sent.filter((message) => message.type === type && message.channel === "depth").length ?? 0;
  await page.waitForSelector(PRICED);
  assert.equal(await page.isVisible(".ladder"), false);
  assert.equal(sentOf("subscribe"), 0);
  await page.setViewportSize({ width: 360, height: 740 });
  await untilText(page, ".ladder tbody tr:nth-child(5) td:nth-child(3)", PRICE);
  assert.equal(sentOf("subscribe"), 1);
  assert.ok(await page.isVisible(".ladder"));
  await fitsItsWindow(page);
  await picture(page, "ladder-360");
  await page.setViewportSize({ width: 1100, height: 800 });
  await until(() => sentOf("unsubscribe") === 1, "the hidden ladder unsubscribes");
  await page.close();
});

test("a feed without levels has no ladder", async () => {
  const replay = await startServer(["replay", "tests/fixtures/csv/quotes-bid-ask.csv"]);
  try {
    /** @type {ReturnType<typeof recordTraffic> | undefined} */
    let traffic;
    const { page, faults } = await browser.visit(replay.url, (fresh) => void (traffic = recordTraffic(fresh)));
    await untilText(page, ".instrument-last", PRICE);
    assert.equal(await page.isVisible(".ladder"), false);
    assert.ok(!traffic?.sent.some(({ channel }) => channel === "depth"));
    assert.deepEqual(faults, []);
    await page.close();
  } finally {
    await replay.stop();
  }
});

test("the replay of an order book shows its levels, also where only a deeper one changes", async () => {
  const replay = await startServer(["replay", "tests/fixtures/layouts/binance-depth.csv", "--paused"]);
  try {
    const { page, faults } = await browser.visit(`${replay.url}?theme=dark`);
    const step = async () => {
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify({ command: "step" });
      const answer = await fetch(new URL("/api/v1/feed", replay.url), { method: "POST", headers, body });
      assert.equal(answer.status, 200);
    };
    /** @param {string[][]} first the rows of the ladder with levels @param {string} what */
    const shows = (first, what) =>
      until(async () => {
        const rows = (await levels(page)).filter((row) => row.some(Boolean));
        return JSON.stringify(rows) === JSON.stringify(first);
      }, what);
    const best = ["1.5", "62,000.1", "62,000.4", "0.7"];
    const asks = [
      ["62,001.0", "3.0"],
      ["62,001.5", "1.2"],
    ];
    await step();
    await untilText(page, ".instrument-last", PRICE);
    await shows([best, ["2.0", "61,999.9", ...asks[0]]], "the snapshot");
    assert.ok(await page.isVisible(".ladder"));
    await step();
    await shows([best, ["4.0", "61,999.9", ...asks[0]]], "a deeper size");
    await picture(page, "ladder-replay");
    await step();
    const later = [
      ["1.5", "62,000.1", ...asks[0]],
      ["4.0", "61,999.9", ...asks[1]],
    ];
    await shows(later, "the best ask is gone");
    await step();
    await shows([], "a crossed book has no levels");
    await step();
    await shows(later, "it is not crossed any more");
    assert.deepEqual(faults, []);
    await page.close();
  } finally {
    await replay.stop();
  }
});
