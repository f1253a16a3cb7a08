/** Alerts: heard in a hidden tab, judged on every tick, and set, dragged and kept on the chart. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { drawn, until, untilText } from "./page.js";
import { serve } from "./serve.js";
import { picture, recordTraffic } from "./support.js";

/** @typedef {import("playwright-core").Page} Page */

const folder = mkdtempSync(join(tmpdir(), "tickcast-ringing-"));
const path = join(folder, "spikes.csv");
const START_MS = Date.UTC(2025, 5, 16, 9);
const EVERY_MS = 20;
const SPIKES_MS = 4000;

/** Trades at 100, and once in a while one at 110 for a fiftieth of a second, which no slow sample sees. */
function writeSpikes() {
  const rows = Array.from({ length: 6000 }, (_, at) => {
    const isSpike = (at * EVERY_MS) % SPIKES_MS === 2540;
    return `${new Date(START_MS + at * EVERY_MS).toISOString()},SPKX,${isSpike ? "110.00" : "100.00"},10`;
  });
  writeFileSync(path, `time,symbol,price,size\n${rows.join("\n")}\n`);
}
writeSpikes();
const { server, browser } = serve(["replay", "--speed", "1x", "--loop", path]);
after(() => rmSync(folder, { recursive: true }));

/** Browsers never hide a page in a test. @param {Page} page @param {boolean} hidden */
const hide = (page, hidden) =>
  page.evaluate((now) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => now });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);

/** @param {Page} page @param {object} settings */
const settle = (page, settings) =>
  page.addInitScript(
    (text) => sessionStorage.getItem("tickcast.settings") ?? sessionStorage.setItem("tickcast.settings", text),
    JSON.stringify(settings),
  );
const ALERT = { id: 1, symbol: "SPKX", field: "last", above: true, value: 105, armed: true };

test("a price that crosses and returns rings in a hidden tab", async () => {
  /** @type {ReturnType<typeof recordTraffic>} */
  let traffic = { sent: [], received: [], connections: 0 };
  const { page, faults } = await browser.visit(`${server.url}?interval=1m`, async (fresh) => {
    traffic = recordTraffic(fresh);
    await settle(fresh, { alerts: [ALERT], dockTab: "alerts" });
  });
  await untilText(page, ".instrument-last", "100.00");
  await hide(page, true);
  const rates = () => traffic.sent.filter(({ type }) => type === "rate");
  await until(() => rates().some(({ channel, rate }) => channel === "bars" && rate === 1), "bars go on, slowly");
  await untilText(page, "#toasts", "Alert: SPKX price at or above 105.00.");
  await untilText(page, ".alerts section:last-child .alert", /110\.00$/);
  await until(
    () =>
      traffic.sent.some(
        ({ type, channel, interval }) => type === "unsubscribe" && channel === "bars" && interval === "1s",
      ),
    "an alert that has fired needs no bars",
  );
  assert.deepEqual(faults, []);
  await page.close();
});

test("an alert is set by a click on the chart, dragged, and kept", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=SPKX&interval=1s`, (fresh) =>
    settle(fresh, { dockTab: "alerts" }),
  );
  await drawn(page);
  await page.keyboard.press(".");
  const chart = page.locator(".pane-canvas");
  const box = /** @type {{ x: number, y: number, width: number, height: number }} */ (await chart.boundingBox());
  const x = box.x + box.width / 3;
  const y = box.y + box.height * 0.4;
  await page.mouse.move(x, y);
  await page.locator(".alert-add").click();
  await page.keyboard.press(".");
  const set = page.locator(".alert[data-armed] > span").first();
  await set.waitFor();
  const before = await set.textContent();
  assert.match(before ?? "", /^SPKX price at or (above|below) [\d.]+$/);
  await picture(page, "alert-line");
  const line = page.locator(".alert-line").first();
  await line.hover();
  const at = /** @type {{ x: number, y: number, width: number, height: number }} */ (await line.boundingBox());
  await page.mouse.move(at.x + at.width / 3, at.y + at.height / 2);
  await page.mouse.down();
  await page.mouse.move(at.x + at.width / 3, at.y + at.height / 2 - 40, { steps: 4 });
  await page.mouse.up();
  await until(async () => (await set.textContent()) !== before, "the dragged alert has another price");
  const moved = await set.textContent();
  await page.reload();
  await drawn(page);
  await page.locator(".alert-line").first().waitFor();
  assert.equal(await set.textContent(), moved);
  assert.deepEqual(faults, []);
  await page.close();
});
