/**
 * The settings that the browser keeps, with their defaults and valid values.
 *
 * An invalid value falls back to its default, so that a text from an older page does no harm.
 */

import { isZone } from "../lib/zone.js";
import { isAlert, MOST_ALERTS } from "./alerts.js";
import { COLUMNS, DEFAULT_COLUMNS } from "./columns.js";
import { areStudies, STUDY_IDS } from "./studies.js";

/** @typedef {import("./columns.js").ColumnId} ColumnId */
/** @typedef {"auto" | "dark" | "light"} Theme */
/** @typedef {"candles" | "bars" | "line" | "area"} ChartKind */
/** @typedef {"linear" | "log" | "percent"} Scale */
/** @typedef {import("./studies.js").IndicatorId} IndicatorId */
/** @typedef {import("../types/protocol.js").UpdatesPerSecond} UpdateRate */
/** @typedef {"market" | "wire" | "alerts" | "news" | "scenarios" | "file"} DockTab */
/** @typedef {"turnover" | "volume" | "equal"} HeatSize */
/** @typedef {{ column: ColumnId, descending: boolean }} Sort */

/**
 * @typedef {object} Settings
 * @property {Theme} theme
 * @property {"standard" | "vivid"} colours `vivid` is blue and orange, which few people confuse
 * @property {UpdateRate} rate
 * @property {"json" | "binary"} format
 * @property {readonly ColumnId[]} columns of the watchlist, from left to right
 * @property {Sort | null} sort `null` for the server's order
 * @property {"class" | "sector" | "none"} grouping
 * @property {number} listPx the width of the watchlist, or 0 for its default
 * @property {boolean} newsToasts shows headlines about the charts' symbols as they come
 * @property {readonly string[]} favourites
 * @property {readonly string[]} collapsed titles of groups
 * @property {1 | 2 | 4} layout the number of charts
 * @property {boolean} crosshair all charts have the crosshair of one
 * @property {boolean} linked a chosen symbol is for all charts
 * @property {ChartKind} kind
 * @property {Scale} scale
 * @property {readonly IndicatorId[]} indicators
 * @property {readonly string[]} studies the numbers and colours of indicators, where they are not the usual
 * @property {boolean} volume
 * @property {boolean} bidAsk
 * @property {boolean} magnet snaps drawings to the prices of near bars
 * @property {boolean} tradesOpen shows time and sales where there is little room
 * @property {boolean} tradesBig shows only big trades in time and sales
 * @property {boolean} ticker
 * @property {boolean} tickerPaused
 * @property {boolean} dockOpen
 * @property {DockTab} dockTab
 * @property {boolean} large shows everything large, for a classroom
 * @property {boolean} shortcuts single keys run commands
 * @property {boolean} sound plays a sound when an alert fires
 * @property {number} announce seconds between announcements of the chosen price to a screen reader, or 0 for none
 * @property {HeatSize} heatSize what the size of a tile of the heatmap shows
 * @property {string} zone of all times: `UTC`, `local` for that of the machine, or the name of a zone
 * @property {readonly import("./alerts.js").Alert[]} alerts
 */

export const CHART_KINDS = /** @type {const} */ (["candles", "bars", "line", "area"]);
export const SCALES = /** @type {const} */ (["linear", "log", "percent"]);
export const INDICATORS = STUDY_IDS;
export const LAYOUTS = /** @type {const} */ ([1, 2, 4]);
export const THEMES = /** @type {const} */ (["auto", "dark", "light"]);
/** Seconds. */
export const ANNOUNCE = /** @type {const} */ ([0, 5, 15, 60]);
export const DOCK_TABS = /** @type {const} */ (["market", "wire", "alerts", "news", "scenarios", "file"]);
export const HEAT_SIZES = /** @type {const} */ (["turnover", "volume", "equal"]);
export const GROUPINGS = /** @type {const} */ (["class", "sector", "none"]);
/** The limits of the watchlist's width, in pixels. */
export const LIST_PX = { least: 200, most: 900 };

/** @typedef {(value: unknown) => boolean} Check */

const COLUMN_IDS = Object.keys(COLUMNS);
/** @type {(values: readonly unknown[]) => Check} */
const oneOf = (values) => (value) => values.includes(value);
/** @type {(check: Check) => Check} */
const listOf = (check) => (value) => Array.isArray(value) && value.every(check) && new Set(value).size === value.length;
/** @type {Check} */
const flag = (value) => typeof value === "boolean";
/** @type {Check} */
const text = (value) => typeof value === "string";
/** @type {Check} */
const size = (value) => typeof value === "number" && value >= 0 && value < 10_000;
/** @type {Check} */
const sort = (value) =>
  value === null ||
  (typeof value === "object" &&
    "column" in value &&
    COLUMN_IDS.includes(String(value.column)) &&
    "descending" in value &&
    flag(value.descending));

/**
 * The default of each setting and the check of its values.
 *
 * @type {{ [Name in keyof Settings]: [Settings[Name], Check] }}
 */
const TABLE = {
  theme: ["auto", oneOf(THEMES)],
  colours: ["standard", oneOf(["standard", "vivid"])],
  rate: [5, (value) => value === "every" || (size(value) && value !== 0)],
  format: ["json", oneOf(["json", "binary"])],
  columns: [DEFAULT_COLUMNS, listOf(oneOf(COLUMN_IDS))],
  sort: [null, sort],
  grouping: ["class", oneOf(GROUPINGS)],
  listPx: [
    0,
    (value) => value === 0 || (size(value) && Number(value) >= LIST_PX.least && Number(value) <= LIST_PX.most),
  ],
  newsToasts: [true, flag],
  favourites: [[], listOf(text)],
  collapsed: [[], listOf(text)],
  layout: [1, oneOf(LAYOUTS)],
  crosshair: [true, flag],
  linked: [false, flag],
  kind: ["candles", oneOf(CHART_KINDS)],
  scale: ["linear", oneOf(SCALES)],
  indicators: [[], listOf(oneOf(INDICATORS))],
  studies: [[], areStudies],
  volume: [true, flag],
  bidAsk: [false, flag],
  magnet: [true, flag],
  tradesOpen: [false, flag],
  tradesBig: [false, flag],
  ticker: [true, flag],
  tickerPaused: [false, flag],
  dockOpen: [true, flag],
  dockTab: ["market", oneOf(DOCK_TABS)],
  large: [false, flag],
  shortcuts: [true, flag],
  sound: [true, flag],
  announce: [0, oneOf(ANNOUNCE)],
  heatSize: ["turnover", oneOf(HEAT_SIZES)],
  zone: ["UTC", (value) => value === "local" || isZone(value)],
  alerts: [[], (value) => Array.isArray(value) && value.length <= MOST_ALERTS && value.every(isAlert)],
};

export const DEFAULT_SETTINGS = /** @type {Settings} */ (
  Object.fromEntries(Object.entries(TABLE).map(([name, [first]]) => [name, first]))
);

/**
 * @param {unknown} given
 * @returns {Partial<Settings>} its valid members
 */
export function validSettings(given) {
  if (typeof given !== "object" || given === null) return {};
  const known = Object.entries(given).filter(
    ([name, value]) => Object.hasOwn(TABLE, name) && TABLE[/** @type {keyof Settings} */ (name)][1](value),
  );
  return Object.fromEntries(known);
}

/**
 * @param {string | null} kept a JSON text
 * @returns {Settings}
 */
export function readSettings(kept) {
  try {
    return { ...DEFAULT_SETTINGS, ...validSettings(JSON.parse(kept ?? "null")) };
  } catch {
    return DEFAULT_SETTINGS;
  }
}

/** @param {Settings} settings */
export function writeSettings(settings) {
  const changed = Object.entries(settings).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(TABLE[/** @type {keyof Settings} */ (name)][0]),
  );
  return JSON.stringify(Object.fromEntries(changed));
}
