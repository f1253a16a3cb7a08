/** The page in a real browser, served by the real binary. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { changes, choose, drawn, fitsItsWindow, inAddress, PRICED, symbols, until, untilText } from "./page.js";
import { serve } from "./serve.js";
import { picture, recordTraffic, startServer } from "./support.js";

/** @typedef {import("playwright-core").Page} Page */

const SIMULATION = ["--seed", "7", "--speed", "4x"];
const REPLAY = "data/us-stocks-daily.csv.gz";

const { server, browser } = serve(SIMULATION);

test("prices appear and change, with a clean console", async () => {
  const { page, faults, foreign } = await browser.visit(server.url);
  await page.locator(PRICED).first().waitFor();
  await untilText(page, "#link", "Live");
  await untilText(page, "#feed-source", "Simulated");
  await drawn(page);
  const [first] = await symbols(page);
  await changes(page, ".instrument-last");
  await changes(page, ".market-clock");
  await untilText(page, "title", `${first} `);
  await picture(page, "simulation-dark");
  assert.deepEqual(faults, []);
  assert.deepEqual(foreign, []);
  await page.close();
});

test("the binary format shows prices and stays in the link", async () => {
  const { page, faults } = await browser.visit(`${server.url}?format=binary`);
  /** @type {Set<string>} */
  const kinds = new Set();
  page.on("websocket", (socket) => void socket.on("framereceived", ({ payload }) => void kinds.add(typeof payload)));
  await page.reload();
  await page.locator(PRICED).nth(20).waitFor();
  await changes(page, ".row[data-symbol] .last");
  assert.deepEqual([...kinds].sort(), ["object", "string"]);
  await inAddress(page, "format", "binary");
  assert.deepEqual(faults, []);
  await page.close();
});

test("a page that is faster than its early script connects once, by itself", async () => {
  let connections = 0;
  const { page, faults } = await browser.visit(server.url, async (fresh) => {
    fresh.on("websocket", () => void (connections += 1));
    await fresh.route("**/js/early.js", async (route) => {
      await fresh.locator(PRICED).first().waitFor();
      await route.continue();
    });
  });
  await page.locator(PRICED).first().waitFor();
  await page.waitForFunction(() => performance.getEntriesByName(new URL("js/early.js", location.href).href).length > 0);
  await changes(page, ".row[data-symbol] .last");
  assert.equal(connections, 1);
  assert.deepEqual(faults, []);
  await page.close();
});

test("a click chooses a symbol everywhere", async () => {
  const { page, faults } = await browser.visit(server.url);
  await page.locator(PRICED).first().waitFor();
  const other = (await symbols(page))[3];
  await page.click(`.row[data-symbol="${other}"]`);
  await untilText(page, ".instrument-symbol", other);
  await untilText(page, "title", `${other} `);
  await untilText(page, ".legend-time", "UTC");
  await page.locator(`.pane-canvas[aria-label*="${other}"]`).waitFor();
  await inAddress(page, "symbol", other);
  await page.locator(`.row[data-symbol="${other}"][aria-selected="true"]`).waitFor();
  await drawn(page);
  await page.reload();
  await untilText(page, ".instrument-symbol", other);
  assert.deepEqual(faults, []);
  await page.close();
});

test("an interval button changes the bars and the link", async () => {
  const { page, faults } = await browser.visit(server.url);
  await untilText(page, ".legend-time", /\d\d:\d\d UTC/);
  await page.click('[data-interval="5s"]');
  await untilText(page, ".legend-time", /\d\d:\d\d:\d[05] UTC/);
  await page.locator('[data-interval="5s"][aria-pressed="true"]').waitFor();
  await inAddress(page, "interval", "5s");
  await drawn(page);
  assert.deepEqual(faults, []);
  await page.close();
});

test("the legend follows the pointer, then the newest bar", async () => {
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

test("an instrument with only quotes has no volume", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL`);
  await drawn(page);
  const panes = () => page.locator("#chart table tr").count();
  // Prices, a line between, volumes and the time; without volumes only prices and the time.
  await until(async () => (await panes()) === 4, "a pane for the volumes");
  await choose(page, "EURUSD");
  await untilText(page, ".instrument-last", /^\d\.\d{5}$/);
  await until(async () => (await panes()) === 2, "no pane for volumes");
  await drawn(page);
  await page.locator(".legend-volume").waitFor({ state: "hidden" });
  await choose(page, "AAPL");
  await until(async () => (await panes()) === 4, "the pane for the volumes again");
  assert.deepEqual(faults, []);
  await page.close();
});

test("the arrow keys move through the watchlist", async () => {
  const { page } = await browser.visit(server.url);
  await page.locator(PRICED).first().waitFor();
  const all = (await (await fetch(`${server.url}api/v1/symbols`)).json()).symbols.map(
    (/** @type {{ symbol: string }} */ { symbol }) => symbol,
  );
  await page.focus(".rows");
  // Two keys within one frame.
  await page.evaluate(() => {
    const press = () => new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true });
    document.activeElement?.dispatchEvent(press());
    document.activeElement?.dispatchEvent(press());
  });
  await untilText(page, ".instrument-symbol", all[2]);
  await page.keyboard.press("ArrowUp");
  await untilText(page, ".instrument-symbol", all[1]);
  await page.keyboard.press("End");
  await untilText(page, ".instrument-symbol", all.at(-1) ?? "");
  await page.waitForFunction(() => {
    const row = document.querySelector('.row[aria-selected="true"]')?.getBoundingClientRect();
    const list = document.querySelector(".rows")?.getBoundingClientRect();
    return row && list && row.bottom <= list.bottom + 1 && row.top >= list.top;
  });
  await page.close();
});

test("an unknown symbol in the address is replaced by the first", async () => {
  const { page } = await browser.visit(`${server.url}?symbol=NOTHING`);
  await untilText(page, "#toasts", 'no symbol "NOTHING"');
  await untilText(page, ".instrument-symbol", (await symbols(page))[0]);
  await page.close();
});

/** @param {Page} page @param {string} theme */
const named = (page, theme) => page.waitForSelector(`#theme[aria-label="Theme: ${theme}"]`);

test("the theme button cycles, and the theme is kept", async () => {
  const { page } = await browser.visit(server.url);
  await page.locator(PRICED).first().waitFor();
  const ground = () =>
    page.evaluate(() => getComputedStyle(document.body.parentElement ?? document.body).backgroundColor);
  const dark = await ground();
  await page.click("#theme");
  await named(page, "Dark");
  assert.equal(await ground(), dark);
  await page.click("#theme");
  await named(page, "Light");
  await until(async () => (await ground()) !== dark, "another ground");
  await picture(page, "simulation-light");
  await page.goto(server.url);
  await named(page, "Light");
  await page.click("#theme");
  await named(page, "Auto");
  await inAddress(page, "theme", null);
  await page.close();
});

/** @param {Page} page */
const rows = (page) =>
  page.locator(".trades-lines .trade-row").evaluateAll((rows) => rows.map((row) => row.textContent ?? ""));

test("time and sales shows the newest trades of the symbol", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL`);
  await page.locator(".trades-lines .trade-row").first().waitFor();
  const before = await rows(page);
  assert.match(before[0], /^\d\d:\d\d:\d\d\.\d{3}[\d,]+\.\d\d[\d,.KMB]+[▲▼·]/);
  await page.waitForFunction(
    (top) => document.querySelector(".trades-lines .trade-row")?.textContent !== top,
    before[0],
  );
  const times = (await rows(page)).map((text) => text.slice(0, 12));
  assert.deepEqual(times, times.toSorted().reverse());
  assert.ok(times[0] >= before[0].slice(0, 12));
  await choose(page, "MSFT");
  await page.locator("#time-and-sales .veil").waitFor({ state: "hidden" });
  await until(async () => !(await rows(page)).includes(before[0]), "no trade of the other symbol");
  await choose(page, "EURUSD");
  await untilText(page, "#time-and-sales .veil", "no trades of EURUSD");
  await page.locator("#time-and-sales .veil").waitFor();
  assert.deepEqual(faults, []);
  await page.close();
});

test("time and sales subscribes only where it is open", async () => {
  /** @type {ReturnType<typeof recordTraffic>} */
  let traffic = { sent: [], received: [], connections: 0 };
  const { page } = await browser.visit("about:blank", (fresh) => (traffic = recordTraffic(fresh)));
  const trades = () => traffic.sent.filter(({ channel }) => channel === "trades").map(({ type }) => type);
  await page.setViewportSize({ width: 1100, height: 800 });
  await page.goto(`${server.url}?symbol=AAPL`);
  await drawn(page);
  await page.locator(".trades-body").waitFor({ state: "hidden" });
  assert.deepEqual(trades(), []);
  await page.click(".trades-toggle");
  await page.locator(".trades-lines .trade-row").first().waitFor();
  await page.reload();
  await page.locator(".trades-lines .trade-row").first().waitFor();
  await page.click(".trades-toggle");
  await page.locator(".trades-body").waitFor({ state: "hidden" });
  await until(() => trades().length === 3, "the page unsubscribes from trades");
  assert.deepEqual(trades(), ["subscribe", "subscribe", "unsubscribe"]);
  await page.close();
});

test("a narrow page cuts nothing off", async () => {
  const { page } = await browser.visit(server.url);
  await page.setViewportSize({ width: 360, height: 780 });
  await page.locator(PRICED).first().waitFor();
  await drawn(page);
  await fitsItsWindow(page);
  await picture(page, "simulation-narrow");
  await page.close();
});

test("a replay of daily bars is marked, and ends", async () => {
  const replay = await startServer(["replay", "--speed", "max", REPLAY]);
  try {
    const { page, faults, foreign } = await browser.visit(replay.url);
    await untilText(page, "#feed-source", "Replay");
    await untilText(page, "#feed-state", "Ended");
    await untilText(page, "#feed-origin", "synthesised from 1d bars");
    await untilText(page, ".legend-time", /^\d{4}-\d\d-\d\d UTC$/);
    await page.locator('[data-interval="1d"][aria-pressed="true"]').waitFor();
    await untilText(page, ".trades-note", "Ended");
    await untilText(page, ".time-and-sales .veil", "no single trades");
    await drawn(page);
    await picture(page, "replay-ended");
    assert.deepEqual(faults, []);
    assert.deepEqual(foreign, []);
  } finally {
    await replay.kill();
  }
});
