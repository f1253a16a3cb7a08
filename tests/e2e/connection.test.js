/** The page and its connection: hidden, interrupted, lost, and stopped by the server. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { changes, drawn, painted, PRICED, until, untilText } from "./page.js";
import { serve } from "./serve.js";
import { picture, recordTraffic, startServer, startWire } from "./support.js";

/** @typedef {import("playwright-core").Page} Page */

const { server, browser } = serve(["--seed", "7", "--speed", "4x"]);

/**
 * Makes the page believe that it is hidden or visible.
 *
 * @param {Page} page
 * @param {boolean} hidden
 */
const hide = (page, hidden) =>
  page.evaluate((now) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => now });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);

test("a hidden page takes nothing until it is visible again", async () => {
  /** @type {ReturnType<typeof recordTraffic>} */
  let traffic = { sent: [], received: [], connections: 0 };
  const { page } = await browser.visit(`${server.url}?symbol=AAPL`, (fresh) => (traffic = recordTraffic(fresh)));
  await page.locator(".trades-lines .trade-row").first().waitFor();
  await drawn(page);
  await hide(page, true);
  const stopped = () =>
    traffic.received.filter(({ type, rate }) => type === "granted" && rate === 0).map(({ channel }) => channel);
  await until(
    () => ["quotes", "bars", "trades", "depth"].every((channel) => stopped().includes(channel)),
    "rate 0 for quotes, bars, trades and the book",
  );
  const from = traffic.received.findLastIndex(({ type }) => type === "granted") + 1;
  const since = (/** @type {string} */ kind) => traffic.received.slice(from).filter(({ type }) => type === kind).length;
  await until(() => since("heartbeat") >= 3, "heartbeats");
  for (const kind of ["snapshot", "update", "bars", "trades", "depth"]) assert.equal(since(kind), 0, kind);
  const seen = traffic.received.length;
  await hide(page, false);
  for (const type of ["snapshot", "bars", "trades", "depth", "update"])
    await until(() => traffic.received.slice(seen).some((message) => message.type === type), type);
  const again = traffic.received
    .slice(seen)
    .filter(({ type }) => type === "snapshot")
    .flatMap(({ quotes }) => quotes.map((/** @type {{ symbol: string }} */ { symbol }) => symbol));
  assert.deepEqual(again.length, new Set(again).size, "each once");
  assert.equal(traffic.sent.filter(({ type }) => type === "resync").length, 0);
  await page.close();
});

test("a delay is that of the messages, whatever this machine's clock says", async () => {
  for (const ahead of [1502, -1502]) {
    const { page, faults } = await browser.visit(server.url, (fresh) =>
      fresh.addInitScript((ms) => {
        const now = Date.now;
        Date.now = () => now() + ms;
      }, ahead),
    );
    const delay = '[data-measure="delay"] .measure-value';
    await untilText(page, delay, /^(< 1|\d+) ms$/);
    for (let look = 0; look < 3; look += 1) {
      const shown = Number((await page.textContent(delay))?.match(/\d+/)?.[0]);
      assert.ok(shown < 1000, `${shown} ms where the clock is ${ahead} ms ahead`);
      await page.waitForTimeout(1000);
    }
    if (ahead > 0) await picture(page, "delay");
    assert.deepEqual(faults, []);
    await page.close();
  }
});

/** The bars from before a loss that are read from the chart. */
const BARS_BEFORE = 10;

/**
 * Reads the times of the newest bars from the chart, from right to left, up to some before a time. In seconds.
 *
 * @param {Page} page
 * @param {number} time
 */
async function barsRead(page, time) {
  const box = await page.locator("#chart").boundingBox();
  assert.ok(box);
  /** @type {Set<number>} */
  const read = new Set();
  const isEnough = () => [...read].filter((ts) => ts < time).length >= BARS_BEFORE;
  for (let x = box.width - 72 - 5 * 8; x > 0 && !isEnough(); x -= 4) {
    await page.mouse.move(box.x + x, box.y + box.height / 3);
    await painted(page);
    const [date, time] = ((await page.textContent(".legend-time")) ?? "").split(" ");
    if (time) read.add(Date.parse(`${date}T${time}Z`) / 1000);
  }
  return [...read].sort((a, b) => a - b);
}

test("a short network loss leaves no gap in bars, quotes or trades", async () => {
  // In real time: what is on the screen is held against the clock.
  const own = await startServer(["--seed", "7"]);
  const wire = await startWire(own.port);
  /** @type {ReturnType<typeof recordTraffic>} */
  let traffic = { sent: [], received: [], connections: 0 };
  const { page } = await browser.visit(
    `${wire.url}?symbol=AAPL&interval=1s`,
    (fresh) => (traffic = recordTraffic(fresh)),
  );
  try {
    await page.locator(".trades-lines .trade-row").first().waitFor();
    await drawn(page);
    await until(
      () => traffic.received.some(({ type, snapshot, bars }) => type === "bars" && !snapshot && bars[0].closed),
      "a bar that closed",
    );
    // In market time, which is late on a busy machine.
    const lostAt = Math.max(
      ...traffic.received.flatMap(({ type, bars }) =>
        type === "bars" ? bars.map((/** @type {{ ts: number }} */ { ts }) => ts / 1e6) : [],
      ),
    );
    wire.cut();
    await page.waitForSelector("html[data-stale]");
    await page.waitForTimeout(4000);
    const lost = traffic.received.length;
    const before = traffic.sent.length;
    wire.restore();
    await untilText(page, "#link", "Live");
    await page.waitForSelector("html:not([data-stale])");
    const answers = () =>
      traffic.received.slice(lost).filter(({ type, channel }) => type === "granted" && channel !== "news");
    const channels = (/** @type {any[]} */ list) => [...new Set(list.map(({ channel }) => channel))];
    await until(() => channels(answers()).length === 4, "answers of each channel");
    // Headlines are left out: while there are none there is nothing to go on from.
    const again = traffic.sent.slice(before).filter(({ channel }) => channel && channel !== "news");
    assert.deepEqual(channels(again), ["quotes", "bars", "trades", "depth"]);
    assert.deepEqual(
      [...new Set(again.map(({ type, since }) => `${type} ${typeof since?.epoch}`))],
      ["subscribe number"],
    );
    assert.deepEqual([...new Set(answers().map(({ recovered }) => recovered))], [true]);
    await until(() => new Set(traffic.received.slice(lost).map(({ type }) => type)).size >= 5, "all kinds of messages");
    await page.waitForTimeout(2500);

    const after = traffic.received.slice(lost);
    assert.equal(
      after.some(({ type, snapshot }) => type === "snapshot" || (snapshot && type !== "news")),
      false,
      "no snapshot was needed",
    );
    assert.equal(
      traffic.sent.some(({ type }) => type === "resync"),
      false,
      "ranges of quotes meet",
    );
    const messages = traffic.received.filter(({ type }) => type === "trades");
    const numbers = messages.flatMap(({ first, trades }) =>
      trades.map((/** @type {unknown} */ _, /** @type {number} */ at) => first + at),
    );
    assert.deepEqual(
      numbers,
      numbers.map((_, at) => numbers[0] + at),
      "each trade once",
    );

    const read = await barsRead(page, lostAt);
    const answer = await (await fetch(`${own.url}api/v1/bars?symbols=AAPL&interval=1s&limit=500`)).json();
    /** @type {number[]} */
    const known = answer.series[0].bars.map((/** @type {{ ts: number }} */ bar) => bar.ts / 1e6);
    assert.equal(read.filter((ts) => ts < lostAt).length, BARS_BEFORE, `only ${read} could be read off`);
    assert.ok(read[read.length - 1] > lostAt, "the bars go on after the loss");
    assert.deepEqual(
      read,
      known.filter((ts) => ts >= read[0] && ts <= read[read.length - 1]),
    );
    await picture(page, "resumed");
  } finally {
    await page.close();
    await wire.close();
    await own.kill();
  }
});

test("a lost server makes values stale until it returns", async () => {
  const { page } = await browser.visit(server.url);
  await drawn(page);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  await server.kill();
  await untilText(page, "#link", /reconnecting|Lost/);
  await page.waitForSelector("html[data-stale]");
  await untilText(page, "title", "(stale)");
  await untilText(page, ".dock-note", /^No connection: as of \d\d:\d\d:\d\d UTC$/);
  await untilText(page, ".transport-state", "No connection");
  assert.equal(
    await page.locator("#transport :is(button, select):visible:enabled:not(.transport-scenarios)").count(),
    0,
    "nobody would receive a command",
  );
  await page.click("#tab-scenarios");
  await page.locator('.scenario-form button[type="submit"]:disabled').waitFor();
  await picture(page, "reconnecting");
  await server.again();
  await untilText(page, "#link", "Live");
  await page.waitForSelector("html:not([data-stale])");
  await untilText(page, ".dock-note", /^$/);
  await page.locator('.scenario-form button[type="submit"]:enabled').waitFor();
  await page.waitForSelector("#chart .veil", { state: "hidden" });
  await drawn(page);
  await changes(page, ".instrument-last");
  assert.ok(await page.evaluate(() => "sameDocument" in window));
  await page.close();
});

test("a stopping server is announced, and the page reconnects", async () => {
  const { page } = await browser.visit(server.url);
  await page.locator(PRICED).first().waitFor();
  await page.setViewportSize({ width: 360, height: 780 });
  const stopping = untilText(page, "#link", "Server is stopping, reconnecting soon").then(async () => {
    const [brand, link] = await Promise.all([".brand", ".link-text"].map((where) => page.locator(where).boundingBox()));
    assert.ok(
      brand && link && link.x >= brand.x + brand.width && link.x + link.width <= 360,
      "the notice covers nothing",
    );
    await picture(page, "stopping");
  });
  await Promise.all([stopping, server.stop()]);
  await page.waitForSelector("html[data-stale]");
  await server.again();
  await untilText(page, "#link", "Live");
  await changes(page, ".instrument-last");
  await page.close();
});
