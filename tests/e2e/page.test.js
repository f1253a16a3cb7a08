/** The page in a real browser, served by the real binary. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { changes, choose, drawn, PRICED, query, symbols, until, untilText } from "./page.js";
import { serve } from "./serve.js";
import { recordTraffic, picture, startServer, startWire } from "./support.js";

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
  assert.equal(query(page).get("format"), "binary");
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
  assert.match((await page.getAttribute(".pane-canvas", "aria-label")) ?? "", new RegExp(other));
  assert.equal(query(page).get("symbol"), other);
  assert.equal(await page.getAttribute(`.row[data-symbol="${other}"]`, "aria-selected"), "true");
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
  assert.equal(await page.getAttribute('[data-interval="5s"]', "aria-pressed"), "true");
  assert.equal(query(page).get("interval"), "5s");
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
  const withVolume = await panes();
  await choose(page, "EURUSD");
  await untilText(page, ".instrument-last", /^\d\.\d{5}$/);
  await drawn(page);
  assert.ok((await panes()) < withVolume);
  await page.locator(".legend-volume").waitFor({ state: "hidden" });
  await choose(page, "AAPL");
  await drawn(page);
  assert.equal(await panes(), withVolume);
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
  assert.notEqual(await ground(), dark);
  await picture(page, "simulation-light");
  await page.goto(server.url);
  await named(page, "Light");
  await page.click("#theme");
  await named(page, "Auto");
  assert.equal(query(page).get("theme"), null);
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
  assert.notDeepEqual(await rows(page), before);
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
  await until(
    () => traffic.received.filter(({ type, rate }) => type === "granted" && rate === 0).length === 4,
    "rate 0 for quotes, bars, trades and the book",
  );
  const from = traffic.received.findLastIndex(({ type }) => type === "granted") + 1;
  const heartbeats = () => traffic.received.slice(from).filter(({ type }) => type === "heartbeat").length;
  await until(() => heartbeats() >= 3, "heartbeats");
  assert.deepEqual([...new Set(traffic.received.slice(from).map(({ type }) => type))], ["heartbeat"]);
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

/** @param {string} text @param {string} date */
const seconds = (text, date) => Date.parse(`${date}T${text}Z`) / 1000;

/**
 * Reads the times of the newest bars from the chart, from right to left.
 *
 * @param {Page} page
 * @param {number} count
 */
async function barsRead(page, count) {
  const box = await page.locator("#chart").boundingBox();
  assert.ok(box);
  /** @type {Set<number>} */
  const read = new Set();
  for (let at = 0; at < count; at += 1) {
    await page.mouse.move(box.x + box.width - 72 - 5 * 8 - at * 4, box.y + box.height / 3);
    await page.evaluate(() => new Promise((done) => void requestAnimationFrame(() => requestAnimationFrame(done))));
    const [date, time] = ((await page.textContent(".legend-time")) ?? "").split(" ");
    if (time) read.add(seconds(time, date));
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
    const again = traffic.sent.slice(before).filter(({ channel }) => channel !== "news");
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

    const read = await barsRead(page, 80);
    const answer = await (await fetch(`${own.url}api/v1/bars?symbols=AAPL&interval=1s&limit=500`)).json();
    /** @type {number[]} */
    const known = answer.series[0].bars.map((/** @type {{ ts: number }} */ bar) => bar.ts / 1e6);
    assert.ok(read.length >= 20, `only ${read.length} bars could be read off`);
    assert.ok(
      read[0] <
        seconds(
          new Date(traffic.received[0].ts_sent / 1000).toISOString().slice(11, 19),
          new Date().toISOString().slice(0, 10),
        ) +
          3,
      "bars from before the loss are there",
    );
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

test("a narrow page cuts nothing off", async () => {
  const { page } = await browser.visit(server.url);
  await page.setViewportSize({ width: 360, height: 780 });
  await page.locator(PRICED).first().waitFor();
  await drawn(page);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  await picture(page, "simulation-narrow");
  await page.close();
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

test("a replay of daily bars is marked, and ends", async () => {
  const replay = await startServer(["replay", "--speed", "max", REPLAY]);
  try {
    const { page, faults, foreign } = await browser.visit(replay.url);
    await untilText(page, "#feed-source", "Replay");
    await untilText(page, "#feed-state", "Ended");
    await untilText(page, "#feed-origin", "synthesised from 1d bars");
    await untilText(page, ".legend-time", /^\d{4}-\d\d-\d\d UTC$/);
    assert.equal(await page.getAttribute('[data-interval="1d"]', "aria-pressed"), "true");
    await untilText(page, ".trades-note", "Ended");
    await untilText(page, ".trades-lines .trade-row", /^\d{4}-\d\d-\d\d/);
    await drawn(page);
    await picture(page, "replay-ended");
    assert.deepEqual(faults, []);
    assert.deepEqual(foreign, []);
  } finally {
    await replay.kill();
  }
});
