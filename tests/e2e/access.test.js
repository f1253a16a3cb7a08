/** Accessibility in a real browser: axe-core, the keyboard, announcements and reduced motion. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { changes, drawn, painted, PRICED, until, untilText } from "./page.js";
import { serve } from "./serve.js";
import { picture, startServer } from "./support.js";

/** @typedef {import("playwright-core").Page} Page */

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const { server, browser } = serve(["--seed", "7", "--speed", "4x"]);

/**
 * Returns what axe finds, in words.
 *
 * @param {Page} page
 * @returns {Promise<string[]>}
 */
async function faultsOf(page) {
  // Evaluated by the debugger, so that the page's content policy stays as it is.
  await page.evaluate(AXE);
  return page.evaluate(async (tags) => {
    const { violations } = await /** @type {any} */ (window).axe.run(document, { runOnly: tags });
    return violations.flatMap((/** @type {any} */ { id, nodes }) =>
      nodes.map(
        (/** @type {any} */ { target, failureSummary }) =>
          `${id}: ${target.join(" ")}: ${failureSummary.split("\n")[1]?.trim()}`,
      ),
    );
  }, RULES);
}

/** @param {Page} page @param {string} what */
async function check(page, what) {
  const found = await faultsOf(page);
  assert.deepEqual(found, [], `${what}:\n${found.slice(0, 20).join("\n")}`);
}

for (const theme of ["dark", "light"]) {
  test(`axe accepts the ${theme} page and all panels`, async () => {
    const { page } = await browser.visit(`${server.url}?symbol=AAPL&theme=${theme}&indicators=sma+rsi&compare=MSFT`);
    await page.locator(PRICED).first().waitFor();
    await drawn(page);
    await untilText(page, "#heat-option", /%$/);
    await check(page, "market");
    for (const tab of ["wire", "alerts", "news", "scenarios"]) {
      await page.click(`#tab-${tab}`);
      await page.locator(`#panel-${tab}`).waitFor();
      await check(page, tab);
    }
    for (const [width, height] of [
      [1100, 800],
      [360, 780],
    ]) {
      await page.setViewportSize({ width, height });
      await painted(page);
      await check(page, `${width} pixels`);
    }
    await page.close();
  });

  test(`axe accepts the dialogs and menus of the ${theme} page`, async () => {
    const { page } = await browser.visit(`${server.url}?symbol=AAPL&theme=${theme}`);
    await page.locator(PRICED).first().waitFor();
    await drawn(page);
    for (const key of ["?", "r", "Control+K", "Control+O"]) {
      await page.keyboard.press(key);
      await page.locator("dialog[open]").waitFor();
      await check(page, `dialog of ${key}`);
      await page.keyboard.press("Escape");
      await page.locator("dialog[open]").waitFor({ state: "hidden" });
    }
    for (const menu of ["Columns and groups", "Indicators", "Compare", "Chart type"]) {
      await page.click(`button[aria-label="${menu}"]`);
      await page.locator(".menu:popover-open").waitFor();
      await check(page, menu);
      await page.keyboard.press("Escape");
      await page.locator(".menu:popover-open").waitFor({ state: "hidden" });
    }
    await page.click('button[aria-label="Indicators"]');
    await page.getByRole("button", { name: "Numbers and colours" }).click();
    await check(page, "settings of the indicators");
    await page.keyboard.press("Escape");
    await page.click(".draw-open");
    await page.focus('.draw-tools [aria-label="Trend line"]');
    await page.keyboard.press("Enter");
    await page.locator(".draw-selected").waitFor();
    await page.click('[aria-label="Drawings: 1"]');
    await check(page, "drawing tools");
    await page.keyboard.press("Escape");
    await page.keyboard.press("p");
    await page.waitForSelector("html[data-large]");
    await check(page, "presentation");
    await page.keyboard.press(".");
    await page.waitForSelector("html[data-paused]");
    await check(page, "paused");
    await page.close();
  });
}

test("axe accepts the timeline of a recording, with its menus", async () => {
  const replay = await startServer(["replay", "data/eurusd-2016-06-14-ticks.csv.gz", "--paused"]);
  try {
    for (const theme of ["dark", "light"]) {
      const { page } = await browser.visit(`${replay.url}?theme=${theme}`);
      await page.locator("html[data-symbols=one]").waitFor();
      await page.locator("#transport[data-state=paused]").waitFor();
      await page.click('[data-transport="shift"]');
      await check(page, "paused");
      await page.keyboard.press("Control+g");
      await page.keyboard.type("soon");
      await page.keyboard.press("Enter");
      await untilText(page, "#place-note", "Examples");
      await check(page, "place");
      await page.keyboard.press("Escape");
      await page.keyboard.press("b");
      await page.locator(".bookmark-note:focus").waitFor();
      await check(page, "bookmarks");
      await page.keyboard.press("Escape");
      await page.locator(".pane-canvas").click({ button: "right", position: { x: 200, y: 200 } });
      await page.locator(".menu[role=menu]:popover-open").waitFor();
      await check(page, "menu of the chart");
      await page.keyboard.press("Escape");
      await page.setViewportSize({ width: 360, height: 780 });
      await painted(page);
      await check(page, "narrow");
      await page.close();
    }
  } finally {
    await replay.kill();
  }
});

test("axe accepts blue and orange, and a page without its server", async () => {
  const lost = await startServer(["--seed", "7", "--speed", "4x"]);
  const { page } = await browser.visit(lost.url, (fresh) =>
    fresh.addInitScript(() => localStorage.setItem("tickcast.settings", '{"colours":"vivid"}')),
  );
  await page.locator(PRICED).first().waitFor();
  await check(page, "blue and orange");
  await lost.kill();
  await page.waitForSelector("html[data-stale]");
  await painted(page);
  await check(page, "stale");
  await picture(page, "stale-vivid");
  await page.close();
});

test("axe accepts the sign-in page", async () => {
  for (const theme of /** @type {const} */ (["dark", "light"])) {
    const { page } = await browser.visit("about:blank", (fresh) => fresh.emulateMedia({ colorScheme: theme }));
    await page.goto(`${server.url}enter`);
    await untilText(page, "#state", "without a token");
    await check(page, theme);
    await page.close();
  }
});

/** Returns the name of the focused element. @param {Page} page */
const focused = (page) =>
  page.evaluate(() => {
    const node = document.activeElement;
    return node?.getAttribute("aria-label") ?? node?.textContent?.trim().slice(0, 40) ?? "";
  });

test("the keyboard alone reaches and does everything", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL&interval=1m`);
  await page.locator(PRICED).first().waitFor();
  await page.locator("#ticker-pause").waitFor();
  await drawn(page);
  /** @type {string[]} */
  const names = [];
  for (let step = 0; step < 100; step += 1) {
    await page.keyboard.press("Tab");
    const name = await focused(page);
    if (names.length > 5 && name === names[0]) break;
    names.push(name);
    const seen = await page.evaluate(() => {
      const node = /** @type {HTMLElement} */ (document.activeElement);
      if (node === document.body) return true;
      const { outlineStyle, outlineWidth } = getComputedStyle(node);
      const box = node.getBoundingClientRect();
      return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && box.width > 0 && box.height > 0;
    });
    assert.ok(seen, `where the focus is cannot be seen at "${name}"`);
  }
  const wanted = [
    "Skip to the chart",
    "Keys and settings (?)",
    "Pause everything that moves",
    "Theme: Auto",
    "Pause the ticker",
    "Step one event",
    "Speed",
    "Scenarios",
    "Filter symbols",
    "Width of the watchlist",
    "Columns and groups",
    "Instruments",
    "1m",
    "Chart type",
    "Price scale",
    "Indicators",
    "Compare",
    "4 charts",
    "Bars as a table",
    "Bars as CSV",
    "Chart as PNG",
    "Market",
    "Heatmap: colour by change",
    "Updates per second",
    "Binary",
  ];
  for (const name of wanted)
    assert.ok(
      names.some((one) => one === name || one.startsWith(name)),
      `"${name}" is not reached: ${names.join(" | ")}`,
    );
  // No trap: after the last one the focus goes back to the first or leaves the page.
  assert.ok(names.length < 100);

  await page.locator(".rows").focus();
  await page.keyboard.press("ArrowDown");
  await untilText(page, ".instrument-symbol", "MSFT");
  await page.keyboard.press("f");
  await page.locator('.row[data-heading="Favourites"]').waitFor();
  await page.locator('button[aria-label="Indicators"]').focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.closest(".menu"));
  await page.keyboard.press("Space");
  await untilText(page, ".legend-lines", "SMA 20");
  await page.keyboard.press("Escape");
  await until(async () => (await focused(page)) === "Indicators", "the focus back on the button");
  await page.locator('[data-layout="2"]').focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelectorAll(".pane").length === 2);
  await page.locator("#rate").focus();
  await page.keyboard.press("ArrowRight");
  await untilText(page, ".slider-value", "10/s");
  assert.deepEqual(faults, []);
  await page.close();
});

test("a chart is read bar by bar by keys", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL&interval=1m`);
  await drawn(page);
  await page.focus(".pane-canvas");
  const spoken = ".pane > .spoken";
  await page.keyboard.press("ArrowLeft");
  await untilText(page, spoken, /^[\d-]+ [\d:]+, forming, close [\d.]+, .*Newest bar\.$/);
  await page.keyboard.press("ArrowLeft");
  await untilText(
    page,
    spoken,
    /^[\d-]+ [\d:]+, close [\d.]+, [+−]?[\d.]+%, open [\d.]+, high [\d.]+, low [\d.]+, volume [^.]+\.?.*\.$/,
  );
  const said = ((await page.textContent(spoken)) ?? "").split(",")[0];
  await untilText(page, ".legend-time", new RegExp(`^${said} UTC$`));
  await page.keyboard.press("Home");
  await untilText(page, spoken, /Oldest bar\.$/);
  await page.keyboard.press("End");
  await untilText(page, spoken, /Newest bar\.$/);
  await page.keyboard.press("PageUp");
  await page.keyboard.press("Escape");
  assert.deepEqual(faults, []);
  await page.close();
});

test("the chosen price is read out at the chosen interval", async () => {
  const { page } = await browser.visit(`${server.url}?symbol=AAPL`);
  await page.locator(PRICED).first().waitFor();
  assert.equal(await page.textContent("#announcer"), "");
  await page.keyboard.press("?");
  await page.selectOption("#announce", "5");
  await page.keyboard.press("Escape");
  await page.locator(".dialog-help").waitFor({ state: "hidden" });
  await untilText(page, "#announcer", /^AAPL [\d.]+, (up|down) [\d.]+%$/);
  await page.close();
});

test("nothing moves by itself with reduced motion", async () => {
  const { page, faults } = await browser.visit("about:blank", (fresh) =>
    fresh.emulateMedia({ reducedMotion: "reduce" }),
  );
  await page.goto(server.url);
  await page.locator(PRICED).first().waitFor();
  await page.locator("#ticker-pause").waitFor();
  await changes(page, ".market-clock");
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  assert.equal(await page.locator("[data-flash]").count(), 0);
  assert.deepEqual(faults, []);
  await page.close();
});
