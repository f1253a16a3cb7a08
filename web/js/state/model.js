/** The state of the page: its types, and the state before the first message. */

import { NO_BOOKMARKS } from "./bookmarks.js";
import { NO_SAMPLES } from "./clock.js";
import { NO_DRAWINGS } from "./drawings.js";
import { NO_NOTICES } from "./notices.js";
import { NO_PREVIEW } from "./preview.js";
import { DEFAULT_SETTINGS } from "./settings.js";
import { EMPTY_TRAFFIC } from "./traffic.js";

/** @typedef {import("../lib/time.js").Interval} Interval */
/** @typedef {import("./traffic.js").Traffic} Traffic */
/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("./settings.js").Theme} Theme */
/**
 * @typedef {{ status: "connecting" | "live" | "stopping" | "waiting" | "lost", attempt: number, retryAt: number | null
 *   }} Link
 */
/** @typedef {import("../types/protocol.js").Bar} Bar */
/** @typedef {import("../types/protocol.js").Quote} Quote */
/** @typedef {import("../types/protocol.js").Feed} Feed */
/** @typedef {import("../types/http.js").Instrument} Instrument */
/**
 * The bars of one symbol and interval, oldest first. `revision` grows when more than the newest bars changed and a
 * chart must be refilled. `older` tells whether bars before the oldest can be loaded.
 *
 * @typedef {{ revision: number, loading: boolean, missed: number, older: "unknown" | "loading" | "none", bars: readonly
 *   Bar[] }} Series
 */
/** @typedef {import("../types/protocol.js").Trade} Trade */
/**
 * A line of time and sales: a trade with its number, or a number of missing trades.
 *
 * @typedef {{ number: number, trade: Trade, skipped: 0 } | { number: number, trade: null, skipped: number }} TradeLine
 */
/**
 * The newest trades of the chosen symbol, oldest first. `last` is the number of the newest. `revision` grows when the
 * list restarts.
 *
 * @typedef {{ revision: number, loading: boolean, last: number, lines: readonly TradeLine[] }} TradeList
 */
/** @typedef {import("../types/protocol.js").Level} Level */
/**
 * The book after the tick `seq`, best levels first.
 *
 * @typedef {{ symbol: string, seq: number, bids: readonly Level[], asks: readonly Level[] }} Book
 */
/** @typedef {{ ts: number, close: number }} Close the close of the bar that starts at `ts` */
/** @typedef {{ interval: Interval, closes: ReadonlyMap<string, readonly Close[]> }} Sparks */
/** @typedef {{ symbol: string | null, interval: Interval | null }} Choice */
/** @typedef {Choice & { compare: readonly string[] }} Pane one chart: its own series, and symbols to compare with it */
/** @typedef {import("../types/protocol.js").Story} Story */
/** @typedef {import("../types/protocol.js").ActiveScenario} ActiveScenario */
/** @typedef {import("../types/http.js").Refusal} Refusal */
/** @typedef {import("../types/http.js").ScenarioCatalog} ScenarioCatalog */
/** @typedef {import("../types/http.js").SymbolGroup} SymbolGroup */
/** @typedef {import("../types/http.js").Reading} Reading */
/** @typedef {import("../types/http.js").RejectedRows} RejectedRows */
/** @typedef {import("../types/http.js").FileAssumption} FileAssumption */
/** @typedef {import("../types/http.js").FileWarning} FileWarning */
/** @typedef {{ id: number, text: string }} Toast */
/**
 * The rates and the bars in a series that the server grants.
 *
 * @typedef {{ rates: readonly import("./settings.js").UpdateRate[], bars: number }} Server
 */

/**
 * @typedef {object} State
 * @property {Link} link
 * @property {Refusal | null} refusal why the server does not take this page
 * @property {Server} server
 * @property {Settings} settings
 * @property {Feed | null} feed
 * @property {boolean} control the server lets this page control the feed
 * @property {number | null} epoch
 * @property {number | null} listEpoch the epoch of `instruments`
 * @property {ReadonlyMap<string, Instrument>} instruments in the server's order
 * @property {ReadonlyMap<string, Quote>} quotes
 * @property {Sparks} sparks
 * @property {readonly Pane[]} panes
 * @property {number} active the index of the pane that a choice changes
 * @property {Choice} choice of the active pane
 * @property {ReadonlyMap<string, Series>} series of all panes, by `seriesKey`
 * @property {TradeList} trades
 * @property {Book | null} book of the chosen symbol
 * @property {"json" | "binary"} format of the messages that come now
 * @property {string} filter of the watchlist
 * @property {{ rows: readonly string[], ticker: readonly string[] }} visible symbols on the screen
 * @property {number} subscribed symbols that the server sends
 * @property {readonly import("./alerts.js").FiredAlert[]} firedAlerts newest first
 * @property {ReadonlyMap<string, Bar>} watched the last bar on which the alerts of a symbol were judged
 * @property {import("./drawings.js").Drawings} drawings
 * @property {boolean} paused nothing on the page moves
 * @property {number | null} maxRate the rate to which the server throttles this page
 * @property {ScenarioCatalog | null} catalog
 * @property {ReadonlyMap<string, SymbolGroup>} groups sectors and classes, by their `on`
 * @property {ReadonlyMap<string, string>} sectors the name of a symbol's sector, by symbol
 * @property {import("./notices.js").NoticeList<Story>} news
 * @property {import("./notices.js").NoticeList<ActiveScenario>} scenarios
 * @property {readonly RejectedRows[]} rejected
 * @property {Reading} reading the remarks about the files
 * @property {import("./preview.js").Preview} preview
 * @property {import("./bookmarks.js").Bookmarks} bookmarks
 * @property {number | null} marketUs the newest market time
 * @property {readonly import("./clock.js").Sample[]} clock what is known of the server's clock
 * @property {Traffic} traffic
 * @property {Toast | null} toast
 */

/** @type {Series} */
export const NO_SERIES = { revision: 0, loading: true, missed: 0, older: "unknown", bars: [] };

/** @type {TradeList} */
export const NO_TRADES = { revision: 0, loading: true, last: 0, lines: [] };

/** @type {Reading} */
export const NO_READING = { assumptions: [], warnings: [] };

/** @type {Pane} */
export const NO_PANE = { symbol: null, interval: null, compare: [] };

/** The default limits of a server, until its `hello` comes. */
const SERVER = { rates: [0.5, 1, 2, 5, 10, 20, 60], bars: 5000 };

/**
 * @param {string} symbol
 * @param {Interval} interval
 */
export function seriesKey(symbol, interval) {
  return `${symbol} ${interval}`;
}

/**
 * @param {{ panes?: readonly Pane[], settings?: Settings, drawings?: readonly import("./drawings.js").Drawing[] }} [given]
 * @returns {State}
 */
export function initialState({ panes = [NO_PANE], settings = DEFAULT_SETTINGS, drawings = [] } = {}) {
  return {
    link: { status: "connecting", attempt: 0, retryAt: null },
    refusal: null,
    server: SERVER,
    settings,
    feed: null,
    control: false,
    epoch: null,
    listEpoch: null,
    instruments: new Map(),
    quotes: new Map(),
    sparks: { interval: "1m", closes: new Map() },
    panes,
    active: 0,
    choice: panes[0],
    series: new Map(),
    trades: NO_TRADES,
    book: null,
    format: "json",
    filter: "",
    visible: { rows: [], ticker: [] },
    subscribed: 0,
    firedAlerts: [],
    watched: new Map(),
    drawings: { ...NO_DRAWINGS, list: drawings },
    paused: false,
    maxRate: null,
    catalog: null,
    groups: new Map(),
    sectors: new Map(),
    news: NO_NOTICES,
    scenarios: NO_NOTICES,
    rejected: [],
    reading: NO_READING,
    preview: NO_PREVIEW,
    bookmarks: NO_BOOKMARKS,
    marketUs: null,
    clock: NO_SAMPLES,
    traffic: EMPTY_TRAFFIC,
    toast: null,
  };
}
