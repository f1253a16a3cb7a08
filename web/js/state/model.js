/** What the page knows: the shape of the state, and the state of a page that has heard nothing yet. */

import { EMPTY_TRAFFIC } from "./traffic.js";

/** @typedef {import("../lib/time.js").Interval} Interval */
/** @typedef {import("./traffic.js").Traffic} Traffic */
/** @typedef {"auto" | "dark" | "light"} Theme */
/** @typedef {{ status: "connecting" | "live" | "stopping" | "waiting" | "lost", attempt: number, retryAt: number | null }} Link */
/** @typedef {{ ts: number, open: number, high: number, low: number, close: number, volume: number, closed: boolean }} Bar */
/**
 * @typedef {{ symbol: string, first_seq: number, seq: number, ts_event: number | null, last: number | null, bid: number | null,
 *   ask: number | null, open: number | null, high: number | null, low: number | null, volume: number | null, vwap: number | null,
 *   change: number | null }} Quote
 */
/**
 * @typedef {{ symbol: string, name: string, class: "stock" | "index" | "crypto" | "fx" | "unknown", tick_size: number,
 *   price_decimals: number, price_decimals_max: number, size_decimals: number, basis: "trade" | "bid", synthesised_from: Interval | null }} Instrument
 */
/**
 * @typedef {{ epoch: number, ts_sent: number, source: "simulation" | "replay", name: string, state: "playing" | "paused" | "stepping" | "seeking" | "ended"
 *   | "failed", speed: number | "max", looping: boolean, seekable: boolean, skip_dead_time: boolean, revision: number, ts_market: number,
 *   start: number | null, end: number | null, rows_refused: number, fault: string | null }} Feed
 */
/**
 * The bars of the chosen symbol and interval, oldest first. `revision` grows when more than the newest bars changed, so that a chart
 * must be filled anew.
 *
 * @typedef {{ revision: number, loading: boolean, missed: number, bars: readonly Bar[] }} Series
 */
/** @typedef {{ ts: number, price: number, size: number, side: "buy" | "sell" | null }} Trade */
/**
 * One line of the tape, oldest first: a trade with its number, or how many are lacking there.
 *
 * @typedef {{ number: number, trade: Trade, skipped: 0 } | { number: number, trade: null, skipped: number }} TapeLine
 */
/**
 * The newest trades of the chosen symbol. `last` is the number of the newest; `revision` grows when the lines are begun anew.
 *
 * @typedef {{ revision: number, loading: boolean, last: number, lines: readonly TapeLine[] }} Tape
 */
/** @typedef {{ ts: number, close: number }} Close the close of the sparkline's bar that starts at `ts` */
/** @typedef {{ interval: Interval, closes: ReadonlyMap<string, readonly Close[]> }} Sparks */
/** @typedef {{ symbol: string | null, interval: Interval | null }} Choice */
/** @typedef {{ id: number, text: string }} Notice */

/**
 * @typedef {object} State
 * @property {Link} link
 * @property {Theme} theme
 * @property {Feed | null} feed
 * @property {boolean} control whether the server lets this page drive the feed
 * @property {number | null} epoch
 * @property {number | null} listEpoch the epoch of `instruments`
 * @property {ReadonlyMap<string, Instrument>} instruments in the server's order
 * @property {ReadonlyMap<string, Quote>} quotes
 * @property {Sparks} sparks
 * @property {Choice} choice
 * @property {Series} series
 * @property {Tape} tape
 * @property {boolean} tapeOpen whether the tape is wanted where there is little room
 * @property {number | null} maxRate updates per second at most, while the server holds the page back for reading too slowly
 * @property {number | null} marketUs the newest market time heard of
 * @property {Traffic} traffic
 * @property {Notice | null} notice
 */

/** @type {Series} */
export const NO_SERIES = { revision: 0, loading: true, missed: 0, bars: [] };

/** @type {Tape} */
export const NO_TAPE = { revision: 0, loading: true, last: 0, lines: [] };

/**
 * @param {{ choice?: Choice, theme?: Theme, tapeOpen?: boolean }} [given]
 * @returns {State}
 */
export function initialState({ choice = { symbol: null, interval: null }, theme = "auto", tapeOpen = false } = {}) {
  return {
    link: { status: "connecting", attempt: 0, retryAt: null },
    theme,
    feed: null,
    control: false,
    epoch: null,
    listEpoch: null,
    instruments: new Map(),
    quotes: new Map(),
    sparks: { interval: "1m", closes: new Map() },
    choice,
    series: NO_SERIES,
    tape: NO_TAPE,
    tapeOpen,
    maxRate: null,
    marketUs: null,
    traffic: EMPTY_TRAFFIC,
    notice: null,
  };
}
