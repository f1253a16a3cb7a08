/** Drawings on a chart in a real browser: by mouse, by keys and by finger, kept, undone, and in the link. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn, query, until, untilText } from "./page.js";
import { serve } from "./serve.js";
import { picture } from "./support.js";

/** @typedef {import("playwright-core").Page} Page */

const { server, browser } = serve(["replay", "--speed", "max", "data/us-stocks-daily.csv.gz"]);

/** @param {string} [more] */
async function visit(more = "") {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL&interval=1d${more}`);
  await untilText(page, "#feed", "Ended");
  await drawn(page);
  return { page, faults };
}
/** @param {Page} page */
async function openTools(page) {
  await page.click(".draw-open");
  await page.locator(".draw-tools").waitFor();
}
/** @param {Page} page @param {string} name */
const tool = (page, name) => page.click(`.draw-tools [aria-label^="${name}"]`);
/** Returns a point of the chart, by shares of its size. @param {Page} page @param {number} x @param {number} y */
async function at(page, x, y) {
  const box = await page.locator(".pane-canvas").boundingBox();
  assert.ok(box);
  return /** @type {const} */ ([box.x + x * box.width, box.y + y * box.height]);
}
/** The drawings in the link, without their symbol. @param {Page} page */
const linked = (page) => (query(page).get("draw") ?? "").split("*").slice(1);
/** @param {Page} page @param {number} count */
const untilLinked = (page, count) => until(() => linked(page).length === count, `${count} drawings in the link`);

/** @param {Page} page */
async function drawAll(page) {
  await tool(page, "Level");
  await page.mouse.click(...(await at(page, 0.5, 0.3)));
  await tool(page, "Trend line");
  await page.mouse.click(...(await at(page, 0.25, 0.6)));
  await page.mouse.click(...(await at(page, 0.4, 0.4)));
  await tool(page, "Rectangle");
  await page.mouse.move(...(await at(page, 0.45, 0.5)));
  await page.mouse.down();
  await page.mouse.move(...(await at(page, 0.5, 0.6)));
  await page.mouse.move(...(await at(page, 0.55, 0.65)));
  await page.mouse.up();
  await tool(page, "Fibonacci");
  await page.mouse.click(...(await at(page, 0.6, 0.35)));
  await page.mouse.click(...(await at(page, 0.75, 0.65)));
  await tool(page, "Measure");
  await page.mouse.click(...(await at(page, 0.3, 0.7)));
  await page.mouse.click(...(await at(page, 0.35, 0.5)));
  await tool(page, "Text");
  await page.mouse.click(...(await at(page, 0.2, 0.45)));
  await page.keyboard.type("Earnings");
  await page.keyboard.press("Enter");
}

test("each kind is drawn, listed, kept and opened by its link", async () => {
  const { page, faults } = await visit();
  await openTools(page);
  await drawAll(page);
  await untilLinked(page, 6);
  assert.deepEqual(
    linked(page)
      .map((text) => text[0])
      .join(""),
    "ltrfmx",
  );
  await page.click('[aria-label="Drawings: 6"]');
  await page.locator(".draw-row", { hasText: "Text “Earnings” at" }).waitFor();
  await picture(page, "drawings-dark");
  const link = page.url();
  // Another machine: a visit begins without what the browser kept.
  const other = await browser.visit(link.replace("?", "?theme=light&"));
  await drawn(other.page);
  await untilLinked(other.page, 6);
  await openTools(other.page);
  await other.page.locator('[aria-label="Drawings: 6"]').waitFor();
  await picture(other.page, "drawings-light");
  // The same machine, without the link.
  await other.page.goto(`${server.url}?symbol=AAPL&interval=1d`);
  await drawn(other.page);
  await openTools(other.page);
  await other.page.locator('[aria-label="Drawings: 6"]').waitFor();
  await other.page.click('.row[data-symbol="MSFT"]');
  await other.page.locator('[aria-label="Drawings: 0"]').waitFor();
  assert.deepEqual([...faults, ...other.faults], []);
  await other.page.close();
  await page.close();
});

test("a drawing is selected, moved, undone and deleted, and the chart still moves", async () => {
  const { page, faults } = await visit();
  await openTools(page);
  await tool(page, "Magnet");
  await tool(page, "Trend line");
  const [from, to] = [await at(page, 0.4, 0.5), await at(page, 0.6, 0.4)];
  await page.mouse.click(...from);
  await page.mouse.click(...to);
  await untilLinked(page, 1);
  const [first] = linked(page);
  const middle = /** @type {const} */ ([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]);
  await page.keyboard.press("Escape");
  await page.locator(".draw-selected").waitFor({ state: "hidden" });
  await page.mouse.move(...middle);
  await page.locator('.pane[data-draw="body"]').waitFor();
  await page.mouse.down();
  await page.mouse.move(middle[0] + 60, middle[1] + 30, { steps: 3 });
  await page.mouse.up();
  await until(() => linked(page)[0] !== first, "the line has moved");
  const [, seconds, , apart] = first.split("_");
  const [, nowSeconds, , nowApart] = linked(page)[0].split("_");
  assert.ok(parseInt(nowSeconds, 36) > parseInt(seconds, 36), "to the right");
  assert.ok(Math.abs(parseInt(nowApart, 36) - parseInt(apart, 36)) <= 4 * 86_400, "as long, but for a weekend");
  await page.keyboard.press("Control+z");
  await until(() => linked(page)[0] === first, "the move is undone");
  await page.keyboard.press("Control+y");
  await until(() => linked(page)[0] !== first, "and done again");
  await page.keyboard.press("Delete");
  await untilLinked(page, 0);
  // Without a drawing a drag moves the chart.
  await page.mouse.move(...middle);
  const time = () => page.textContent(".legend-time");
  await page.locator(".pane:not([data-draw])").waitFor();
  const old = (await time()) ?? "";
  await page.mouse.down();
  await page.mouse.move(middle[0] + 150, middle[1], { steps: 3 });
  await page.mouse.up();
  await page.mouse.move(...middle);
  await until(async () => ((await time()) ?? "") < old, "older bars at the same place");
  assert.deepEqual(faults, []);
  await page.close();
});

test("a drawing is placed, moved and deleted by keys, and said", async () => {
  const { page, faults } = await visit();
  await page.focus(".draw-open");
  await page.keyboard.press("Enter");
  await page.locator(".draw-tools").waitFor();
  await page.focus('.draw-tools [aria-label="Level"]');
  await page.keyboard.press("Enter");
  await untilLinked(page, 1);
  await page.waitForFunction(() => document.activeElement?.classList.contains("pane-canvas"));
  const price = () => Number(linked(page)[0].split("_")[2]);
  const before = price();
  for (let turn = 0; turn < 3; turn += 1) await page.keyboard.press("Shift+ArrowUp");
  await until(() => price() > before, "the level rises");
  await untilText(page, ".pane > .spoken", /^Level [\d.]+$/);
  // Keys in a row are one step.
  for (let turn = 0; turn < 4; turn += 1) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Control+z");
  const risen = price();
  await page.keyboard.press("Control+z");
  await until(() => price() < risen, "the moves before are undone");
  assert.equal(price(), before);
  await page.keyboard.press("Control+d");
  await untilLinked(page, 2);
  await page.keyboard.press("Delete");
  await untilLinked(page, 1);
  await untilText(page, ".pane > .spoken", /^Level [\d.]+ deleted\.$/);
  assert.deepEqual(faults, []);
  await page.close();
});

test("the palette places a drawing before its tools were ever open", async () => {
  const { page, faults } = await visit();
  await page.keyboard.press("Control+k");
  await page.locator(".dialog-palette[open]").waitFor();
  await page.keyboard.type("draw: fib");
  await page.keyboard.press("Enter");
  await untilLinked(page, 1);
  assert.match(linked(page)[0], /^f0_/);
  await page.locator(".draw-selected").waitFor();
  assert.deepEqual(faults, []);
  await page.close();
});

test("a finger draws and does not move the chart", async () => {
  const { page, faults } = await visit();
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setTouchEmulationEnabled", { enabled: true });
  /** @param {"touchStart" | "touchMove" | "touchEnd"} type @param {readonly [number, number]} [point] */
  const touch = (type, point) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints: point ? [{ x: point[0], y: point[1] }] : [] });
  await openTools(page);
  await tool(page, "Trend line");
  await touch("touchStart", await at(page, 0.4, 0.5));
  await touch("touchMove", await at(page, 0.5, 0.45));
  await touch("touchMove", await at(page, 0.6, 0.4));
  await touch("touchEnd");
  await untilLinked(page, 1);
  const [first] = linked(page);
  assert.match(first, /^t0_/);
  await touch("touchStart", await at(page, 0.6, 0.4));
  await touch("touchMove", await at(page, 0.65, 0.5));
  await touch("touchMove", await at(page, 0.7, 0.55));
  await touch("touchEnd");
  await until(() => linked(page)[0] !== first, "its end has moved");
  assert.deepEqual(linked(page)[0].split("_").slice(0, 3), first.split("_").slice(0, 3), "its start has not");
  assert.deepEqual(faults, []);
  await page.close();
});

test("a drawing stays at its bars where the times are shifted to now", async () => {
  const { page, faults } = await visit();
  await openTools(page);
  await tool(page, "Trend line");
  const [from, to] = [await at(page, 0.4, 0.5), await at(page, 0.6, 0.4)];
  await page.mouse.click(...from);
  await page.mouse.click(...to);
  await untilLinked(page, 1);
  await page.keyboard.press("Escape");
  const [before] = linked(page);
  const time = await page.textContent(".legend-time");
  const hovers = async (/** @type {number} */ share) => {
    await page.mouse.move(from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1]));
    return page.locator(".pane").getAttribute("data-draw");
  };
  await page.click('[data-transport="shift"]');
  await page.locator('[data-transport="shift"][aria-pressed="true"]').waitFor();
  await page.mouse.move(0, 0);
  await page.waitForFunction((old) => document.querySelector(".legend-time")?.textContent !== old, time);
  await untilText(page, "#feed", "Ended");
  await until(async () => (await hovers(0.4)) === "body" || (await hovers(0.5)) === "body", "the line is where it was");
  assert.equal(linked(page)[0], before);
  // A new one is anchored in the times of the recording as well, and at the same bar.
  await tool(page, "Level");
  await page.mouse.click(...from);
  await untilLinked(page, 2);
  assert.equal(linked(page)[1].split("_")[1], before.split("_")[1]);
  await page.click('[data-transport="shift"]');
  assert.deepEqual(faults, []);
  await page.close();
});

test("a drag on an alert moves the alert, and a tool in hand draws across it", async () => {
  const { page, faults } = await visit();
  await openTools(page);
  const place = await at(page, 0.5, 0.4);
  await page.mouse.move(...place);
  await page.locator(".alert-add").click();
  const alert = page.locator(".alert-line");
  await alert.waitFor();
  const box = await alert.boundingBox();
  assert.ok(box);
  const middle = box.y + box.height / 2;
  const name = await alert.getAttribute("aria-label");
  await tool(page, "Trend line");
  await page.mouse.click(place[0], middle);
  await page.mouse.click(place[0] + 100, middle + 60);
  await untilLinked(page, 1);
  assert.equal(await alert.getAttribute("aria-label"), name, "the alert has not moved");
  await page.keyboard.press("Escape");
  await page.mouse.move(place[0] - 100, middle);
  await page.mouse.down();
  await page.mouse.move(place[0] - 100, middle + 40, { steps: 3 });
  await page.mouse.up();
  await until(async () => (await alert.getAttribute("aria-label")) !== name, "the alert moves");
  assert.equal(linked(page).length, 1);
  assert.deepEqual(faults, []);
  await page.close();
});
