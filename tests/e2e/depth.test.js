/** The levels of a book in the quote panel: where they are shown, and asked for. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { choose, PRICED, says, until } from "./page.js";
import { listenIn, openBrowser, picture, startServer } from "./support.js";

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

test("five levels a side begin with the quote, and follow the chosen symbol", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL&theme=dark`);
  await page.waitForSelector(PRICED);
  await says(page, ".ladder tbody tr:nth-child(5) td:nth-child(2)", PRICE);
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
  await says(page, ".ladder tbody tr:nth-child(1) td:nth-child(2)", /^1\.\d{5}$/);
  assert.deepEqual(faults, []);
  await page.close();
});

test("levels that have no room are not asked for, and come when there is some", async () => {
  /** @type {ReturnType<typeof listenIn> | undefined} */
  let said;
  const { page } = await browser.visit(`${server.url}?symbol=AAPL`, (fresh) => {
    said = listenIn(fresh);
    return fresh.setViewportSize({ width: 1100, height: 800 });
  });
  const asked = (/** @type {string} */ type) =>
    said?.sent.filter((message) => message.type === type && message.channel === "depth").length ?? 0;
  await page.waitForSelector(PRICED);
  assert.equal(await page.isVisible(".ladder"), false);
  assert.equal(asked("subscribe"), 0);
  await page.setViewportSize({ width: 360, height: 740 });
  await says(page, ".ladder tbody tr:nth-child(5) td:nth-child(3)", PRICE);
  assert.equal(asked("subscribe"), 1);
  assert.ok(await page.isVisible(".ladder"));
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360);
  await picture(page, "ladder-360");
  await page.setViewportSize({ width: 1100, height: 800 });
  await until(() => asked("unsubscribe") === 1, "what is not shown is given back");
  await page.close();
});

test("a tape without levels shows no ladder and asks for none", async () => {
  const tape = await startServer(["replay", "tests/fixtures/csv/quotes-bid-ask.csv"]);
  try {
    /** @type {ReturnType<typeof listenIn> | undefined} */
    let said;
    const { page, faults } = await browser.visit(tape.url, (fresh) => void (said = listenIn(fresh)));
    await page.waitForSelector(PRICED);
    assert.equal(await page.isVisible(".ladder"), false);
    assert.ok(!said?.sent.some(({ channel }) => channel === "depth"));
    assert.deepEqual(faults, []);
    await page.close();
  } finally {
    await tape.stop();
  }
});
