/** The dialog that opens files in a real browser: dropped files, how they are read, and the change of the feed. */

import assert from "node:assert/strict";
import { readFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { inAddress, painted, PRICED, until, untilText } from "./page.js";
import { serve } from "./serve.js";
import { picture, startServer } from "./support.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{ name: string, text: string }} Dropped */

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const OPEN = ".dialog-open[open]";
const PLAY = "#open-play";

/** Ticks of a minute, without a zone. @param {number} first the first price */
function ticks(first) {
  const rows = Array.from({ length: 60 }, (_, at) =>
    [`2024-01-05 10:00:${String(at).padStart(2, "0")}`, (first + (at % 9) / 10).toFixed(2), (at % 5) + 1].join(),
  );
  return `time,price,size\n${rows.join("\n")}\n`;
}
/** Columns without names that tell anything. */
const ODD = "a;b\n1;2\n3;4\n";

const folder = mkdtempSync(join(tmpdir(), "tickcast-open-"));
for (let at = 0; at < 9; at += 1) writeFileSync(join(folder, `day-${at}.csv`), ticks(100 + 10 * at));
after(() => rmSync(folder, { recursive: true }));
const { server, browser } = serve([
  "--symbols",
  "5",
  "--library",
  folder,
  "--upload-bytes",
  "3000000",
  "--uploads",
  "9",
]);

/** Opens the page, and waits for prices. */
async function visit() {
  const visited = await browser.visit(server.url);
  await visited.page.locator(PRICED).first().waitFor();
  await visited.page.locator("#panel-market").waitFor();
  return visited;
}

/** @param {Page} page @param {Dropped[]} files */
async function drop(page, files) {
  await page.evaluate((list) => {
    const data = new DataTransfer();
    for (const { name, text } of list) data.items.add(new File([text], name));
    const init = { dataTransfer: data, bubbles: true, cancelable: true };
    for (const type of ["dragenter", "dragover", "drop"]) document.body.dispatchEvent(new DragEvent(type, init));
  }, files);
}

/** @param {Page} page @param {string} name */
const choice = (page, name) => page.locator(".open-choice").filter({ has: page.getByText(name, { exact: true }) });

/** Waits until files have been inspected. @param {Page} page @param {string} [selector] */
async function inspected(page, selector = ".open-facts") {
  await page.locator(`.open-details[aria-busy="false"] ${selector}`).first().waitFor();
}

/** Plays what is chosen, and waits until the dialog is closed. @param {Page} page */
async function play(page) {
  await page.click(PLAY);
  await page.locator(OPEN).waitFor({ state: "hidden" });
}

/** Goes back to the simulation, and deletes all uploads. */
async function reset() {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ command: "load", feeds: ["simulation"] });
  assert.equal((await fetch(`${server.url}api/v1/feed`, { method: "POST", headers, body })).status, 200);
  const { feeds } = await (await fetch(`${server.url}api/v1/feeds`)).json();
  for (const { id, kind } of feeds) {
    if (kind === "upload") await fetch(`${server.url}api/v1/${id.replace("upload", "uploads")}`, { method: "DELETE" });
  }
}

beforeEach(reset);

test("a dropped file is read, set and played for the whole room, and the simulation comes back", async () => {
  const { page, faults } = await visit();
  const other = await visit();
  await page.bringToFront();
  await page.click("#tab-scenarios");
  await page.fill("#filter", "A");
  await drop(page, [{ name: "my ticks.csv", text: ticks(500) }]);
  await page.locator(OPEN).waitFor();
  await inspected(page);
  assert.match(
    (await page.textContent(".open-facts")) ?? "",
    /Trades.*60.*MY_TICKS.*UTC \(assumed\).*2024-01-05 10:00:00 UTC/,
  );
  assert.match((await page.textContent(".open-remarks")) ?? "", /times are UTC/);
  assert.deepEqual(
    await page
      .locator(".open-sample select")
      .evaluateAll((all) => all.map((one) => /** @type {HTMLSelectElement} */ (one).value)),
    ["time", "price", "size"],
  );
  await page.locator(".open-flag", { hasText: "--tz" }).click();
  await page.locator("#open-tz:focus").waitFor();
  await page.keyboard.type("America/New_York");
  await page.fill("#open-symbol", "ACME");
  await untilText(page, ".open-facts", "2024-01-05 15:00:00 UTC");
  await untilText(page, ".open-facts", "ACME");
  assert.equal(
    await page.textContent(".open-command-line"),
    "tickcast replay 'my ticks.csv' --tz America/New_York --symbol ACME",
  );
  await picture(page, "open");
  await play(page);

  for (const one of [page, other.page]) {
    await one.bringToFront();
    await untilText(one, ".feed-name", "my ticks.csv");
    await untilText(one, ".instrument-symbol", "ACME");
    await untilText(one, ".instrument-last", /^50\d\.\d\d$/);
    assert.equal(await one.locator(".row[data-symbol]:visible").count(), 0, "one symbol needs no list");
    assert.equal(await one.locator("#tab-scenarios").isVisible(), false);
    assert.equal(await one.locator("#tab-file").isVisible(), true);
    await one.waitForFunction(() => /^ACME 50\d/.test(document.title));
    await inAddress(one, "symbol", "ACME");
  }
  await page.bringToFront();
  await page.waitForFunction(() => /** @type {HTMLInputElement} */ (document.querySelector("#filter")).value === "");
  await page.click("#tab-file");
  await untilText(page, "#panel-file", "No row of the file was rejected");

  await page.keyboard.press("Control+o");
  await choice(page, "simulated market, seed 7").click();
  await untilText(page, ".open-empty", "nothing to set");
  await play(page);
  for (const one of [page, other.page]) {
    await one.bringToFront();
    await untilText(one, "#feed-source", "Simulated");
    await one.locator(PRICED).nth(4).waitFor();
    assert.equal(await one.locator(".row[data-symbol=ACME]:not([hidden])").count(), 0);
    assert.equal(await one.locator("#tab-file").isVisible(), false);
    await one.waitForFunction(() => document.title.includes(" · tickcast") && !document.title.startsWith("ACME"));
    assert.doesNotMatch((await one.textContent(".belt")) ?? "", /ACME/);
  }
  for (const visited of [{ page, faults }, other]) {
    assert.deepEqual(visited.faults, []);
    await visited.page.close();
  }
});

test("a file that is no market data is refused with a remedy, and the room plays on", async () => {
  const { page } = await visit();
  await drop(page, [{ name: "odd.csv", text: ODD }]);
  await inspected(page, ".open-file .open-fault");
  await untilText(page, ".open-file .open-fault", "no column has the time");
  // Its columns can be named all the same.
  await page.selectOption("#open-role-0-0", "time");
  await page.selectOption("#open-role-0-1", "price");
  await untilText(page, ".open-command-line", "--columns time=a,price=b");
  await untilText(page, ".open-file .open-fault", "--date");
  await page.click(PLAY);
  await untilText(page, ".open-foot .open-fault", "odd.csv");
  await untilText(page, ".open-foot .open-fault", "plays on");
  // A flag in the error leads to its field.
  await page.locator(".open-file .open-fault .open-flag", { hasText: "--date" }).click();
  await page.locator("#open-date:focus").waitFor();
  await page.keyboard.type("2024-01-05");
  await inspected(page);
  assert.equal(await page.locator(".open-foot .open-fault").isVisible(), false);
  await picture(page, "open-odd");
  await page.fill("#open-tz", "Nowhere");
  await untilText(page, ".open-details > .open-fault", "Nowhere");
  await page.locator("#open-tz[aria-invalid]").waitFor();
  assert.equal(await page.textContent("#feed-source"), "Simulated");
  await page.close();
});

test("names and cells of files are text", async () => {
  const { page, faults } = await visit();
  const name = "<img src=x onerror=alert(1)>.csv";
  const text = ticks(10).replace("size", "<b onmouseover=alert(2)>size</b>").replaceAll(",1\n", ",<i>1</i>\n");
  await drop(page, [{ name, text }]);
  await page.locator(".open-sample").waitFor();
  assert.equal(await page.textContent(".open-choice .open-name"), name);
  await untilText(page, ".open-sample", "<b onmouseover=alert(2)>size</b>");
  await untilText(page, ".open-sample", "<i>1</i>");
  assert.equal(await page.locator(".dialog-open :is(img, b, i)").count(), 0);
  assert.equal(await page.textContent(".open-command-line"), `tickcast replay '${name}'`);
  assert.deepEqual(faults, []);
  await page.close();
});

test("two files play on one clock, after a broken line", async () => {
  const { page } = await visit();
  let puts = 0;
  await page.route("**/api/v1/uploads/*", (route) => {
    if (route.request().method() === "PUT") puts += 1;
    return puts === 1 ? route.abort() : route.continue();
  });
  await drop(page, [
    { name: "one.csv", text: ticks(100) },
    { name: "two.csv", text: ticks(200) },
  ]);
  await inspected(page, ".open-file + .open-file");
  assert.equal(puts, 3);
  assert.equal(await page.locator(".open-choice :checked").count(), 2);
  assert.equal(await page.textContent(".open-command-line"), "tickcast replay one.csv two.csv");
  await play(page);
  await untilText(page, ".row[data-symbol=ONE] .last", /10\d\.\d\d/);
  await untilText(page, ".row[data-symbol=TWO] .last", /20\d\.\d\d/);
  await page.keyboard.press("Control+o");
  await page.locator(".open-choice .open-plays:visible").nth(1).waitFor();
  assert.equal(await page.locator('[aria-label="one.csv plays and cannot be deleted"]').isDisabled(), true);
  await page.close();
});

test("an upload is cancelled, limits are checked first, and leaving asks", async () => {
  const { page, faults } = await visit();
  /** @type {import("playwright-core").Route[]} */
  const held = [];
  await page.route("**/api/v1/uploads/*", (route) =>
    route.request().method() === "PUT" ? void held.push(route) : route.continue(),
  );
  await drop(page, [
    { name: "slow.csv", text: ticks(100) },
    { name: "large.csv", text: "x".repeat(3_000_001) },
    { name: "empty.csv", text: "" },
    { name: "next.csv", text: ticks(100) },
  ]);
  await until(() => held.length === 1, "the first piece is on its way");
  const refused = await page.locator(".open-refused li").allTextContents();
  assert.equal(refused.length, 2);
  assert.match(refused[0], /^large\.csv: it has 3,000,001 bytes, and the server takes 3,000,000 bytes.*--upload-bytes/);
  assert.match(refused[1], /^empty\.csv: the file is empty/);
  await untilText(page, '[aria-label="Uploads of files"], .open-list', "waits");
  await picture(page, "open-uploads");

  const asked = new Promise(
    (done) => void page.once("dialog", async (dialog) => (await dialog.dismiss(), done(dialog.type()))),
  );
  await page.click(".open-pick", { trial: true });
  await page.locator(".open-filter").click();
  await page.evaluate(() => void setTimeout(() => location.reload()));
  assert.equal(await asked, "beforeunload");

  await page.click('[aria-label="Cancel slow.csv"]');
  await until(() => held.length === 2, "the next file is on its way");
  await held[1].continue();
  await inspected(page);
  assert.equal(await page.getByText("slow.csv").count(), 0);
  await until(async () => {
    const { feeds } = await (await fetch(`${server.url}api/v1/feeds`)).json();
    return feeds.filter((/** @type {any} */ { kind }) => kind === "upload").length === 1;
  }, "the server has only the other one");
  await page.click('[aria-label="Delete next.csv"]');
  await page.getByText("next.csv", { exact: true }).waitFor({ state: "detached" });
  await untilText(page, ".open-empty", "Choose files");
  assert.deepEqual(faults, []);
  await page.close();
});

test("a file of the library is filtered, its columns changed, and played", async () => {
  const { page, faults } = await visit();
  await page.click("#open");
  await page.locator(".open-pick:focus").waitFor();
  await page.fill(".open-filter", "day 7");
  await untilText(page, ".open-list", /^(?!.*day-6).*day-7/s);
  await choice(page, "day-7.csv").click();
  await inspected(page);
  await page.focus("#open-role-0-2");
  await page.selectOption("#open-role-0-2", "");
  await untilText(page, ".open-command-line", "--columns time,price,-");
  await untilText(page, ".open-remarks", "trades have no size");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "open-role-0-2", "the focus stays");
  await page.getByText("Detect everything again").click();
  await untilText(page, ".open-command-line", /day-7\.csv$/);
  await play(page);
  await untilText(page, ".instrument-symbol", "DAY-7");
  await untilText(page, ".instrument-last", /17\d\.\d\d/);
  assert.deepEqual(faults, []);
  await page.close();
});

test("a viewer who drops a file learns why nothing opens", async () => {
  const open = await startServer(["--symbols", "5"], 0, "0.0.0.0");
  try {
    const { page, faults } = await browser.visit(open.url);
    await page.locator(PRICED).first().waitFor();
    await page.locator("#open[aria-disabled]").waitFor();
    await page.click("#open", { force: true });
    await untilText(page, "#toasts", "can only watch");
    await page.click(".toast-close");
    await drop(page, [{ name: "a.csv", text: ticks(1) }]);
    await untilText(page, "#toasts", "presenter's token");
    await painted(page);
    assert.equal(await page.locator(OPEN).count(), 0);
    assert.deepEqual(faults, []);
    await page.close();
  } finally {
    await open.kill();
  }
});

for (const theme of ["dark", "light"]) {
  test(`axe accepts the ${theme} dialog`, async () => {
    const { page } = await browser.visit(`${server.url}?theme=${theme}`);
    await page.locator(PRICED).first().waitFor();
    for (const width of [1440, 360]) {
      await page.setViewportSize({ width, height: 780 });
      await page.keyboard.press("Control+o");
      if (width === 1440) await choice(page, "day-1.csv").click();
      await inspected(page);
      await page.evaluate(AXE);
      const found = await page.evaluate(async (tags) => {
        const { violations } = await /** @type {any} */ (window).axe.run(".dialog-open", { runOnly: tags });
        return violations.map(
          (/** @type {any} */ { id, nodes }) => `${id}: ${nodes.map((/** @type {any} */ { html }) => html).join(" ")}`,
        );
      }, RULES);
      assert.deepEqual(found, []);
      const width2 = await page.locator(OPEN).evaluate((node) => node.scrollWidth - node.clientWidth);
      assert.equal(width2, 0);
      await page.keyboard.press("Escape");
    }
    await page.close();
  });
}

test("a question has to be decided before the file plays", async () => {
  const { page, faults } = await visit();
  await drop(page, [{ name: "q.csv", text: ticks(100).replaceAll("2024-01-05", "03/04/2024") }]);
  await inspected(page, ".open-question");
  await untilText(page, ".open-status", "Decide the question");
  assert.equal(await page.locator(PLAY).isDisabled(), true);
  await picture(page, "open-question");
  await page.locator(".open-question button", { hasText: "dmy" }).click();
  await page.locator(".open-question").waitFor({ state: "detached" });
  await untilText(page, ".open-facts", "2024-04-03 10:00:00 UTC");
  await untilText(page, ".open-command-line", "--date-order dmy");
  await play(page);
  await untilText(page, ".instrument-symbol", "Q");
  await untilText(page, ".instrument-last", /10\d\.\d\d/);
  await untilText(page, ".market-date", "2024-04-03");
  assert.deepEqual(faults, []);
  await page.close();
});
