/** Every panel of one picture shows one state of the market, at the speed that a replay of daily bars picks. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn, PRICED, untilText } from "./page.js";
import { serve } from "./serve.js";
import { picture } from "./support.js";

/** @typedef {import("playwright-core").Page} Page */

const { server, browser } = serve(["replay", "--loop", "data/us-stocks-daily.csv.gz"]);

/** The pictures to read, and the frames in which they must come. */
const PICTURES = 20;
const FRAMES = 3000;
/** The largest share of frames in which the bars may be newer than the quotes. */
const MOST_NEWER = 0.1;

/** Keeps the texts of the heatmap, by their place, as a reader of the canvas sees them. @param {Page} page */
const watchTiles = (page) =>
  page.addInitScript(() => {
    const { fillText } = CanvasRenderingContext2D.prototype;
    /** @type {Map<string, string>} */
    const tiles = new Map();
    let symbol = "";
    CanvasRenderingContext2D.prototype.fillText = function (
      /** @type {string} */ text,
      /** @type {number[]} */ ...rest
    ) {
      if (this.canvas.classList.contains("heat-canvas")) {
        if (this.font.startsWith("600")) symbol = text;
        else if (text.endsWith("%")) tiles.set(symbol, text);
      }
      return fillText.call(this, text, .../** @type {[number, number]} */ (rest));
    };
    Object.assign(window, { tilesDrawn: tiles });
  });

/**
 * Reads the change of each symbol from every panel, frame by frame, and returns the frames in which two differ.
 *
 * @param {Page} page
 */
const readFrames = (page) =>
  page.evaluate(
    async ([count, pictures]) => {
      /** @param {string} row @param {string} value @param {(node: HTMLElement) => string | undefined} symbolOf */
      const read = (row, value, symbolOf) =>
        [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(row))].map((node) => ({
          symbol: symbolOf(node) ?? "",
          text: node.querySelector(value)?.textContent?.replace(/[▲▼• ]/g, "") ?? "",
        }));
      const bySymbol = (/** @type {HTMLElement} */ node) => node.dataset.symbol;
      const panels = {
        list: () => read(".row[data-symbol]:not([hidden])", ".move span:last-child", bySymbol),
        movers: () => read(".mover-list li:not([hidden]) .mover", ".mover-percent", bySymbol),
        ticker: () => read(".belt-item", ".belt-move", bySymbol),
        quote: () =>
          read(".instrument", ".instrument-move span:last-child", (node) =>
            node.querySelector(".instrument-symbol")?.textContent?.trim(),
          ),
        heatmap: () =>
          [.../** @type {any} */ (window).tilesDrawn].map(([symbol, text]) => ({
            symbol: String(symbol),
            text: String(text),
          })),
      };
      /** @type {string[]} */
      const torn = [];
      /** @type {Set<string>} */
      const moments = new Set();
      /** @type {Set<string>} */
      const wrongSide = new Set();
      /** @type {Record<string, number>} */
      const values = {};
      for (let frame = 0; frame < count && moments.size < pictures; frame += 1) {
        await new Promise((next) => void requestAnimationFrame(next));
        /** @type {Map<string, Record<string, string>>} */
        const seen = new Map();
        for (const [panel, texts] of Object.entries(panels))
          for (const { symbol, text } of texts()) {
            if (!text.endsWith("%")) continue;
            values[panel] = (values[panel] ?? 0) + 1;
            seen.set(symbol, { ...seen.get(symbol), [panel]: text });
          }
        for (const [symbol, texts] of seen)
          if (new Set(Object.values(texts)).size > 1) torn.push(`frame ${frame} ${symbol} ${JSON.stringify(texts)}`);
        for (const list of document.querySelectorAll(".mover-list")) {
          const isLoss = list.getAttribute("aria-label") === "Losers";
          for (const node of list.querySelectorAll("li:not([hidden]) .mover-percent"))
            if (/[−-]/.test(node.textContent ?? "") !== isLoss) wrongSide.add(`frame ${frame} ${node.textContent}`);
        }
        moments.add(JSON.stringify([...seen]));
      }
      return { torn, wrongSide: [...wrongSide], moments: moments.size, values };
    },
    [FRAMES, PICTURES],
  );

test("all panels show one change of each symbol in every frame", async () => {
  const { page, faults } = await browser.visit(`${server.url}?symbol=AAPL`, watchTiles);
  await page.locator(PRICED).first().waitFor();
  await drawn(page);
  await page.locator(".mover-list button[data-symbol]").first().waitFor();
  await untilText(page, "#heat-option", /%$/);
  const { torn, wrongSide, moments, values } = await readFrames(page);
  await picture(page, "one-moment");
  assert.deepEqual(Object.keys(values).sort(), ["heatmap", "list", "movers", "quote", "ticker"], "every panel is read");
  assert.equal(moments, PICTURES, `only ${moments} pictures in ${FRAMES} frames`);
  assert.deepEqual(torn.slice(0, 5), [], `${torn.length} of all values differ within a frame`);
  assert.deepEqual(wrongSide, [], "a loss is not among the gainers, and a gain not among the losers");
  assert.deepEqual(faults, []);
  await page.close();
});

test("the chart's newest bar and the list show one price", async () => {
  const { page } = await browser.visit(`${server.url}?symbol=AAPL&interval=1d`);
  await drawn(page);
  const { found, share } = await page.evaluate(async (pictures) => {
    const text = (/** @type {string} */ where) => document.querySelector(where)?.textContent ?? "";
    /** @type {string[]} */
    const found = [];
    /** @type {Set<string>} */
    const prices = new Set();
    let frames = 0;
    while (prices.size < pictures) {
      await new Promise((next) => void requestAnimationFrame(next));
      const [list, legend] = [
        text('.row[data-symbol="AAPL"] .last'),
        text(".legend-line .legend-part:nth-child(4) .legend-value"),
      ];
      prices.add(list);
      frames += 1;
      if (list !== legend) found.push(`${list} in the list, ${legend} on the chart`);
    }
    return { found, share: found.length / frames };
  }, PICTURES);
  // A tick between the quotes and the bars of one flush makes the bars newer until the next flush.
  assert.ok(share <= MOST_NEWER, `${(share * 100).toFixed(0)} % of the frames: ${found.slice(0, 5)}`);
  await page.close();
});
