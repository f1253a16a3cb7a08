/** Reads the view from the address of the page and writes it back, so that a link opens the same view. */

import { isInterval } from "../lib/time.js";
import { linkedDrawings, readDrawings } from "./drawingtext.js";
import { NO_PANE } from "./model.js";
import { MOST_COMPARED } from "./panes.js";
import { DEFAULT_SETTINGS, LAYOUTS, validSettings } from "./settings.js";

/** @typedef {import("./model.js").State} State */
/** @typedef {import("./model.js").Pane} Pane */
/** @typedef {import("./settings.js").Settings} Settings */

/** The settings in a link, by their names in the address. Those that it leaves out have their defaults. */
const LINKED = /** @type {const} */ ({
  theme: "theme",
  format: "format",
  kind: "chart",
  scale: "scale",
  indicators: "indicators",
  studies: "studies",
  zone: "zone",
});
/** Those that are lists. */
const LISTS = ["indicators", "studies"];
const SEPARATOR = "~";

/**
 * @param {string} search
 * @returns {{ panes: Pane[], settings: Partial<Settings>, drawings: readonly import("./drawings.js").Drawing[] }}
 */
export function readAddress(search) {
  const query = new URLSearchParams(search);
  const first = pane([query.get("symbol") ?? "", query.get("interval") ?? "", ...query.getAll("compare")]);
  const others = query.getAll("pane").map((text) => pane(text.split(SEPARATOR)));
  const count = LAYOUTS.find((layout) => layout >= 1 + others.length) ?? 4;
  const panes = Array.from({ length: count }, (_, at) =>
    at === 0 ? first : (others[at - 1] ?? { ...NO_PANE, interval: first.interval }),
  );
  const drawings = readDrawings(query.getAll("draw"));
  return { panes, settings: search.length > 1 ? settings(query, count) : {}, drawings };
}

/**
 * @param {URLSearchParams} query
 * @param {number} layout
 * @returns {Partial<Settings>}
 */
function settings(query, layout) {
  /** @type {Record<string, unknown>} */
  const given = { layout };
  /** @type {Record<string, unknown>} */
  const defaults = {};
  for (const [name, key] of Object.entries(LINKED)) {
    const text = query.get(key);
    defaults[name] = DEFAULT_SETTINGS[/** @type {keyof typeof LINKED} */ (name)];
    if (text !== null) given[name] = LISTS.includes(name) ? text.split(" ") : text;
  }
  return { ...defaults, ...validSettings(given) };
}

/**
 * @param {readonly string[]} parts symbol, interval, compared symbols
 * @returns {Pane}
 */
function pane([symbol, interval, ...compare]) {
  return {
    symbol: symbol || null,
    interval: isInterval(interval) ? interval : null,
    compare: [...new Set(compare)].filter((one) => one && one !== symbol).slice(0, MOST_COMPARED),
  };
}

/**
 * @param {Pick<State, "panes" | "active" | "settings" | "drawings">} state
 */
export function writeAddress({ panes, active, settings: set, drawings }) {
  const query = new URLSearchParams();
  const [chosen, ...others] = [panes[active], ...panes.filter((_, at) => at !== active)];
  if (chosen.symbol) query.set("symbol", chosen.symbol);
  if (chosen.interval) query.set("interval", chosen.interval);
  for (const symbol of chosen.compare) query.append("compare", symbol);
  for (const { symbol, interval, compare } of others)
    query.append("pane", [symbol ?? "", interval ?? "", ...compare].join(SEPARATOR));
  for (const [name, key] of Object.entries(LINKED)) {
    const text = textOf(set[/** @type {keyof typeof LINKED} */ (name)]);
    if (text !== textOf(DEFAULT_SETTINGS[/** @type {keyof typeof LINKED} */ (name)])) query.set(key, text);
  }
  const symbols = [chosen, ...others].map(({ symbol }) => symbol);
  for (const own of linkedDrawings(drawings.list, symbols).texts) query.append("draw", own);
  const text = query.toString();
  return text ? `?${text}` : "";
}

/** @param {string | readonly string[]} value */
const textOf = (value) => (typeof value === "string" ? value : value.join(" "));
