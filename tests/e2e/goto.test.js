/** Going to a place in a recording, in a real browser: by a typed date, from a bar of the chart, by the timeline. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn, untilText } from "./page.js";
import { browse } from "./serve.js";
import { picture, startServer } from "./support.js";

const browser = browse();
const PLACE = "#place";

test("a typed place is gone to, and an unclear one is refused with an example", async () => {
  const server = await startServer(["replay", "data/eurusd-2016-06-14-ticks.csv.gz", "--paused"]);
  try {
    const { page, faults } = await browser.visit(server.url);
    await untilText(page, ".transport-time", "2016-06-14 00:00:00");
    await page.keyboard.press("Control+g");
    await page.locator(`${PLACE}:focus`).waitFor();
    await page.keyboard.type("9:30");
    await untilText(page, "#place-note", "Goes to 2016-06-14 09:30:00");
    await picture(page, "goto");
    await page.keyboard.press("Enter");
    await page.locator(PLACE).waitFor({ state: "hidden" });
    await untilText(page, ".transport-time", "2016-06-14 09:");

    await page.click(".transport-place");
    await page.keyboard.type("06/07/2016");
    await page.keyboard.press("Enter");
    await untilText(page, "#place-note", "2016-06-07 or 2016-07-06");
    assert.equal(await page.getAttribute(PLACE, "aria-invalid"), "true");
    await page.fill(PLACE, "+2h");
    await page.keyboard.press("Enter");
    await untilText(page, ".transport-time", "2016-06-14 11:");

    const track = page.locator(".transport-position");
    const { width = 0 } = (await track.boundingBox()) ?? {};
    await track.hover({ position: { x: width / 2, y: 10 } });
    await untilText(page, ".transport-tip", /^2016-06-14 (11:59|12:0)/);
    assert.deepEqual(faults, []);
    await page.close();
  } finally {
    await server.kill();
  }
});

test("the menu of a chart plays from the bar under the pointer", async () => {
  const server = await startServer(["replay", "data/us-stocks-daily.csv.gz", "--paused"]);
  try {
    const { page, faults } = await browser.visit(server.url);
    await page.locator(".transport-position").fill("5000");
    await untilText(page, ".transport-time", "2006");
    await page.click('#transport [data-transport="bar"]');
    await drawn(page);
    const chart = page.locator(".pane-canvas");
    const { width = 0, height = 0 } = (await chart.boundingBox()) ?? {};
    await chart.click({ button: "right", position: { x: width - 110, y: height / 2 } });
    const item = page.locator('[role="menuitem"]', { hasText: "Play from here" });
    await item.waitFor();
    const wanted = (await item.locator(".option-hint").textContent()) ?? "";
    assert.match(wanted, /^2006-\d\d-\d\d$/);
    await picture(page, "chart-menu");
    await page.keyboard.press("Enter");
    await page.locator('#transport[data-state="playing"]').waitFor();
    await untilText(page, ".transport-time", new RegExp(wanted.slice(0, 7)));
    assert.deepEqual(faults, []);
    await page.close();
  } finally {
    await server.kill();
  }
});
