/** The ticker, the market panel and the wire in a real browser. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { changes, inAddress, PRICED, until, untilText } from "./page.js";
import { serve } from "./serve.js";
import { recordTraffic, picture } from "./support.js";

/** @typedef {import("playwright-core").Page} Page */

const { server, browser } = serve(["--seed", "7", "--speed", "4x"]);

/** @param {Page} page */
const offset = (page) => page.locator(".belt").evaluate((belt) => belt.getBoundingClientRect().x);

test("the ticker moves, and stays paused", async () => {
  const { page, faults } = await browser.visit(server.url);
  await page.locator('.belt-item[data-way="up"]').first().waitFor({ state: "attached" });
  const start = await offset(page);
  await page.waitForFunction(
    (from) => (document.querySelector(".belt")?.getBoundingClientRect().x ?? 0) < from - 5,
    start,
  );
  await page.click("#ticker-pause");
  await page.waitForSelector('#ticker-pause[aria-label="Run the ticker"]');
  // An animation pauses with the next frame.
  await page.locator(".belt").evaluate((belt) => Promise.all(belt.getAnimations().map(({ ready }) => ready)));
  const stopped = await offset(page);
  await page.waitForTimeout(300);
  assert.equal(await offset(page), stopped);
  await page.reload();
  await page.waitForSelector('#ticker-pause[aria-label="Run the ticker"]');
  await page.locator('.belt-half:not([aria-hidden]) [data-symbol="AAPL"]').click();
  await untilText(page, ".instrument-symbol", "AAPL");
  assert.deepEqual(faults, []);
  await page.close();
});

/** Waits until the market panel has counted all symbols. @param {Page} page */
const allCounted = (page) =>
  page.waitForFunction(
    () =>
      [...document.querySelectorAll(".breadth-count")].reduce(
        (sum, node) => sum + Number(node.textContent?.match(/\d+/)),
        0,
      ) === 40,
  );

test("the heatmap has a tile for each symbol, and works by keys", async () => {
  const { page, faults } = await browser.visit(server.url);
  await page.locator(PRICED).first().waitFor();
  await allCounted(page);
  await untilText(page, "#heat-option", /%$/);
  // Tiles move when turnovers change.
  await page.keyboard.press(".");
  await untilText(page, "#link", "Paused here");
  await page.locator(".heat-canvas").hover({ position: { x: 20, y: 40 } });
  await untilText(page, ".tip:not(.transport-tip)", /^[A-Z-]+ .+, [\d.,]+, [+−\d.]+%$/);
  const pointed = ((await page.textContent(".tip:not(.transport-tip)")) ?? "").split(" ")[0];
  await page.locator(".heat-canvas").click({ position: { x: 20, y: 40 } });
  await untilText(page, ".instrument-symbol", pointed);
  await page.locator(".heat").focus();
  await page.keyboard.press("End");
  await untilText(page, "#heat-option", /%$/);
  const last = ((await page.textContent("#heat-option")) ?? "").split(" ")[0];
  assert.equal(await page.getAttribute("#heat-option", "aria-setsize"), "40");
  await page.keyboard.press("Enter");
  await untilText(page, ".instrument-symbol", last);
  await picture(page, "market");
  assert.deepEqual(faults, []);
  await page.close();
});

test("breadth counts all symbols, and movers are sorted", async () => {
  const { page } = await browser.visit(server.url);
  await page.locator(".mover-list button[data-symbol]").first().waitFor();
  await allCounted(page);
  const percents = await page
    .locator(".mover-list")
    .first()
    .locator("li:not([hidden]) .mover-percent")
    .allTextContents();
  const values = percents.map((text) => parseFloat(text.replace(/[^\d.]/g, "")));
  assert.ok(values.length > 0);
  assert.deepEqual(
    values,
    values.toSorted((a, b) => b - a),
  );
  // The movers change places while the page is used, so the click says which it was.
  await page.evaluate(() =>
    document.addEventListener(
      "click",
      ({ target }) => {
        const button = target instanceof Element ? target.closest("button[data-symbol]") : null;
        document.documentElement.dataset.clicked = button?.getAttribute("data-symbol") ?? "";
      },
      { capture: true },
    ),
  );
  await page.locator(".mover-list button[data-symbol]").first().click();
  const symbol = await page.getAttribute("html", "data-clicked");
  assert.ok(symbol);
  await untilText(page, ".instrument-symbol", symbol);
  await page.close();
});

test("a closed dock needs no quotes, and its tabs work by keys", async () => {
  /** @type {ReturnType<typeof recordTraffic>} */
  let traffic = { sent: [], received: [], connections: 0 };
  const { page } = await browser.visit(server.url, (fresh) => (traffic = recordTraffic(fresh)));
  await page.locator(PRICED).first().waitFor();
  const zero = () =>
    traffic.sent.some(({ type, channel, rate }) => type === "rate" && channel === "quotes" && rate === 0);
  assert.equal(zero(), false);
  await page.click("#ticker-pause");
  await page.focus("#tab-market");
  await page.keyboard.press("ArrowRight");
  await page.waitForSelector('#tab-wire[aria-selected="true"]');
  await page.locator("#panel-wire").waitFor();
  await page.click(".dock-toggle");
  await page.locator("#dock-body").waitFor({ state: "hidden" });
  await page.click("#tab-market");
  await page.locator(".heat").waitFor();
  await page.close();
});

test("the rate slider changes the rate of updates", async () => {
  /** @type {ReturnType<typeof recordTraffic>} */
  let traffic = { sent: [], received: [], connections: 0 };
  const { page, faults } = await browser.visit(
    `${server.url}?symbol=AAPL`,
    (fresh) => (traffic = recordTraffic(fresh)),
  );
  await page.locator(PRICED).first().waitFor();
  await page.focus("#rate");
  await page.keyboard.press("Home");
  await untilText(page, ".slider-value", "0.5/s");
  await until(
    () => traffic.sent.some(({ type, channel, rate }) => type === "rate" && channel === "bars" && rate === 0.5),
    "the slowest rate",
  );
  const granted = (/** @type {string} */ channel, /** @type {unknown} */ rate) =>
    until(
      () => traffic.received.some((one) => one.type === "granted" && one.channel === channel && one.rate === rate),
      `${channel} at the rate ${rate}`,
    );
  /** Counts the updates of three seconds of the server, however late this page takes them. */
  async function updates() {
    const from = traffic.received.length;
    const sent = () => traffic.received.slice(from).filter(({ ts_sent: sent }) => sent);
    const isWithin = (/** @type {{ ts_sent: number }} */ { ts_sent: sent }) => sent < sentFirst + 3e6;
    await until(() => sent().length > 0, "a message");
    const sentFirst = sent()[0].ts_sent;
    await until(() => !isWithin(sent()[sent().length - 1]), "messages of three seconds");
    return sent().filter((one) => one.type === "update" && isWithin(one)).length;
  }
  await granted("bars", 0.5);
  await granted("quotes", 0.5);
  const slow = await updates();
  await page.keyboard.press("End");
  await untilText(page, ".slider-value", "every");
  await granted("quotes", "every");
  const fast = await updates();
  assert.ok(fast > 5 * slow, `${slow} and ${fast} messages`);
  await untilText(page, '[data-measure="merged"]', /merged[\d.]+×/);
  await untilText(page, '[data-measure="ticks in"]', /ticks in[\d.,K]+\/s/);
  await untilText(page, '[data-measure="bytes/s"]', /bytes\/s[\d.,]+ k?B/);
  await page.click("#tab-wire");
  await untilText(page, ".wire-words", /ticks came in .* updates/);
  await picture(page, "wire");
  assert.deepEqual(faults, []);
  await page.close();
});

test("the format is switched on the fly and kept in the link", async () => {
  /** @type {string[]} */
  const kinds = [];
  const { page, faults } = await browser.visit(server.url, (fresh) => {
    fresh.on(
      "websocket",
      (socket) => void socket.on("framereceived", ({ payload }) => void kinds.push(typeof payload)),
    );
  });
  await page.locator(PRICED).first().waitFor();
  assert.equal(kinds.includes("object"), false);
  await page.click('[data-format="binary"]');
  await page.waitForSelector('[data-format="binary"][aria-pressed="true"]');
  await until(() => kinds.slice(-5).every((kind) => kind === "object"), "binary frames");
  await inAddress(page, "format", "binary");
  await changes(page, ".row[data-symbol] .last");
  await page.click('[data-format="json"]');
  await until(() => kinds.slice(-5).every((kind) => kind === "string"), "JSON again");
  await changes(page, ".row[data-symbol] .last");
  await inAddress(page, "format", null);
  assert.deepEqual(faults, []);
  await page.close();
});
