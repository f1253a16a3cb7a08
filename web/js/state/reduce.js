/**
 * What each thing that happens makes of the state. Pure: the time comes with the action.
 *
 * Not here: what the server says (`hear.js`).
 */

import { hear } from "./hear.js";
import { activate, choose, filled, setLayout, withoutTape, withPanes } from "./panes.js";
import { takePreview } from "./preview.js";
import { takeOlder } from "./series.js";
import { leadSparks, seedSparks } from "./sparks.js";

/** @typedef {import("./model.js").State} State */
/** @typedef {import("./model.js").Bar} Bar */
/** @typedef {import("./model.js").Instrument} Instrument */
/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("../lib/time.js").Interval} Interval */

/**
 * @typedef {{ type: "message", message: import("./hear.js").Message, bytes?: number, nowMs: number }
 *   | { type: "link", link: import("./model.js").Link }
 *   | { type: "symbols", epoch: number, symbols: readonly Instrument[] }
 *   | { type: "closes", epoch: number, interval: Interval, series: readonly { symbol: string, bars: readonly Bar[] }[] }
 *   | { type: "choose", symbol?: string, interval?: Interval, compare?: readonly string[] }
 *   | { type: "activate", pane: number }
 *   | { type: "set", settings: Partial<Settings> }
 *   | { type: "filter", text: string }
 *   | { type: "seen", part: "rows" | "ticker", symbols: readonly string[] }
 *   | { type: "asked", symbols: number }
 *   | { type: "pause", paused: boolean }
 *   | { type: "older", key: string, epoch: number | null, bars: readonly Bar[] | null }
 *   | { type: "catalogue", catalogue: import("./model.js").Catalogue, groups: readonly import("./model.js").SymbolGroup[] }
 *   | { type: "refused", rows: readonly import("./model.js").RejectedRows[] }
 *   | { type: "preview", key: string, bars: readonly Bar[] }
 *   | { type: "tapeLeft" }
 *   | { type: "notice", text: string | null }} Action
 */
/** @typedef {{ state: State, holes: readonly string[] }} Result `holes`: symbols that lost something and need a resync */

/** @type {readonly string[]} */
const NO_HOLES = [];

/**
 * @param {State} state
 * @param {Action} action
 * @returns {Result}
 */
export function reduce(state, action) {
  if (action.type === "message") return hear(state, action.message, { nowMs: action.nowMs, bytes: action.bytes ?? 0 });
  return { state: act(state, action), holes: NO_HOLES };
}

/**
 * @param {State} state
 * @param {Exclude<Action, { type: "message" }>} action
 * @returns {State}
 */
function act(state, action) {
  switch (action.type) {
    case "link":
      return { ...state, link: action.link, maxRate: action.link.status === "live" ? state.maxRate : null };
    case "symbols":
      return takeSymbols(state, action);
    case "closes":
      return action.epoch === state.epoch ? { ...state, sparks: withQuotes(state, action) } : state;
    case "choose":
      return choose(state, action);
    case "activate":
      return activate(state, action.pane);
    case "set":
      return setLayout(
        { ...state, settings: { ...state.settings, ...action.settings } },
        action.settings.layout ?? state.panes.length,
      );
    case "filter":
      return action.text === state.filter ? state : { ...state, filter: action.text };
    case "seen":
      return { ...state, seen: { ...state.seen, [action.part]: action.symbols } };
    case "asked":
      return action.symbols === state.asked ? state : { ...state, asked: action.symbols };
    case "pause":
      return action.paused === state.paused ? state : { ...state, paused: action.paused };
    case "older":
      return takeOlderBars(state, action);
    case "catalogue":
      return {
        ...state,
        catalogue: action.catalogue,
        groups: new Map(action.groups.map((group) => [group.on, group])),
        sectors: sectorsOf(action.groups),
      };
    case "refused":
      return { ...state, refused: action.rows };
    case "preview":
      return { ...state, preview: takePreview(state.preview, action.key, action.bars) };
    case "tapeLeft":
      return withoutTape(state);
    case "notice":
      return { ...state, notice: action.text === null ? null : { id: (state.notice?.id ?? 0) + 1, text: action.text } };
  }
}

/**
 * @param {State} state
 * @param {{ epoch: number, symbols: readonly Instrument[] }} list
 * @returns {State}
 */
function takeSymbols(state, { epoch, symbols }) {
  const next = { ...state, listEpoch: epoch, instruments: new Map(symbols.map((one) => [one.symbol, one])) };
  const known = next.panes.filter(({ symbol }, at) => symbol !== null || at === 0);
  return withPanes(next, filled(next, known, next.panes.length), Math.min(next.active, known.length - 1));
}

/**
 * Past closes, and what the quotes have said since they were asked for.
 *
 * @param {State} state
 * @param {{ interval: Interval, series: readonly { symbol: string, bars: readonly Bar[] }[] }} answer
 */
function withQuotes({ quotes }, { interval, series }) {
  return leadSparks(seedSparks(interval, series), [...quotes.values()], []);
}

/**
 * `bars` is `null` when they are asked for.
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
