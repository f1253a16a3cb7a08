/**
 * The messages of protocol version 1: decodes what the server sends and encodes what the page asks.
 *
 * Decoding never throws: what is not a message of this protocol is `null`, and so is a type that this page does not know.
 */

/** @typedef {import("../lib/time.js").Interval} Interval */
/** @typedef {"quotes" | "bars" | "trades" | "depth" | "news"} Channel */
/** @typedef {number | "every"} UpdateRate updates per second of a symbol at most, or each tick by itself */
/** @typedef {{ type: "hello", protocol: string, server: string, ts_sent: number, rates: UpdateRate[], limits: Record<string, number>, control?: boolean }} Hello */
/**
 * @typedef {{ type: "feed", epoch: number, ts_sent: number, source: "simulation" | "replay", name: string,
 *   state: "playing" | "paused" | "stepping" | "seeking" | "ended" | "failed", speed: number | "max", looping: boolean,
 *   seekable: boolean, skip_dead_time: boolean, timestamps: "original" | "shifted", time_shift_us: number, revision: number, ts_market: number, seed: number | null, start: number | null,
 *   end: number | null, rows_rejected: number, fault: string | null }} Feed
 */
/**
 * `recovered` answers `since`: whether only what is missing follows.
 *
 * @typedef {{ type: "granted", id?: number, channel: Channel, symbols: string[], interval?: Interval, rate: UpdateRate, recovered?: boolean }}
 *   Granted
 */
/** @typedef {{ type: "unsubscribed", id?: number, channel: Channel, symbols: string[], interval?: Interval }} Unsubscribed */
/**
 * A symbol's whole state after its tick `seq`; it stands for the ticks `first_seq..=seq`.
 *
 * @typedef {{ symbol: string, first_seq: number, seq: number, ts_event: number | null, last: number | null, bid: number | null,
 *   ask: number | null, open: number | null, high: number | null, low: number | null, volume: number | null, vwap: number | null,
 *   change: number | null }} Quote
 */
/** @typedef {{ type: "snapshot" | "update", epoch: number, ts_sent: number, quotes: Quote[] }} Quotes */
/** @typedef {{ ts: number, open: number, high: number, low: number, close: number, volume: number, closed: boolean }} Bar */
/**
 * @typedef {{ type: "bars", epoch: number, ts_sent: number, symbol: string, interval: Interval, snapshot: boolean, missed: number,
 *   bars: Bar[] }} Bars
 */
/** @typedef {{ ts: number, price: number, size: number, side: "buy" | "sell" | null }} Trade */
/**
 * Trades of one symbol, each once: `first` is the number of the first one here, and `skipped` how many are lacking before it.
 *
 * @typedef {{ type: "trades", epoch: number, ts_sent: number, symbol: string, snapshot: boolean, skipped: number, first: number,
 *   trades: Trade[] }} Trades
 */
/** @typedef {{ price: number, size: number }} Level */
/**
 * The levels of one symbol's book after its tick `seq`, the best first; it stands for the ticks `first_seq..=seq`.
 *
 * @typedef {{ type: "depth", epoch: number, ts_sent: number, symbol: string, snapshot: boolean, first_seq: number, seq: number,
 *   ts_event: number | null, bids: Level[], asks: Level[] }} Depth
 */
/**
 * @typedef {{ ts: number, on: string, tone: number, timing: "leads" | "follows", headline: string }} Story `on` is a symbol,
 *   `sector:NAME`, `class:NAME` or `all`; `tone` from -1 to 1
 */
/** @typedef {{ type: "news", epoch: number, ts_sent: number, snapshot: boolean, skipped: number, first: number, stories: Story[] }} News */
/** @typedef {{ name: string, on: string, strength: number, start: number, end: number }} Scene a scenario that began */
/** @typedef {{ type: "scenarios", epoch: number, ts_sent: number, snapshot: boolean, skipped: number, first: number, scenarios: Scene[] }} Scenarios */
/** @typedef {{ type: "throttled", ts_sent: number, max_rate: number | null, reason: string }} Throttled `null`: no longer */
/** @typedef {{ type: "stopping", ts_sent: number, reconnect_after_ms: number }} Stopping */
/** @typedef {{ type: "heartbeat", epoch: number, ts_sent: number, ts_market: number | null, ticks: number, late: number }} Heartbeat */
/** @typedef {{ type: "error", id?: number, code: string, message: string, remedy: string }} Fault */
/** @typedef {{ type: "format", id?: number, format: "json" | "binary" }} FormatSet */
/** @typedef {{ type: "driven", id?: number, command: string }} Driven the feed did what was asked */
/**
 * @typedef {Hello | Feed | FormatSet | Driven | Granted | Unsubscribed | Quotes | Bars | Trades | Depth | News | Scenarios | Throttled | Stopping | Heartbeat | Fault} Outbound
 *   what the server sends
 */

/**
 * What the page has of an epoch: for each symbol the last `seq` (quotes and depth), the `ts` of the newest closed bar (bars), or the number of
 * the last trade (trades); by `*` that of the last headline (news).
 *
 * @typedef {{ epoch: number, at: Record<string, number> }} Since
 */
/** @typedef {{ type: "subscribe", id?: number, channel: "quotes", symbols: string[], rate?: UpdateRate, since?: Since }} SubscribeQuotes */
/**
 * @typedef {{ type: "subscribe", id?: number, channel: "bars", symbols: string[], interval: Interval, history?: number, rate?: UpdateRate,
 *   since?: Since }} SubscribeBars
 */
/**
 * @typedef {{ type: "subscribe", id?: number, channel: "trades", symbols: string[], history?: number, rate?: UpdateRate, since?: Since }}
 *   SubscribeTrades
 */
/** @typedef {{ type: "subscribe", id?: number, channel: "depth", symbols: string[], rate?: UpdateRate, since?: Since }} SubscribeDepth */
/** @typedef {{ type: "subscribe", id?: number, channel: "news", history?: number, since?: Since }} SubscribeNews */
/** @typedef {SubscribeQuotes | SubscribeBars | SubscribeTrades | SubscribeDepth | SubscribeNews} Subscribe */
/** @typedef {{ type: "rate", id?: number, channel: Channel, symbols: string[], interval?: Interval, rate: UpdateRate }} Rate */
/** @typedef {{ type: "resync", id?: number, symbols: string[] }} Resync */
/** @typedef {{ type: "unsubscribe", id?: number, channel: Channel, symbols: string[], interval?: Interval }} Unsubscribe */
/** @typedef {{ type: "format", id?: number, format: "json" | "binary" }} SetFormat */
/**
 * @typedef {{ command: "play" | "pause" } | { command: "speed", speed: number | "max" }
 *   | { command: "step", to: "event" | "bar" | "gap" | "move", interval?: Interval, symbol?: string, percent?: number }
 *   | { command: "seek", percent: number } | { command: "seek", time: number } | { command: "seek", by: number }
 *   | { command: "loop" | "skip_dead_time", on: boolean } | { command: "timestamps", timestamps: "original" | "shifted" }
 *   | { command: "scenario", name: string, on?: string, strength?: number, seconds?: number }} Command
 */
/** @typedef {{ type: "drive", id?: number } & Command} Drive */
/** @typedef {Subscribe | Rate | Resync | Unsubscribe | SetFormat | Drive} Inbound what the page asks */

export const PROTOCOL = "tickcast.v1";

/** @typedef {Record<string, unknown>} Members */
/** @typedef {(value: unknown) => boolean} Check */

/** @type {Check} */
const number = (value) => typeof value === "number";
/** @type {Check} */
const text = (value) => typeof value === "string";
/** @type {Check} */
const flag = (value) => typeof value === "boolean";
/** @type {Check} */
const numberOrNull = (value) => value === null || number(value);
/** @type {Check} */
const speed = (value) => value === "max" || number(value);
/** @type {Check} */
const rate = (value) => value === "every" || number(value);
/** @type {Check} */
const side = (value) => value === null || value === "buy" || value === "sell";
/** @type {(check: Check) => Check} */
const optional = (check) => (value) => value === undefined || check(value);
/** @type {(check: Check) => Check} */
const list = (check) => (value) => Array.isArray(value) && value.every(check);
/** @type {(shape: Record<string, Check>) => Check} */
const object = (shape) => {
  const members = Object.entries(shape);
  return (value) => isMembers(value) && members.every(([name, check]) => check(value[name]));
};

/** Written out, as tens of thousands come in a second, and a check by a table of names takes longer. @type {Check} */
const QUOTE = (value) => {
  if (!isMembers(value)) return false;
  const { symbol, first_seq, seq, ts_event, last, bid, ask, open, high, low, volume, vwap, change } = value;
  return typeof symbol === "string" && typeof first_seq === "number" && typeof seq === "number"
    && numberOrNull(ts_event) && numberOrNull(last) && numberOrNull(bid) && numberOrNull(ask)
    && numberOrNull(open) && numberOrNull(high) && numberOrNull(low) && numberOrNull(volume) && numberOrNull(vwap) && numberOrNull(change);
};
const BAR = object({ ts: number, open: number, high: number, low: number, close: number, volume: number, closed: flag });
const TRADE = object({ ts: number, price: number, size: number, side });
const LEVEL = object({ price: number, size: number });
const STORY = object({ ts: number, on: text, tone: number, timing: text, headline: text });
const SCENE = object({ name: text, on: text, strength: number, start: number, end: number });
const QUOTES = object({ epoch: number, ts_sent: number, quotes: list(QUOTE) });
const SUBSCRIPTION = object({ channel: text, symbols: list(text) });

/** @type {ReadonlyMap<unknown, Check>} */
const SHAPES = new Map([
  ["hello", object({ protocol: text, server: text, ts_sent: number })],
  ["feed", object({ epoch: number, ts_sent: number, source: text, name: text, state: text, speed, ts_market: number })],
  ["granted", object({ channel: text, symbols: list(text), rate, recovered: optional(flag) })],
  ["unsubscribed", SUBSCRIPTION],
  ["snapshot", QUOTES],
  ["update", QUOTES],
  ["bars", object({ epoch: number, ts_sent: number, symbol: text, interval: text, snapshot: flag, missed: number, bars: list(BAR) })],
  ["trades", object({ epoch: number, ts_sent: number, symbol: text, snapshot: flag, skipped: number, first: number, trades: list(TRADE) })],
  ["depth", object({ epoch: number, ts_sent: number, symbol: text, snapshot: flag, first_seq: number, seq: number, ts_event: numberOrNull, bids: list(LEVEL), asks: list(LEVEL) })],
  ["news", object({ epoch: number, ts_sent: number, snapshot: flag, skipped: number, first: number, stories: list(STORY) })],
  ["scenarios", object({ epoch: number, ts_sent: number, snapshot: flag, skipped: number, first: number, scenarios: list(SCENE) })],
  ["throttled", object({ ts_sent: number, max_rate: numberOrNull, reason: text })],
  ["stopping", object({ ts_sent: number, reconnect_after_ms: number })],
  ["heartbeat", object({ epoch: number, ts_sent: number, ts_market: numberOrNull, ticks: number })],
  ["format", object({ format: text })],
  ["driven", object({ command: text })],
  ["error", object({ code: text, message: text })],
]);

/**
 * @param {unknown} frame the payload of a WebSocket message
 * @returns {Outbound | null}
 */
export function decode(frame) {
  if (typeof frame !== "string") return null;
  const value = parse(frame);
  if (!isMembers(value)) return null;
  const fits = SHAPES.get(value.type);
  return fits?.(value) ? /** @type {Outbound} */ (/** @type {unknown} */ (value)) : null;
}

/** @param {Inbound} message */
export function encode(message) {
  return JSON.stringify(message);
}

/**
 * The length of a message as it is sent.
 *
 * @param {Inbound} message
 */
export function byteLength(message) {
  return new TextEncoder().encode(encode(message)).length;
}

/**
 * @param {unknown} value
 * @returns {value is Bar}
 */
export function isBar(value) {
  return BAR(value);
}

/** @param {string} frame */
function parse(frame) {
  try {
    return /** @type {unknown} */ (JSON.parse(frame));
  } catch {
    return null;
  }
}

/**
 * @param {unknown} value
 * @returns {value is Members}
 */
function isMembers(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
