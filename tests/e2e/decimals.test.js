/** Prices of 8 to 12 decimals fit in their places. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { drawn, untilText } from "./page.js";
import { serve } from "./serve.js";
import { picture } from "./support.js";

const folder = mkdtempSync(join(tmpdir(), "tickcast-decimals-"));
const path = join(folder, "decimals.csv");
const rows = Array.from({ length: 600 }, (_, at) => {
  const time = new Date(Date.UTC(2025, 5, 16, 9) + at * 100).toISOString();
  const [small, large] = [0.000012345678 + (at % 7) * 1e-12, 64_123.12345678 + (at % 7) * 1e-8];
  return [
    `${time},SHIBX,${small.toFixed(12)},1000,${(small - 1e-12).toFixed(12)},${(small + 1e-12).toFixed(12)}`,
    `${time},BTCX,${large.toFixed(8)},1,${(large - 1e-7).toFixed(8)},${(large + 1e-7).toFixed(8)}`,
  ].join("\n");
});
writeFileSync(path, `time,symbol,price,size,bid,ask\n${rows.join("\n")}\n`);
const { server, browser } = serve(["replay", "--speed", "1x", "--loop", path]);
after(() => rmSync(folder, { recursive: true }));

for (const width of [1440, 360]) {
  test(`prices of 8 and 12 decimals fit, ${width} px wide`, async () => {
    const { page } = await browser.visit(`${server.url}?symbol=BTCX`, (fresh) =>
      fresh.setViewportSize({ width, height: 900 }),
    );
    await drawn(page);
    await untilText(page, ".instrument-last", /\.\d{8}$/);
    await untilText(page, '.row[data-symbol="SHIBX"] .last', /\.\d{12}$/);
    const outside = await page.evaluate(() =>
      [...document.querySelectorAll(".last, .instrument-last, .book-price, .instrument-range span, .stats dd")]
        .map((node) => ({ node, room: node.closest(".cell, .instrument") }))
        // On a phone the parts of the panel lie in the page.
        .map(({ node, room }) => ({ node, room: room?.clientWidth ? room : document.body }))
        .filter(({ node, room }) => {
          const [inner, outer] = [node.getBoundingClientRect(), room?.getBoundingClientRect()];
          return inner.width > 0 && outer && (inner.left < outer.left - 1 || inner.right > outer.right + 1);
        })
        .map(({ node }) => `${node.className} ${node.textContent}`),
    );
    await picture(page, `decimals-${width}`);
    assert.deepEqual(outside, []);
    await page.close();
  });
}
