/**
 * Applies actions to the state. Pure: the time comes with the action.
 *
 * Not here: messages from the server (`receive.js`).
 */

import { droppedText, editDrawings } from "./drawings.js";
import { receive, withWatched } from "./receive.js";
import { activate, choose, filled, setLayout, withoutTrades, withPanes } from "./panes.js";
import { NO_PREVIEW, takePreview } from "./preview.js";
import { takeOlder } from "./series.js";
import { extendSparks, seedSparks } from "./sparks.js";

/** @typedef {import("./model.js").State} State */
/** @typedef {import("./model.js").Bar} Bar */
/** @typedef {import("./model.js").Instrument} Instrument */
/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("../lib/time.js").Interval} Interval */

/** @typedef {{ interval: Interval, series: readonly { symbol: string, bars: readonly Bar[] }[] }} Closes */
/**
 * @typedef {{ type: "message", message: import("./receive.js").Message, bytes?: number, messages?: number,
 *       updates?: number, nowMs: number, steadyMs?: number, trip?: import("./receive.js").RoundTrip | null }
 *   | { type: "link", link: import("./model.js").Link }
 *   | { type: "refused", refusal: import("./model.js").Refusal | null }
 *   | { type: "symbols", epoch: number, symbols: readonly Instrument[] }
 *   | { type: "closes", epoch: number } & Closes
 *   | { type: "choose", symbol?: string, interval?: Interval, compare?: readonly string[] }
 *   | { type: "activate", pane: number }
 *   | { type: "set", settings: Partial<Settings> }
 *   | { type: "filter", text: string }
 *   | { type: "visible", part: "rows" | "ticker", symbols: readonly string[] }
 *   | { type: "subscribed", symbols: number }
 *   | { type: "pause", paused: boolean }
 *   | { type: "older", key: string, epoch: number | null, bars: readonly Bar[] | null }
 *   | { type: "catalog", catalog: import("./model.js").ScenarioCatalog }
 *   | { type: "reading", reading: import("./model.js").Reading }
 *   | { type: "rejected", rows: readonly import("./model.js").RejectedRows[] }
 *   | { type: "preview", key: string, bars: readonly Bar[] }
 *   | { type: "bookmarks", bookmarks: import("./bookmarks.js").Bookmarks }
 *   | { type: "draw", edit: import("./drawings.js").Edit }
 *   | { type: "tradesHidden" }
 *   | { type: "toast", text: string | null }} Action
 */
/** @typedef {{ state: State, lost: readonly string[] }} Result `lost` holds the symbols that need a resync */

/** @type {readonly string[]} */
const NONE_LOST = [];

/**
 * @param {State} state
 * @param {Action} action
 * @returns {Result}
 */
export function reduce(state, action) {
  if (action.type === "message") {
    const { message, nowMs, steadyMs = nowMs, bytes = 0, messages = 1, updates, trip } = action;
    return receive(state, message, { at: { nowMs, steadyMs }, bytes, messages, updates, trip });
  }
  return { state: act(state, action), lost: NONE_LOST };
}

/**
 * @param {State} state
 * @param {Exclude<Action, { type: "message" }>} action
 * @returns {State}
 */
function act(state, action) {
  switch (action.type) {
    case "link":
      return action.link.status === "live"
        ? { ...state, link: action.link, refusal: null }
        : { ...state, link: action.link, maxRate: null };
    case "refused":
      return { ...state, refusal: action.refusal };
    case "symbols":
      return takeSymbols(state, action);
    case "closes":
      return action.epoch === state.epoch ? { ...state, sparks: beginSparks(state, action) } : state;
    case "choose":
      return choose(state, action);
    case "activate":
      return activate(state, action.pane);
    case "set":
      return setLayout(
        withWatched({ ...state, settings: { ...state.settings, ...action.settings } }),
        action.settings.layout ?? state.panes.length,
      );
    case "filter":
      return action.text === state.filter ? state : { ...state, filter: action.text };
    case "visible":
      return { ...state, visible: { ...state.visible, [action.part]: action.symbols } };
    case "subscribed":
      return action.symbols === state.subscribed ? state : { ...state, subscribed: action.symbols };
    case "pause":
      return action.paused === state.paused ? state : { ...state, paused: action.paused };
    case "older":
      return takeOlderBars(state, action);
    case "catalog":
      return {
        ...state,
        catalog: action.catalog,
        groups: new Map(action.catalog.groups.map((group) => [group.on, group])),
        sectors: sectorsOf(action.catalog.groups),
      };
    case "reading":
      return { ...state, reading: action.reading };
    case "rejected":
      return { ...state, rejected: action.rows };
    case "preview":
      return { ...state, preview: takePreview(state.preview, action.key, action.bars) };
    case "bookmarks":
      return { ...state, bookmarks: action.bookmarks };
    case "tradesHidden":
      return withoutTrades(state);
    case "draw":
      return draw(state, action.edit);
    case "toast":
      return withToast(state, action.text);
  }
}

/** @param {State} state @param {string | null} text @returns {State} */
function withToast(state, text) {
  return { ...state, toast: text === null ? null : { id: (state.toast?.id ?? 0) + 1, text } };
}

/** @param {State} state @param {import("./drawings.js").Edit} edit @returns {State} */
function draw(state, edit) {
  const { drawings, dropped } = editDrawings(state.drawings, edit);
  if (drawings === state.drawings) return state;
  const text = droppedText(dropped);
  return text === null ? { ...state, drawings } : withToast({ ...state, drawings }, text);
}

/**
 * @param {State} state
 * @param {{ epoch: number, symbols: readonly Instrument[] }} list
 * @returns {State}
 */
function takeSymbols(state, { epoch, symbols }) {
  // The same file may be read in another way, and then has other prices.
  const isSame = JSON.stringify([...state.instruments.values()]) === JSON.stringify(symbols);
  const preview = isSame ? state.preview : NO_PREVIEW;
  const next = { ...state, listEpoch: epoch, instruments: new Map(symbols.map((one) => [one.symbol, one])), preview };
  const known = next.panes.filter(({ symbol }, at) => symbol !== null || at === 0);
  return withPanes(next, filled(next, known, next.panes.length), Math.min(next.active, known.length - 1));
}

/**
 * Begins the sparklines with past closes, and extends them with the quotes that came meanwhile.
 *
 * @param {State} state
 * @param {Closes} answer
 */
function beginSparks({ quotes }, { interval, series }) {
  return extendSparks(seedSparks(interval, series), [...quotes.values()], []);
}

/**
 * Adds older bars to a series, or marks them as requested where `bars` is `null`.
 *
 * @param {State} state
 * @param {{ key: string, epoch: number | null, bars: readonly Bar[] | null }} answer
 * @returns {State}
 */
function takeOlderBars(state, { key, epoch, bars }) {
  const series = state.series.get(key);
  if (!series || epoch !== state.epoch) return state;
  return {
    ...state,
    series: new Map(state.series).set(key, bars === null ? { ...series, older: "loading" } : takeOlder(series, bars)),
  };
}

/** @param {readonly import("./model.js").SymbolGroup[]} groups */
function sectorsOf(groups) {
  return new Map(
    groups
      .filter(({ on }) => on.startsWith("sector:"))
      .flatMap(({ name, symbols }) => symbols.map((symbol) => /** @type {const} */ ([symbol, name]))),
  );
}
