/** Quotes in binary: each is a full state, or a step from the state before it. */

import { decimal } from "./reader.js";

/** @typedef {import("./reader.js").Reader} Reader */
/** @typedef {import("../../types/protocol.js").Quote} Quote */
/** @typedef {{ symbol: string, price_decimals_max: number, size_decimals: number }} Facts */
/**
 * The state of a symbol in whole numbers. `moving` is last, bid, ask, high, low, volume and VWAP. `known` has a flag
 * for each group of values that is known; the others are 0.
 *
 * @typedef {{ seq: number, ts: number, known: number, open: number, reference: number, moving: number[] }} State
 */

const FULL = 0x80;
const TIME = 1;
const LAST = 2;
const BID = 4;
const ASK = 8;
const DAY = 16;
const VWAP = 32;
/** The volume of the day has no number: it is too large. */
const NO_VOLUME = 64;
/** The close of the day before is not known. */
const NO_REFERENCE = 256;

const VWAP_DECIMALS = 2;

/**
 * Reads one entry. `state` is `null` where the step does not fit the state before it.
 *
 * @param {Reader} reader
 * @param {readonly (State | undefined)[]} states by index
 * @returns {{ index: number, isFull: boolean, count: number, state: State | null }}
 */
export function readQuote(reader, states) {
  const index = reader.varint();
  const flags = reader.varint();
  const count = reader.varint();
  const isFull = (flags & FULL) !== 0;
  return {
    index,
    isFull,
    count,
    state: isFull ? readFull(reader, flags) : readStep(reader, flags, count, states[index]),
  };
}

/**
 * @param {Reader} reader
 * @param {number} flags
 * @returns {State}
 */
function readFull(reader, flags) {
  /** @param {number} flag */
  const has = (flag) => (flags & flag) !== 0;
  const seq = reader.varint();
  const ts = has(TIME) ? reader.zigzag() : 0;
  const last = has(LAST) ? reader.zigzag() : 0;
  const bid = has(BID) ? last + reader.zigzag() : 0;
  const ask = has(ASK) ? last + reader.zigzag() : 0;
  const [open, high, low] = has(DAY) ? [0, 0, 0].map(() => last + reader.zigzag()) : [0, 0, 0];
  const reference = has(DAY) && !has(NO_REFERENCE) ? last + reader.zigzag() : 0;
  const volume = has(DAY) ? reader.zigzag() : 0;
  const vwap = has(VWAP) ? reader.zigzag() : 0;
  return { seq, ts, known: flags & ~FULL, open, reference, moving: [last, bid, ask, high, low, volume, vwap] };
}

/**
 * @param {Reader} reader
 * @param {number} flags
 * @param {number} count
 * @param {State | undefined} before
 * @returns {State | null}
 */
function readStep(reader, flags, count, before) {
  const check = reader.byte();
  const seq = (before?.seq ?? 0) + count;
  const ts = (before?.ts ?? 0) + reader.zigzag();
  const moving = before ? before.moving.slice() : [0, 0, 0, 0, 0, 0, 0];
  for (let at = 0; at < moving.length; at += 1) {
    if (flags & (1 << at)) moving[at] += reader.zigzag();
  }
  return before && seq % 256 === check ? { ...before, seq, ts, moving } : null;
}

/**
 * @param {Facts} facts
 * @param {State} state
 * @param {number} count the ticks that the quote covers
 * @returns {Quote}
 */
export function toQuote({ symbol, price_decimals_max: digits, size_decimals }, state, count) {
  const { seq, known, open, reference } = state;
  const [last, bid, ask, high, low, volume, vwap] = state.moving;
  /**
   * @param {number} flags
   * @param {number} value
   * @param {number} decimals
   */
  const number = (flags, value, decimals) => ((known & flags) === flags ? decimal(value, decimals) : null);
  return {
    symbol,
    first_seq: seq + 1 - count,
    seq,
    ts_event: known & TIME ? state.ts : null,
    last: number(LAST, last, digits),
    bid: number(BID, bid, digits),
    ask: number(ASK, ask, digits),
    open: number(DAY, open, digits),
    high: number(DAY, high, digits),
    low: number(DAY, low, digits),
    volume: known & NO_VOLUME ? null : number(DAY, volume, size_decimals),
    vwap: number(VWAP, vwap, digits + VWAP_DECIMALS),
    change: known & NO_REFERENCE ? null : number(DAY | LAST, last - reference, digits),
  };
}
