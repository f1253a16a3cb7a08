/** Writes a recording of many symbols, the same in each run, for tests that need more than the simulation has. */

import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const START_MS = Date.UTC(2025, 5, 16, 9);

/** Numbers from 0 to 1, the same for the same seed (Park and Miller's generator). @param {number} seed */
export function numbers(seed) {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** @param {number} at */
export const symbolOf = (at) =>
  `${String.fromCharCode(65 + (Math.floor(at / 676) % 26), 65 + (Math.floor(at / 26) % 26), 65 + (at % 26))}X`;

/**
 * @param {{ symbols: number, seconds: number, perSecond: number }} shape trades of each symbol per second
 * @returns {Promise<{ path: string, remove: () => void }>}
 */
export async function writeRecording({ symbols, seconds, perSecond }) {
  const folder = mkdtempSync(join(tmpdir(), "tickcast-recording-"));
  const path = join(folder, "recording.csv");
  const out = createWriteStream(path);
  const random = numbers(11);
  const prices = Array.from({ length: symbols }, () => Math.round(1000 + random() * 40_000));
  out.write("time,symbol,price,size,side\n");
  for (let step = 0; step < seconds * perSecond; step += 1) {
    const lines = prices.map((price, at) => {
      prices[at] = Math.max(1, price + Math.round((random() - 0.5) * 0.004 * price));
      const ms = START_MS + Math.floor((step * 1000) / perSecond + (at * 1000) / perSecond / symbols);
      const size = 1 + Math.floor(random() * 40) * 10;
      const side = random() < 0.5 ? "buy" : "sell";
      return `${new Date(ms).toISOString()},${symbolOf(at)},${(prices[at] / 100).toFixed(2)},${size},${side}\n`;
    });
    if (!out.write(lines.join(""))) await new Promise((drained) => void out.once("drain", () => drained(null)));
  }
  await new Promise((done) => void out.end(() => done(null)));
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
