/** What the page knows: the shape of the state, and the state of a page that has heard nothing yet. */

import { NO_HAPPENINGS } from "./happenings.js";
import { NO_PREVIEW } from "./preview.js";
import { DEFAULT_SETTINGS } from "./settings.js";
import { EMPTY_TRAFFIC } from "./traffic.js";

/** @typedef {import("../lib/time.js").Interval} Interval */
/** @typedef {import("./traffic.js").Traffic} Traffic */
/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("./settings.js").Theme} Theme */
/** @typedef {{ status: "connecting" | "live" | "stopping" | "waiting" | "lost", attempt: number, retryAt: number | null }} Link */
/** @typedef {import("../types/protocol.js").Bar} Bar */
/** @typedef {import("../types/protocol.js").Quote} Quote */
/** @typedef {import("../types/protocol.js").Feed} Feed */
/** @typedef {import("../types/http.js").Instrument} Instrument */
/**
 * The bars of one symbol and interval, oldest first. `revision` grows when more than the newest bars changed, so that a chart must be
 * filled anew. `older` says whether bars before the oldest may still be had.
 *
 * @typedef {{ revision: number, loading: boolean, missed: number, older: "unknown" | "loading" | "none", bars: readonly Bar[] }} Series
 */
/** @typedef {import("../types/protocol.js").Trade} Trade */
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
/** @typedef {import("../types/protocol.js").Level} Level */
/** @typedef {{ symbol: string, seq: number, bids: readonly Level[], asks: readonly Level[] }} Book the best levels first, as they stood after the tick `seq` */
/** @typedef {{ ts: number, close: number }} Close the close of the sparkline's bar that starts at `ts` */
/** @typedef {{ interval: Interval, closes: ReadonlyMap<string, readonly Close[]> }} Sparks */
/** @typedef {{ symbol: string | null, interval: Interval | null }} Choice */
/** @typedef {Choice & { compare: readonly string[] }} Pane one chart: its own bars, and symbols that are compared with them */
/** @typedef {import("../types/protocol.js").Story} Story */
/** @typedef {import("../types/protocol.js").ActiveScenario} Scene */
/** @typedef {import("../types/http.js").ScenarioInfo} ScenarioInfo */
/** @typedef {{ scenarios: readonly ScenarioInfo[], maxStrength: number, maxSeconds: number }} Catalogue */
/** @typedef {import("../types/http.js").SymbolGroup} SymbolGroup */
/** @typedef {import("../types/http.js").RejectedRows} RejectedRows */
/** @typedef {{ id: number, text: string }} Notice */
/** @typedef {{ rates: readonly import("./settings.js").Rate[], bars: number }} Server what the server grants: rates, and bars in one series */

/**
 * @typedef {object} State
 * @property {Link} link
 * @property {Server} server
 * @property {Settings} settings
 * @property {Feed | null} feed
 * @property {boolean} control whether the server lets this page drive the feed
 * @property {number | null} epoch
 * @property {number | null} listEpoch the epoch of `instruments`
 * @property {ReadonlyMap<string, Instrument>} instruments in the server's order
 * @property {ReadonlyMap<string, Quote>} quotes
 * @property {Sparks} sparks
 * @property {readonly Pane[]} panes as many as the layout has
 * @property {number} active the pane that a choice is for
 * @property {Choice} choice of the active pane
 * @property {ReadonlyMap<string, Series>} series by `seriesKey`: those that the panes show
 * @property {Tape} tape
 * @property {Book | null} book of the chosen symbol
 * @property {"json" | "binary"} format the one in force
 * @property {string} filter of the watchlist
 * @property {{ rows: readonly string[], ticker: readonly string[] }} seen the symbols that are on the screen
 * @property {number} asked how many symbols the server is asked to send
 * @property {readonly import("./alerts.js").Ring[]} rung alerts that rang, the newest first
 * @property {boolean} paused all that moves by itself stands still, as somebody asked for
 * @property {number | null} maxRate updates per second at most, while the server holds the page back for reading too slowly
 * @property {Catalogue | null} catalogue
 * @property {ReadonlyMap<string, SymbolGroup>} groups by what a scenario calls them: sectors and classes
 * @property {ReadonlyMap<string, string>} sectors the name of each symbol's, where it has one
 * @property {import("./happenings.js").Happenings<Story>} news
 * @property {import("./happenings.js").Happenings<Scene>} scenes
 * @property {readonly RejectedRows[]} refused
 * @property {import("./preview.js").Preview} preview
 * @property {number | null} marketUs the newest market time heard of
 * @property {Traffic} traffic
 * @property {Notice | null} notice
 */

/** @type {Series} */
export const NO_SERIES = { revision: 0, loading: true, missed: 0, older: "unknown", bars: [] };

/** @type {Tape} */
export const NO_TAPE = { revision: 0, loading: true, last: 0, lines: [] };

/** @type {Pane} */
export const NO_PANE = { symbol: null, interval: null, compare: [] };

/** What every server of this version grants; its hello says it again. */
const SERVER = { rates: [0.5, 1, 2, 5, 10, 20, 60], bars: 5000 };

/**
 * @param {string} symbol
 * @param {Interval} interval
 */
export function seriesKey(symbol, interval) {
  return `${symbol} ${interval}`;
}

/**
 * @param {{ panes?: readonly Pane[], settings?: Settings }} [given]
 * @returns {State}
 */
export function initialState({ panes = [NO_PANE], settings = DEFAULT_SETTINGS } = {}) {
  return {
    link: { status: "connecting", attempt: 0, retryAt: null },
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
    tape: NO_TAPE,
    book: null,
    format: "json",
    filter: "",
    seen: { rows: [], ticker: [] },
    asked: 0,
    rung: [],
    paused: false,
    maxRate: null,
    catalogue: null,
    groups: new Map(),
    sectors: new Map(),
    news: NO_HAPPENINGS,
    scenes: NO_HAPPENINGS,
    refused: [],
    preview: NO_PREVIEW,
    marketUs: null,
    traffic: EMPTY_TRAFFIC,
    notice: null,
  };
}
