/** Bars, trades and order books in binary. Each message is about one symbol and complete in itself. */

import { INTERVALS, intervalUs } from "../../lib/time.js";
import { decimal } from "./reader.js";

/** @typedef {import("./reader.js").Reader} Reader */
/** @typedef {import("./quotes.js").Facts} Facts */

const SIDES = /** @type {const} */ ([null, "buy", "sell"]);

/**
 * @param {Reader} reader
 * @param {number} entries
 * @param {Facts} facts
 */
export function readBars(reader, entries, { symbol, price_decimals_max: digits, size_decimals }) {
  const interval = INTERVALS[reader.byte()];
  const missed = reader.varint();
  let slot = 0;
  let near = 0;
  const bars = [];
  for (let n = 0; n < entries; n += 1) {
    const start = reader.zigzag();
    slot += Math.floor(start / 2);
    const open = near + reader.zigzag();
    const [high, low, close] = [0, 0, 0].map(() => open + reader.zigzag());
    near = close;
    bars.push({
      ts: slot * intervalUs(interval),
      open: decimal(open, digits),
      high: decimal(high, digits),
      low: decimal(low, digits),
      close: decimal(close, digits),
      volume: decimal(reader.zigzag(), size_decimals),
      closed: start % 2 !== 0,
    });
  }
  return { symbol, interval, missed, bars };
}

/**
 * @param {Reader} reader
 * @param {number} entries
 * @param {Facts} facts
 */
export function readTrades(reader, entries, { symbol, price_decimals_max: digits, size_decimals }) {
  const skipped = reader.varint();
  const first = reader.varint();
  let ts = 0;
  let price = 0;
  const trades = [];
  for (let n = 0; n < entries; n += 1) {
    ts += reader.zigzag();
    price += reader.zigzag();
    const size = decimal(reader.zigzag(), size_decimals);
    trades.push({ ts, price: decimal(price, digits), size, side: SIDES[reader.byte()] });
  }
  return { symbol, skipped, first, trades };
}

/**
 * @param {Reader} reader
 * @param {number} entries
 * @param {Facts} facts
 * @param {boolean} isTimed the message has the market time of the tick
 */
export function readDepth(reader, entries, { symbol, price_decimals_max: digits, size_decimals }, isTimed) {
  const covered = reader.varint();
  const seq = reader.varint();
  const ts_event = isTimed ? reader.zigzag() : null;
  const bidCount = reader.byte();
  if (bidCount > entries) throw new RangeError("more bids than levels");
  let best = 0;
  let price = 0;
  const levels = [];
  for (let n = 0; n < entries; n += 1) {
    if (n === bidCount) price = best;
    price += reader.zigzag();
    if (n === 0 && bidCount > 0) best = price;
    levels.push({ price: decimal(price, digits), size: decimal(reader.zigzag(), size_decimals) });
  }
  const [bids, asks] = [levels.slice(0, bidCount), levels.slice(bidCount)];
  return { symbol, first_seq: seq + 1 - covered, seq, ts_event, bids, asks };
}
