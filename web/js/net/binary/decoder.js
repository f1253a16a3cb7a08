/**
 * Decodes the binary format of the frequent messages to the same messages that `wire.js` decodes from JSON.
 *
 * A symbol is its index in the epoch's list of symbols. A quote may be a step from the state before it. Where the list
 * or that state is missing, the entry is left out and `onLost` is called once, so that a snapshot is requested.
 * Decoding never throws. Numbers beyond 2^53 are rounded, as `JSON.parse` does.
 */

import { readQuote, toQuote } from "./quotes.js";
import { Reader } from "./reader.js";
import { readBars, readDepth, readTrades } from "./series.js";

/** @typedef {import("../../types/protocol.js").Server} Message a message from the server */
/** @typedef {import("../../types/protocol.js").Quote} Quote */
/** @typedef {import("./quotes.js").Facts} Facts */
/** @typedef {import("./quotes.js").State} State */

export const SUBPROTOCOL = "tickcast.v1.bin";

const UPDATE = 1;
const SNAPSHOT = 2;
const BARS = 3;
const TRADES = 4;
const HEARTBEAT = 5;
const DEPTH = 6;

const IS_SNAPSHOT = 1;
const IS_TIMED = 2;
const HAS_LAG = 4;
const ALL = "*";

/** @param {{ onLost: (symbols: string[]) => void }} options */
export function createDecoder({ onLost }) {
  /** @type {number | null} */
  let epoch = null;
  /** @type {Facts[]} */
  let list = [];
  /** @type {(State | undefined)[]} */
  let states = [];
  /** The symbols that were reported as lost and have no new state yet. @type {Set<string>} */
  let lost = new Set();

  /** @param {string} symbol */
  function lose(symbol) {
    if (lost.has(symbol)) return;
    lost.add(symbol);
    if (epoch !== null) onLost([symbol]);
  }

  /**
   * @param {Reader} reader
   * @param {number} entries
   */
  function readQuotes(reader, entries) {
    /** @type {Quote[]} */
    const quotes = [];
    for (let n = 0; n < entries; n += 1) {
      const { index, isFull, count, state } = readQuote(reader, states);
      const facts = list[index];
      if (!facts) continue;
      states[index] = state ?? undefined;
      if (!state) {
        lose(facts.symbol);
        continue;
      }
      if (isFull) lost.delete(facts.symbol);
      quotes.push(toQuote(facts, state, count));
    }
    return quotes;
  }

  /** @param {Reader} reader */
  function readFacts(reader) {
    const facts = list[reader.varint()];
    if (!facts) throw new RangeError("no such symbol");
    return facts;
  }

  /** @param {Reader} reader */
  function readMessage(reader) {
    const { kind, flags, entries, ...head } = reader.header();
    if (kind === HEARTBEAT) {
      const counts = { ts_market: reader.zigzag(), ticks: reader.varint(), late: reader.varint() };
      return { type: "heartbeat", ...head, ...counts, lag_ms: (flags & HAS_LAG) === 0 ? null : reader.varint() };
    }
    if (head.epoch !== epoch) {
      // Reported once the list is here.
      if (kind === UPDATE || kind === SNAPSHOT) lost.add(ALL);
      return null;
    }
    if (kind === UPDATE) return { type: "update", ...head, quotes: readQuotes(reader, entries) };
    if (kind === SNAPSHOT) return { type: "snapshot", ...head, quotes: readQuotes(reader, entries) };
    const snapshot = (flags & IS_SNAPSHOT) !== 0;
    const facts = readFacts(reader);
    if (kind === BARS) return { type: "bars", ...head, snapshot, ...readBars(reader, entries, facts) };
    if (kind === TRADES) return { type: "trades", ...head, snapshot, ...readTrades(reader, entries, facts) };
    if (kind !== DEPTH) return null;
    return { type: "depth", ...head, snapshot, ...readDepth(reader, entries, facts, (flags & IS_TIMED) !== 0) };
  }

  return {
    /** Forgets the states of the connection before. */
    reset() {
      states = [];
      lost = new Set();
    },

    /**
     * Takes the list of an epoch's symbols, in its order.
     *
     * @param {{ epoch: number, symbols: Facts[] }} known
     */
    setSymbols(known) {
      const wasLost = lost.has(ALL);
      ({ epoch, symbols: list } = known);
      states = [];
      lost = new Set();
      if (wasLost) onLost([ALL]);
    },

    /**
     * @param {unknown} frame
     * @returns {Message | null}
     */
    decode(frame) {
      if (!(frame instanceof ArrayBuffer)) return null;
      try {
        return /** @type {Message | null} */ (/** @type {unknown} */ (readMessage(new Reader(frame))));
      } catch {
        return null;
      }
    },
  };
}
