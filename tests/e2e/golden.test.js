/**
 * The page with a replay that has ended, compared with its pictures in `golden/`. The wire strip and ages are masked.
 *
 * `GOLDEN=write node --test tests/e2e/golden.test.js` takes new pictures: look at them before you commit.
 */

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { drawn, PRICED, untilText } from "./page.js";
import { serve } from "./serve.js";
import { picture } from "./support.js";

const FOLDER = new URL("golden/", import.meta.url);
const REPLAY = ["replay", "--speed", "max", "data/us-stocks-daily.csv.gz"];
/**
 * The largest difference of a colour channel that counts as equal, as fonts differ a little between machines.
 */
const SAME = 40;
/** The largest share of points that may differ. */
const TOLERANCE = 0.015;
/** The time in which all of a page is drawn, with a slow machine's share. */
const DRAWN_MS = 20_000;

const { server, browser } = serve(REPLAY);

const VIEWS = [
  { name: "dark", size: [1440, 900], query: "symbol=AAPL&interval=1d&theme=dark&indicators=bollinger" },
  {
    name: "light-compared",
    size: [1440, 900],
    query: "symbol=IBM&interval=1d&theme=light&compare=MSFT&indicators=rsi",
  },
  {
    name: "four",
    size: [1440, 900],
    query: "symbol=AAPL&interval=1d&theme=dark&pane=IBM~1d&pane=MSFT~1d&pane=GOOG~1d",
  },
  { name: "medium", size: [1100, 800], query: "symbol=MSFT&interval=1d&theme=light&chart=area" },
  { name: "narrow", size: [360, 780], query: "symbol=AAPL&interval=1d&theme=dark" },
];

for (const {
  name,
  size: [width, height],
  query,
} of VIEWS) {
  test(`the ${name} page equals its picture`, async () => {
    const { page, faults } = await browser.visit("about:blank", (fresh) =>
      fresh.emulateMedia({ reducedMotion: "reduce" }),
    );
    await page.setViewportSize({ width, height });
    await page.goto(`${server.url}?${query}`);
    await untilText(page, "#feed-state", "Ended");
    await page.waitForFunction(() => document.querySelector(".preview-line")?.getAttribute("d"));
    await page.locator(PRICED).nth(4).waitFor({ state: "attached" });
    await page.waitForFunction(() =>
      [...document.querySelectorAll(".pane .veil")].every((veil) => /** @type {HTMLElement} */ (veil).hidden),
    );
    await page.waitForFunction(() => document.querySelectorAll(".spark-line[points*=',']").length >= 5);
    if (!query.includes("area"))
      await drawn(page).catch(async (fault) => {
        await picture(page, `golden-${name}-undrawn`);
        throw fault;
      });
    const take = () =>
      page.screenshot({
        animations: "disabled",
        caret: "hide",
        mask: [page.locator(".footer"), page.locator(".instrument-age")],
      });
    const file = new URL(`${name}.png`, FOLDER);
    if (process.env.GOLDEN === "write") {
      await page.waitForTimeout(1500);
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(file, await take());
    }
    assert.ok(existsSync(file), `there is no golden/${name}.png: run with GOLDEN=write`);
    const golden = readFileSync(file);
    const { page: judge } = await browser.visit("about:blank");
    let share = 1;
    // Parts of the page are drawn one after the other.
    for (const until = Date.now() + DRAWN_MS; share > TOLERANCE && Date.now() < until;)
      share = await difference(judge, await take(), golden);
    await judge.close();
    if (share > TOLERANCE) await picture(page, `golden-${name}-now`);
    assert.ok(
      share <= TOLERANCE,
      `${(share * 100).toFixed(2)} % of the points differ: tests/e2e/out/golden-${name}-now.png`,
    );
    assert.deepEqual(faults, []);
    await page.close();
  });
}

test("another page differs from a picture", async () => {
  const { page } = await browser.visit("about:blank");
  const [a, b] = ["dark", "light-compared"].map((name) => readFileSync(new URL(`${name}.png`, FOLDER)));
  assert.equal(await difference(page, a, a), 0);
  assert.ok((await difference(page, a, b)) > 0.5);
  await page.close();
});

/**
 * Returns the share of points that differ between two pictures, computed in the browser.
 *
 * @param {import("playwright-core").Page} page
 * @param {Buffer} a
 * @param {Buffer} b
 */
async function difference(page, a, b) {
  return page.evaluate(
    async ([first, second, same]) => {
      /** @param {string} base64 */
      const points = async (base64) => {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
        const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
          new OffscreenCanvas(image.width, image.height).getContext("2d")
        );
        context.drawImage(image, 0, 0);
        return context.getImageData(0, 0, image.width, image.height);
      };
      const [one, other] = await Promise.all([points(String(first)), points(String(second))]);
      if (one.width !== other.width || one.height !== other.height) return 1;
      let differing = 0;
      for (let at = 0; at < one.data.length; at += 4) {
        const apart = Math.max(...[0, 1, 2].map((part) => Math.abs(one.data[at + part] - other.data[at + part])));
        differing += Number(apart > Number(same));
      }
      return differing / (one.data.length / 4);
    },
    /** @type {const} */ ([a.toString("base64"), b.toString("base64"), SAME]),
  );
}
