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
    await page.waitForSelector(PRICED);
    assert.equal(await page.isVisible(".ladder"), false);
    assert.ok(!traffic?.sent.some(({ channel }) => channel === "depth"));
    assert.deepEqual(faults, []);
    await page.close();
  } finally {
    await replay.stop();
  }
});
