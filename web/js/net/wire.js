/**
 * Decodes the JSON messages of protocol version 1 and encodes those of the page.
 *
 * Decoding never throws. Anything but a message of a known type is `null`.
 */

/** @typedef {import("../types/protocol.js").Bar} Bar */
/** @typedef {import("../types/protocol.js").Server} Outbound a message from the server */
/** @typedef {import("../types/protocol.js").Client} Inbound a message to the server */

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

/** Written out, as tens of thousands come in a second and a check by a table is slower. @type {Check} */
const QUOTE = (value) => {
  if (!isMembers(value)) return false;
  const { symbol, first_seq, seq, ts_event, last, bid, ask, open, high, low, volume, vwap, change } = value;
  return (
    typeof symbol === "string" &&
    typeof first_seq === "number" &&
    typeof seq === "number" &&
    numberOrNull(ts_event) &&
    numberOrNull(last) &&
    numberOrNull(bid) &&
    numberOrNull(ask) &&
    numberOrNull(open) &&
    numberOrNull(high) &&
    numberOrNull(low) &&
    numberOrNull(volume) &&
    numberOrNull(vwap) &&
    numberOrNull(change)
  );
};
const BAR = object({
  ts: number,
  open: number,
  high: number,
  low: number,
  close: number,
  volume: number,
  closed: flag,
});
const TRADE = object({ ts: number, price: number, size: number, side });
const LEVEL = object({ price: number, size: number });
const STORY = object({ ts: number, on: text, tone: number, timing: text, headline: text });
const SCENARIO = object({ name: text, on: text, strength: number, start: number, end: number });

const FACTS = object({
  index: number,
  symbol: text,
  price_decimals: number,
  price_decimals_max: number,
  size_decimals: number,
});

/** The members of all messages about the market, about one symbol, and of numbered items. */
const HEAD = { epoch: number, ts_sent: number };
const SYMBOL = { ...HEAD, symbol: text, snapshot: flag };
const NUMBERED = { ...HEAD, snapshot: flag, skipped: number, first: number };

const QUOTES = object({ ...HEAD, quotes: list(QUOTE) });
const SUBSCRIPTION = { channel: text, symbols: list(text) };
const LEVELS = list(LEVEL);

/** @type {ReadonlyMap<unknown, Check>} */
const SHAPES = new Map([
  ["hello", object({ protocol: text, server: text, ts_sent: number })],
  ["feed", object({ ...HEAD, source: text, name: text, state: text, speed, ts_market: number })],
  ["granted", object({ ...SUBSCRIPTION, rate, recovered: optional(flag) })],
  ["unsubscribed", object({ ...SUBSCRIPTION, reason: optional(text) })],
  ["snapshot", QUOTES],
  ["update", QUOTES],
  ["bars", object({ ...SYMBOL, interval: text, missed: number, bars: list(BAR) })],
  ["trades", object({ ...SYMBOL, ...NUMBERED, trades: list(TRADE) })],
  ["depth", object({ ...SYMBOL, first_seq: number, seq: number, ts_event: numberOrNull, bids: LEVELS, asks: LEVELS })],
  ["news", object({ ...NUMBERED, stories: list(STORY) })],
  ["scenarios", object({ ...NUMBERED, scenarios: list(SCENARIO) })],
  ["throttled", object({ ts_sent: number, max_rate: numberOrNull, reason: text })],
  ["stopping", object({ ts_sent: number, reconnect_after_ms: number })],
  ["heartbeat", object({ ...HEAD, ts_market: numberOrNull, ticks: number })],
  ["format", object({ format: text })],
  ["instruments", object({ ...HEAD, left: number, instruments: list(FACTS) })],
  ["limits", object({ sent_bytes: number })],
  ["time", object({ ts_sent: number })],
  ["driven", object({ command: text })],
  ["acknowledge", object({ on: flag, every: optional(number) })],
  ["probe", object({ number })],
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
 * Returns the length of a message as it is sent.
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
