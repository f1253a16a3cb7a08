/**
 * The compact format of the frequent messages: decodes them to what `wire` makes of the same messages in JSON.
 *
 * Symbols stand as their place in the list of the epoch, and a step builds on the state before it. Where the list or that state is
 * missing, the entry is left out and `onLost` is told, once, to ask for a snapshot. Decoding never throws. Numbers beyond 2^53 are
 * rounded, as `JSON.parse` would.
 */

/** @typedef {import("./wire.js").Outbound} Outbound */
/** @typedef {import("../types/protocol.js").Quote} Quote */
/** @typedef {{ symbol: string, price_decimals_max: number, size_decimals: number }} Facts */
/**
 * A symbol's state in whole numbers; `moving` is last, bid, ask, high, low, volume, VWAP, and of what `known` lacks, 0.
 *
 * @typedef {{ seq: number, ts: number, known: number, open: number, reference: number, moving: number[] }} State
 */

export const SUBPROTOCOL = "tickcast.v1.bin";

const UPDATE = 1;
const SNAPSHOT = 2;
const BARS = 3;
const TRADES = 4;
const HEARTBEAT = 5;
const DEPTH = 6;
const HEADER = 20;

const FULL = 0x80;
const TIME = 1;
const LAST = 2;
const BID = 4;
const ASK = 8;
const DAY = 16;
const VWAP = 32;

const VWAP_DECIMALS = 2;
const INTERVALS = ["1s", "5s", "15s", "1m", "5m", "15m", "1h", "1d"];
const SECONDS = [1, 5, 15, 60, 300, 900, 3600, 86_400];
const SIDES = [null, "buy", "sell"];
const ALL = "*";

/** Reads numbers one after the other; beyond the end it throws a RangeError, as DataView does. */
class Reader {
  /** @param {ArrayBuffer} buffer */
  constructor(buffer) {
    this.view = new DataView(buffer);
    this.at = HEADER;
  }

  byte() {
    return this.view.getUint8(this.at++);
  }

  varint() {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  zigzag() {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

/**
 * A whole number of units of the last digit. Division by a power of ten rounds as reading the decimal text does.
 *
 * @param {number} value
 * @param {number} decimals
 */
const decimal = (value, decimals) => value / 10 ** decimals;

/** @param {{ onLost: (symbols: string[]) => void }} options */
export function createBinary({ onLost }) {
  /** @type {number | null} */
  let epoch = null;
  /** @type {Facts[]} */
  let list = [];
  /** @type {(State | undefined)[]} */
  let states = [];
  /** @type {Set<string>} what was asked for already */
  let lost = new Set();

  /** @param {string} symbol */
  function lose(symbol) {
    if (lost.has(symbol)) return;
    lost.add(symbol);
    if (epoch !== null) onLost([symbol]);
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
    const [open, high, low, reference] = has(DAY) ? [0, 0, 0, 0].map(() => last + reader.zigzag()) : [0, 0, 0, 0];
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
   * @param {Reader} reader
   * @param {number} entries
   */
  function readQuotes(reader, entries) {
    /** @type {Quote[]} */
    const quotes = [];
    for (let n = 0; n < entries; n += 1) {
      const index = reader.varint();
      const flags = reader.byte();
      const count = reader.varint();
      const state = flags & FULL ? readFull(reader, flags) : readStep(reader, flags, count, states[index]);
      const facts = list[index];
      if (!facts) continue;
      states[index] = state ?? undefined;
      if (!state) {
        lose(facts.symbol);
        continue;
      }
      if (flags & FULL) lost.delete(facts.symbol);
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

  /**
   * @param {Reader} reader
   * @param {number} entries
   */
  function readBars(reader, entries) {
    const { symbol, price_decimals_max: digits, size_decimals } = readFacts(reader);
    const interval = reader.byte();
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
      const prices = {
        open: decimal(open, digits),
        high: decimal(high, digits),
        low: decimal(low, digits),
        close: decimal(close, digits),
      };
      const volume = decimal(reader.zigzag(), size_decimals);
      bars.push({ ts: slot * SECONDS[interval] * 1e6, ...prices, volume, closed: start % 2 !== 0 });
    }
    return { symbol, interval: INTERVALS[interval], missed, bars };
  }

  /**
   * @param {Reader} reader
   * @param {number} entries
   */
  function readTrades(reader, entries) {
    const { symbol, price_decimals_max: digits, size_decimals } = readFacts(reader);
    const skipped = reader.varint();
    const first = reader.varint();
    let ts = 0;
    let price = 0;
    const trades = [];
    for (let n = 0; n < entries; n += 1) {
      ts += reader.zigzag();
      price += reader.zigzag();
      trades.push({
        ts,
        price: decimal(price, digits),
        size: decimal(reader.zigzag(), size_decimals),
        side: SIDES[reader.byte()],
      });
    }
    return { symbol, skipped, first, trades };
  }

  /**
   * @param {Reader} reader
   * @param {number} entries
   * @param {boolean} isTimed
   */
  function readDepth(reader, entries, isTimed) {
    const { symbol, price_decimals_max: digits, size_decimals } = readFacts(reader);
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
    return {
      symbol,
      first_seq: seq + 1 - covered,
      seq,
      ts_event,
      bids: levels.slice(0, bidCount),
      asks: levels.slice(bidCount),
    };
  }

  /** @param {ArrayBuffer} buffer */
  function read(buffer) {
    const reader = new Reader(buffer);
    const { view } = reader;
    const [kind, marks, entries] = [view.getUint8(0), view.getUint8(1), view.getUint16(2, true)];
    const head = { epoch: Number(view.getBigUint64(12, true)), ts_sent: Number(view.getBigInt64(4, true)) };
    if (kind === HEARTBEAT)
      return { type: "heartbeat", ...head, ts_market: reader.zigzag(), ticks: reader.varint(), late: reader.varint() };
    if (head.epoch !== epoch) {
      // Said once the list is here.
      if (kind === UPDATE || kind === SNAPSHOT) lost.add(ALL);
      return null;
    }
    const snapshot = (marks & 1) !== 0;
    if (kind === UPDATE) return { type: "update", ...head, quotes: readQuotes(reader, entries) };
    if (kind === SNAPSHOT) return { type: "snapshot", ...head, quotes: readQuotes(reader, entries) };
    if (kind === BARS) return { type: "bars", ...head, snapshot, ...readBars(reader, entries) };
    if (kind === TRADES) return { type: "trades", ...head, snapshot, ...readTrades(reader, entries) };
    if (kind === DEPTH) return { type: "depth", ...head, snapshot, ...readDepth(reader, entries, (marks & 2) !== 0) };
    return null;
  }

  return {
    /** A new connection: what the one before said is nothing to build on. */
    reset() {
      states = [];
      lost = new Set();
    },

    /**
     * Takes the list of an epoch's symbols, in its order.
     *
     * @param {{ epoch: number, symbols: Facts[] }} known
     */
    learn(known) {
      const asks = lost.has(ALL);
      ({ epoch, symbols: list } = known);
      states = [];
      lost = new Set();
      if (asks) onLost([ALL]);
    },

    /**
     * @param {unknown} frame
     * @returns {Outbound | null}
     */
    decode(frame) {
      if (!(frame instanceof ArrayBuffer)) return null;
      try {
        return /** @type {Outbound | null} */ (/** @type {unknown} */ (read(frame)));
      } catch {
        return null;
      }
    },
  };
}

/**
 * @param {Facts} facts
 * @param {State} state
 * @param {number} count
 * @returns {Quote}
 */
function toQuote({ symbol, price_decimals_max: digits, size_decimals }, state, count) {
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
    volume: number(DAY, volume, size_decimals),
    vwap: number(VWAP, vwap, digits + VWAP_DECIMALS),
    change: number(DAY | LAST, last - reference, digits),
  };
}
