/** The charts in a real browser. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { choose, drawn, inAddress, painted, query, until, untilText } from "./page.js";
import { serve } from "./serve.js";
import { picture, startServer } from "./support.js";

/** @typedef {import("playwright-core").Page} Page */

const { server, browser } = serve(["--seed", "7", "--speed", "4x"]);

/** @param {Page} page */
const panes = (page) =>
  page
    .locator(".pane")
    .evaluateAll((all) =>
      all.map(
        (pane) =>
          `${pane.querySelector(".legend-symbol")?.textContent} ${pane.querySelector(".legend-interval")?.textContent}`,
      ),
    );
/** Waits until the charts show these symbols and intervals. @param {Page} page @param {string[]} wanted */
const untilPanes = (page, wanted) =>
  until(async () => (await panes(page)).join() === wanted.join(), `the charts show ${wanted}`);
/** Counts the panes of the chart library. @param {Page} page */
const rows = (page) => page.locator(".pane-canvas table tr").count();
/** @param {Page} page @param {string} menu @param {string} value */
async function pick(page, menu, value) {
  await page.click(`button[aria-label^="${menu}"]`);
  await page.locator(`.menu:popover-open input[value="${value}"]`).click();
  await page.keyboard.press("Escape");
}

/** Returns the picture of the chart as text. @param {Page} page */
const pixels = (page) =>
  page
    .locator(".pane-canvas canvas")
    .first()
    .evaluate((node) => /** @type {HTMLCanvasElement} */ (node).toDataURL());

/** Returns the picture of the chart once it stands still. @param {Page} page */
async function stillPixels(page) {
  let now = "";
  await until(async () => now === (now = await pixels(page)), "the chart stands still");
  return now;
}

test("each chart type is drawn above volumes and kept in the link", async () => {
  // A feed that has ended: only the chart type changes the picture.
  const replay = await startServer(["replay", "--speed", "max", "data/us-stocks-daily.csv.gz"]);
  try {
    const { page, faults } = await browser.visit(`${replay.url}?symbol=AAPL&interval=1d`);
    await drawn(page);
    await untilText(page, "#feed", "Ended");
    const panes = () => page.locator(".pane-canvas tr").count();
    // Prices, a line between, volumes and the time make rows of their own.
    const count = 4;
    await until(async () => (await panes()) === count, `${count} rows`);
    const seen = [await stillPixels(page)];
    for (const kind of ["bars", "line", "area", "candles"]) {
      await pick(page, "Chart type", kind);
      await until(() => (query(page).get("chart") ?? "candles") === kind, `${kind} in the address`);
      await until(async () => !seen.slice(-1).includes(await pixels(page)), `${kind} on the chart`);
      seen.push(await stillPixels(page));
      assert.equal(await panes(), count, `the volumes keep their pane below ${kind}`);
      await picture(page, `chart-${kind}`);
    }
    assert.equal(new Set(seen.slice(0, -1)).size, 4, "each looks different");
    await page.goto(`${replay.url}?symbol=AAPL&interval=1d&chart=area`);
    await untilText(page, "#feed", "Ended");
    assert.deepEqual(faults, []);
    await page.close();
  } finally {
    await replay.kill();
  }
});

test("indicators are in the legend, and RSI has its own pane", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL&interval=1m`);
  await drawn(page);
  const before = await rows(page);
  for (const study of ["sma", "ema", "vwap", "bollinger", "rsi"]) await pick(page, "Indicators", study);
  await untilText(page, ".legend-lines", /SMA 20[\d.,]+EMA 20[\d.,]+VWAP[\d.,]+Bollinger 20, 2[\d.,]+RSI 14\d/);
  await until(async () => (await rows(page)) > before, "a pane for the RSI");
  await inAddress(page, "indicators", "sma ema vwap bollinger rsi");
  await picture(page, "chart-indicators");
  await pick(page, "Indicators", "rsi");
  await page.waitForFunction((count) => document.querySelectorAll(".pane-canvas table tr").length === count, before);
  await pick(page, "Indicators", "volume");
  await page.waitForFunction((count) => document.querySelectorAll(".pane-canvas table tr").length < count, before);
  await pick(page, "Indicators", "rsi");
  await pick(page, "Indicators", "volume");
  await page.waitForFunction((count) => document.querySelectorAll(".pane-canvas table tr").length > count, before);
  assert.deepEqual(faults, []);
  await page.close();
});

test("each indicator apart has its pane, and its numbers are set in a dialog", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL&interval=1m`);
  await drawn(page);
  const before = await rows(page);
  for (const study of ["sma2", "macd", "atr", "stochastic", "profile"]) await pick(page, "Indicators", study);
  await untilText(
    page,
    ".legend-lines",
    /SMA 50.*MACD 12, 26, 9.*Signal.*ATR 14.*Stochastic 14, 3, 3.*%D.*profile 24, from bars/,
  );
  // Each pane comes with a line above it.
  await until(async () => (await rows(page)) === before + 6, "three panes");
  await picture(page, "chart-panes");
  await page.click('button[aria-label="Indicators"]');
  await page.getByRole("button", { name: "Numbers and colours" }).click();
  await page.getByLabel("MACD: Fast").fill("0");
  await page.getByLabel("MACD: Slow").fill("30");
  await page.getByLabel("MACD: Slow").blur();
  assert.equal(await page.getByLabel("MACD: Fast").getAttribute("aria-invalid"), "true");
  await page.getByLabel("MACD: Fast").fill("10");
  await page.getByLabel("MACD: Fast").blur();
  await page.getByLabel("ATR: colour").selectOption("Pink");
  await inAddress(page, "studies", "macd-10-30-9 atr_4");
  await picture(page, "studies-dialog");
  await page.keyboard.press("Escape");
  await untilText(page, ".legend-lines", /MACD 10, 30, 9/);
  await pick(page, "Indicators", "macd");
  await until(async () => (await rows(page)) === before + 4, "two panes");
  await page.reload();
  await untilText(page, ".legend-lines", /SMA 50.*ATR 14.*Stochastic 14, 3, 3/);
  await page.click('button[aria-label="Indicators"]');
  await page.getByRole("button", { name: "Numbers and colours" }).click();
  await page.getByRole("button", { name: "Back to the usual" }).click();
  await inAddress(page, "studies", null);
  assert.deepEqual(faults, []);
  await page.close();
});

test("compared symbols are rebased and kept in the link", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL&interval=1m`);
  await drawn(page);
  await page.click('button[aria-label="Compare"]');
  await page.fill('[aria-label="Symbol to compare"]', "msft");
  await page.check('.compare-found input[value="MSFT"]');
  await page.keyboard.press("Escape");
  await untilText(page, ".legend-lines", /MSFT[\d.,]+/);
  await inAddress(page, "compare", "MSFT");
  await page.reload();
  await drawn(page);
  await untilText(page, ".legend-lines", /MSFT[\d.,]+/);
  await page.waitForFunction(() =>
    document.querySelector(".pane-canvas")?.getAttribute("aria-label")?.includes("compared with MSFT"),
  );
  await picture(page, "chart-compare");
  await page.click('button[aria-label="Compare"]');
  await page.uncheck('.compare-found input[value="MSFT"]');
  await untilText(page, ".legend-lines", /^$/);
  assert.deepEqual(faults, []);
  await page.close();
});

test("scales and lines of bid and ask are drawn", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=EURUSD&interval=1m`);
  await drawn(page);
  for (const scale of ["log", "percent", "linear"]) {
    await pick(page, "Price scale", scale);
    await painted(page);
    await drawn(page);
  }
  await pick(page, "Indicators", "bidAsk");
  await painted(page);
  await picture(page, "chart-bid-ask");
  assert.deepEqual(faults, []);
  await page.close();
});

test("four charts have their own symbols and are kept in the link", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL&interval=1m`);
  await drawn(page);
  await page.click('[data-layout="4"]');
  await page.waitForFunction(() => document.querySelectorAll(".pane").length === 4);
  await page.waitForFunction(() =>
    [...document.querySelectorAll(".pane .veil")].every((veil) => /** @type {HTMLElement} */ (veil).hidden),
  );
  await untilPanes(page, ["AAPL 1m", "MSFT 1m", "NVDA 1m", "AMZN 1m"]);
  await page.locator('.pane[data-pane="3"]').click();
  await choose(page, "TSLA");
  await page.click('[data-interval="5m"]');
  await untilPanes(page, ["AAPL 1m", "MSFT 1m", "TSLA 5m", "AMZN 1m"]);
  await picture(page, "chart-four");
  await page.reload();
  await page.waitForFunction(() => document.querySelectorAll(".pane").length === 4);
  await page.waitForFunction(() =>
    [...document.querySelectorAll(".pane .veil")].every((veil) => /** @type {HTMLElement} */ (veil).hidden),
  );
  await until(
    async () => (await panes(page)).toSorted().join() === "AAPL 1m,AMZN 1m,MSFT 1m,TSLA 5m",
    "the charts of the link",
  );
  await page.click('[data-layout="1"]');
  await untilPanes(page, ["TSLA 5m"]);
  assert.deepEqual(faults, []);
  await page.close();
});

test("legends leave the candles free in four charts with indicators", async () => {
  for (const size of [
    { width: 1440, height: 900 },
    { width: 360, height: 740 },
  ]) {
    const { page, faults } = await browser.visit(server.url, async (fresh) => {
      await fresh.setViewportSize(size);
      await fresh.addInitScript(
        (text) => sessionStorage.setItem("tickcast.settings", text),
        JSON.stringify({ layout: 4, indicators: ["sma", "ema", "vwap", "bollinger", "rsi"] }),
      );
    });
    await drawn(page);
    await page.waitForFunction(() => document.querySelectorAll(".pane").length === 4);
    // The candles have at least half of the height of the prices; the rest is kept clear for the legend.
    await page.waitForFunction(() =>
      [...document.querySelectorAll(".pane")].every((pane) => {
        const legend = /** @type {HTMLElement} */ (pane.querySelector(".legend"));
        const prices = /** @type {HTMLElement} */ (pane.querySelector(".pane-canvas tr"));
        return prices.offsetHeight > 0 && legend.offsetTop + legend.offsetHeight <= prices.offsetHeight / 2;
      }),
    );
    await picture(page, `chart-four-legends-${size.width}`);
    assert.deepEqual(faults, []);
    await page.close();
  }
});

test("the crosshair is common to all charts", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL&interval=1m&pane=MSFT~1m`);
  await page.waitForFunction(() => document.querySelectorAll(".pane .veil[hidden]").length === 2);
  const box = await page.locator(".pane").first().boundingBox();
  assert.ok(box);
  const times = () => page.locator(".legend-time").allTextContents();
  const [newest] = await times();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.waitForFunction((old) => {
    const [a, b] = [...document.querySelectorAll(".legend-time")].map((node) => node.textContent ?? "");
    return a === b && a < old;
  }, newest);
  const [first, second] = await times();
  assert.equal(first, second);
  await page.mouse.move(box.x + box.width / 4, box.y + box.height / 2);
  await page.waitForFunction((old) => (document.querySelectorAll(".legend-time")[1].textContent ?? "") < old, second);
  assert.deepEqual(faults, []);
  await page.close();
});

test("a chart without the common crosshair keeps its own, and linked charts have one symbol", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL&interval=1m&pane=MSFT~5m`);
  await page.waitForFunction(() => document.querySelectorAll(".pane .veil[hidden]").length === 2);
  const times = () => page.locator(".legend-time").allTextContents();
  await page.click('[aria-label="Common crosshair"]');
  await page.locator('[aria-label="Common crosshair"][aria-pressed="false"]').waitFor();
  const box = await page.locator(".pane").first().boundingBox();
  assert.ok(box);
  const [newest, other] = await times();
  await page.mouse.move(box.x + box.width / 3, box.y + box.height / 2);
  await until(async () => (await times())[0] < newest, "the first chart reads an older bar");
  assert.ok((await times())[1] >= other, "the second one its newest");
  await page.click('[aria-label^="Linked symbols"]');
  await choose(page, "TSLA");
  await untilPanes(page, ["TSLA 1m", "TSLA 5m"]);
  await picture(page, "chart-linked");
  await page.goto(`${server.url}?symbol=AAPL&interval=1m&pane=MSFT~5m`);
  await page.locator('[aria-label^="Linked symbols"][aria-pressed="true"]').waitFor();
  await page.locator('[aria-label="Common crosshair"][aria-pressed="false"]').waitFor();
  assert.deepEqual(faults, []);
  await page.close();
});

test("the chart is drawn in all of its room when the dock closes and opens", async () => {
  const { page, faults } = await browser.visit(server.url);
  await drawn(page);
  /** The height of the chart, and what of it the library shows. */
  const heights = () =>
    page.locator(".pane-canvas").evaluate((room) => {
      const [chart, table] = [".tv-lightweight-charts", "table"].map((part) => room.querySelector(part));
      return [room, chart, table].map((part) => Math.round(part?.getBoundingClientRect().height ?? 0));
    });
  const isWhole = async () => {
    const [room, chart, table] = await heights();
    return Math.abs(room - chart) <= 1 && Math.abs(room - table) <= 1;
  };
  const [before] = await heights();
  for (const grows of [true, false]) {
    await page.click(".dock button[aria-expanded]");
    await until(async () => (await heights())[0] > before === grows, "the room has changed");
    await until(isWhole, "the chart has all of it");
  }
  assert.deepEqual(faults, []);
  await page.close();
});

test("scrolling to the left loads older bars", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL&interval=1m`);
  await drawn(page);
  const count = async () =>
    Number(((await page.getAttribute(".pane-canvas", "aria-label")) ?? "").match(/(\d+) bars/)?.[1]);
  const before = await count();
  assert.ok(before < 600, `${before}: older bars are not loaded before they are needed`);
  const request = page.waitForRequest((request) => request.url().includes("/api/v1/bars?symbols=AAPL&interval=1m"));
  const box = await page.locator(".pane-canvas").boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  for (let turn = 0; turn < 12; turn += 1) await page.mouse.wheel(-600, 0);
  await request;
  await page.waitForFunction(
    (old) =>
      Number(
        document
          .querySelector(".pane-canvas")
          ?.getAttribute("aria-label")
          ?.match(/(\d+) bars/)?.[1],
      ) >
      old + 100,
    before,
  );
  await picture(page, "chart-older");
  assert.deepEqual(faults, []);
  await page.close();
});

test("bars are saved as CSV, and the chart as PNG", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL&interval=1m`);
  await drawn(page);
  const [csv] = await Promise.all([page.waitForEvent("download"), page.click('[aria-label="Bars as CSV"]')]);
  assert.match(csv.suggestedFilename(), /^AAPL-1m-[\d-]+T\d{6}\.csv$/);
  const lines = readFileSync(await csv.path(), "utf8")
    .trim()
    .split("\r\n");
  assert.equal(lines[0], "time,symbol,open,high,low,close,volume");
  assert.ok(lines.length > 40, `${lines.length} lines`);
  const answer = await (await fetch(`${server.url}api/v1/bars?symbols=AAPL&interval=1m&limit=300`)).json();
  const bar = answer.series[0].bars.find(
    (/** @type {{ ts: number }} */ { ts }) => new Date(ts / 1000).toISOString() === lines[5].split(",")[0],
  );
  const [, , ...written] = lines[5].split(",");
  assert.deepEqual(written.map(Number), [bar.open, bar.high, bar.low, bar.close, bar.volume]);
  assert.match(written[0], /\.\d\d$/);
  const [png] = await Promise.all([page.waitForEvent("download"), page.click('[aria-label="Chart as PNG"]')]);
  const bytes = readFileSync(await png.path());
  assert.deepEqual([...bytes.subarray(1, 4)].map((byte) => String.fromCharCode(byte)).join(""), "PNG");
  assert.ok(bytes.readUInt32BE(16) > 500, "as wide as the chart");
  assert.deepEqual(faults, []);
  await page.close();
});

test("intervals finer than the file's are greyed, with the reason", async () => {
  const replay = await startServer(["replay", "--speed", "max", "data/us-stocks-daily.csv.gz"]);
  try {
    const { page, faults } = await browser.visit(`${replay.url}?symbol=AAPL&interval=1h`);
    await untilText(page, ".legend .badge-note", "from 1d bars");
    await drawn(page);
    await untilPanes(page, ["AAPL 1d"]);
    await inAddress(page, "interval", "1d");
    const greyed = page.locator('.interval[aria-disabled="true"]');
    assert.deepEqual(await greyed.allTextContents(), ["1s", "5s", "15s", "1m", "5m", "15m", "1h"]);
    assert.equal(await greyed.first().getAttribute("title"), "No bars of 1s: the file has bars of 1d.");
    await greyed.last().click({ force: true });
    await page.keyboard.press("4");
    await untilText(page, "#toasts", "No bars of 1m: the file has bars of 1d.");
    assert.deepEqual(await panes(page), ["AAPL 1d"]);
    await picture(page, "chart-intervals");
    assert.deepEqual(faults, []);
    await page.close();
  } finally {
    await replay.kill();
  }
});

test("invented trades are no sales, and a first day has no close before", async () => {
  const replay = await startServer(["replay", "--speed", "1x", "data/us-stocks-daily.csv.gz"]);
  try {
    for (const format of ["json", "binary"]) {
      const { page, faults } = await browser.visit(`${replay.url}?symbol=AAPL&format=${format}`);
      await untilText(page, ".instrument-last", /\d/);
      await untilText(page, ".time-and-sales .veil", "This feed has bars of 1d, and no single trades of AAPL.");
      assert.equal(await page.locator(".trade-row:not(.trades-columns):visible").count(), 0);
      await untilText(page, ".stats", /Prev close–/);
      await untilText(page, ".instrument-move", /^–$/);
      await untilText(page, '.row[data-symbol="AAPL"] .move', /^–$/);
      assert.deepEqual(faults, []);
      await page.close();
    }
  } finally {
    await replay.kill();
  }
});
