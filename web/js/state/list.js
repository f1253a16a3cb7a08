/** The lines of the watchlist: its instruments, filtered, sorted and grouped. */

import { COLUMNS } from "./columns.js";

/** @typedef {import("./model.js").State} State */
/** @typedef {import("./model.js").Instrument} Instrument */
/** @typedef {import("./settings.js").Sort} Sort */
/**
 * @typedef {{ heading: string, count: number, collapsed: boolean } | { heading: null, instrument: Instrument }} Line
 */

export const FAVOURITES = "Favourites";
/** @type {Record<string, string>} */
const CLASS_TITLES = { stock: "Stocks", index: "Indices", crypto: "Crypto", fx: "FX", unknown: "Instruments" };

/**
 * @param {Pick<State, "instruments" | "quotes" | "settings" | "filter" | "sectors">} state
 * @returns {Line[]}
 */
export function listLines({ instruments, quotes, settings, filter, sectors }) {
  const found = matching([...instruments.values()], filter);
  const all = sorted(found, quotes, settings.sort);
  return sections(all, settings, sectors).flatMap(({ title, members }) => {
    if (title === null) return members.map(row);
    // A filter shows its matches even in a collapsed group.
    const collapsed = filter.trim() === "" && settings.collapsed.includes(title);
    return [{ heading: title, count: members.length, collapsed }, ...(collapsed ? [] : members.map(row))];
  });
}

/** @param {Instrument} instrument @returns {Line} */
const row = (instrument) => ({ heading: null, instrument });

/**
 * Returns the instruments whose symbol begins with the filter, then those with it anywhere in the symbol or name.
 *
 * @param {readonly Instrument[]} all
 * @param {string} filter
 * @returns {readonly Instrument[]}
 */
export function matching(all, filter) {
  const wanted = filter.trim().toLowerCase();
  if (wanted === "") return all;
  const begins = all.filter(({ symbol }) => symbol.toLowerCase().startsWith(wanted));
  const holds = all.filter(
    ({ symbol, name }) =>
      !symbol.toLowerCase().startsWith(wanted) && `${symbol} ${name}`.toLowerCase().includes(wanted),
  );
  return [...begins, ...holds];
}

/**
 * Sorts by the value of a column. Unknown values come last, and equal ones keep the server's order.
 *
 * @param {readonly Instrument[]} all
 * @param {State["quotes"]} quotes
 * @param {Sort | null} sort
 * @returns {readonly Instrument[]}
 */
export function sorted(all, quotes, sort) {
  const value = sort && COLUMNS[sort.column].value;
  if (!sort || !value) return all;
  const way = sort.descending ? -1 : 1;
  return all
    .map((instrument) => ({ instrument, key: value(quotes.get(instrument.symbol), instrument) }))
    .sort((a, b) => {
      if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
      return a.key < b.key ? -way : a.key > b.key ? way : 0;
    })
    .map(({ instrument }) => instrument);
}

/**
 * @param {readonly Instrument[]} all
 * @param {Pick<State["settings"], "favourites" | "grouping">} settings
 * @param {State["sectors"]} sectors
 * @returns {{ title: string | null, members: Instrument[] }[]}
 */
function sections(all, { favourites, grouping }, sectors) {
  const liked = new Set(favourites);
  /** @type {Map<string | null, Instrument[]>} */
  const byTitle = new Map(liked.size > 0 ? [[FAVOURITES, []]] : []);
  for (const instrument of all) {
    const rest =
      grouping === "none" ? (liked.size > 0 ? "All others" : null) : groupTitle(instrument, grouping, sectors);
    const title = liked.has(instrument.symbol) ? FAVOURITES : rest;
    const members = byTitle.get(title);
    if (members) members.push(instrument);
    else byTitle.set(title, [instrument]);
  }
  return [...byTitle].filter(([, members]) => members.length > 0).map(([title, members]) => ({ title, members }));
}

/**
 * @param {Instrument} instrument
 * @param {"class" | "sector" | "none"} grouping an instrument without a sector goes with its class
 * @param {State["sectors"]} sectors
 */
export function groupTitle({ symbol, class: kind }, grouping, sectors) {
  return (grouping === "sector" && sectors.get(symbol)) || (CLASS_TITLES[kind] ?? CLASS_TITLES.unknown);
}

/**
 * Tells whether the sort order needs the prices of all symbols.
 *
 * @param {Pick<State, "settings">} state
 */
export function needsAll({ settings }) {
  return settings.sort !== null && COLUMNS[settings.sort.column].live;
}
