/**
 * Packs the quotes of a message into numbers, which pass from one thread to another without a copy of each object.
 *
 * Symbols are numbers of a table that grows on both sides.
 */

/** @typedef {import("../types/protocol.js").Quote} Quote */
/** @typedef {import("../types/protocol.js").Server} Message */
/** @typedef {import("../types/protocol.js").Update} Update */
/** @typedef {import("../types/protocol.js").Snapshot} Snapshot */
/** @typedef {(Omit<Update, "quotes"> | Omit<Snapshot, "quotes">) & { quotes: Packed }} PackedMessage */
/** @typedef {Exclude<keyof Quote, "symbol">} Member */
/**
 * The symbols that are new to the table, of each quote the number of its symbol, and its members one after the other,
 * where NaN is `null`.
 *
 * @typedef {{ added: string[], symbols: Uint32Array<ArrayBuffer>, values: Float64Array<ArrayBuffer> }} Packed
 */

/** @type {readonly Member[]} */
const MEMBERS = [
  "first_seq",
  "seq",
  "ts_event",
  "last",
  "bid",
  "ask",
  "open",
  "high",
  "low",
  "volume",
  "vwap",
  "change",
];
const WIDTH = MEMBERS.length;

/** Creates the side that packs, with an empty table. */
export function createPacker() {
  /** @type {Map<string, number>} */
  const table = new Map();

  /** @param {readonly Quote[]} quotes @returns {Packed} */
  return function pack(quotes) {
    /** @type {string[]} */
    const added = [];
    const symbols = new Uint32Array(quotes.length);
    const values = new Float64Array(quotes.length * WIDTH);
    quotes.forEach((quote, row) => {
      let number = table.get(quote.symbol);
      if (number === undefined) {
        number = table.size;
        table.set(quote.symbol, number);
        added.push(quote.symbol);
      }
      symbols[row] = number;
      for (let column = 0; column < WIDTH; column += 1) {
        values[row * WIDTH + column] = quote[MEMBERS[column]] ?? NaN;
      }
    });
    return { added, symbols, values };
  };
}

/** Creates the side that unpacks. It gets all that the other side has packed, in its order. */
export function createUnpacker() {
  /** @type {string[]} */
  const table = [];

  /** @param {Packed} packed @returns {Quote[]} */
  return function unpack({ added, symbols, values }) {
    table.push(...added);
    const value = (/** @type {number} */ at) => (Number.isNaN(values[at]) ? null : values[at]);
    return Array.from(symbols, (number, row) => {
      const at = row * WIDTH;
      return {
        symbol: table[number],
        first_seq: values[at],
        seq: values[at + 1],
        ts_event: value(at + 2),
        last: value(at + 3),
        bid: value(at + 4),
        ask: value(at + 5),
        open: value(at + 6),
        high: value(at + 7),
        low: value(at + 8),
        volume: value(at + 9),
        vwap: value(at + 10),
        change: value(at + 11),
      };
    });
  };
}

/** @param {Message | PackedMessage} message @returns {message is PackedMessage} */
export function isPacked(message) {
  return (message.type === "update" || message.type === "snapshot") && !Array.isArray(message.quotes);
}
