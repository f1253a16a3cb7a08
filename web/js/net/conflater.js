/**
 * Holds the messages that the page has not taken yet. Updates of a symbol become one with its newest state, so a page
 * that takes long gets few and new ones.
 *
 * Messages keep their order, but for updates: one may move behind bars, trades, books and heartbeats that came later.
 */

/** @typedef {import("../types/protocol.js").Server} Message a message from the server */
/** @typedef {import("../types/protocol.js").Update} Update */
/** @typedef {import("../types/protocol.js").Quote} Quote */
/**
 * A message, or several updates in one: the bytes and the number of what came, and the updates of quotes in it.
 *
 * @typedef {{ message: Message, bytes: number, messages: number, updates: number }} Entry
 */

/** The messages that do not change what an update means. */
const PASSING = new Set(["bars", "trades", "depth", "heartbeat"]);

export function createConflater() {
  /** @type {Entry[]} */
  let entries = [];
  /** The updates since the last message that they must not pass. @type {Merged | null} */
  let merged = null;

  function seal() {
    if (merged) entries.push(toEntry(merged));
    merged = null;
  }

  return {
    /** @param {Message} message @param {number} bytes */
    add(message, bytes) {
      if (message.type === "update") {
        if (merged && merged.head.epoch !== message.epoch) seal();
        merged ??= { head: message, quotes: new Map(), bytes: 0, messages: 0, updates: 0 };
        addUpdate(merged, message, bytes);
      } else {
        if (!PASSING.has(message.type)) seal();
        entries.push({ message, bytes, messages: 1, updates: 0 });
      }
    },

    isEmpty: () => entries.length === 0 && merged === null,

    /** Takes all that is held. */
    take() {
      seal();
      const taken = entries;
      entries = [];
      return taken;
    },
  };
}

/** @typedef {{ head: Update, quotes: Map<string, Quote>, bytes: number, messages: number, updates: number }} Merged */

/** @param {Merged} merged @param {Update} update @param {number} bytes */
function addUpdate(merged, update, bytes) {
  merged.head = update;
  merged.bytes += bytes;
  merged.messages += 1;
  for (const quote of update.quotes) {
    const before = merged.quotes.get(quote.symbol);
    if (before && quote.seq <= before.seq) continue;
    merged.updates += 1;
    // Ranges that do not meet stay apart, so that the page finds the gap.
    const meets = before && quote.first_seq <= before.seq + 1;
    const first_seq = meets ? Math.min(before.first_seq, quote.first_seq) : quote.first_seq;
    merged.quotes.set(quote.symbol, meets ? { ...quote, first_seq } : quote);
  }
}

/** @param {Merged} merged @returns {Entry} */
function toEntry({ head, quotes, bytes, messages, updates }) {
  return { message: { ...head, quotes: [...quotes.values()] }, bytes, messages, updates };
}
