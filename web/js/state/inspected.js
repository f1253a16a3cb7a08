/** What was found in a file, in plain words. Pure. */

import { countText } from "../lib/number.js";
import { FIELDS, listText } from "./reading.js";

/** @typedef {import("../types/feeds.js").InspectedFile} InspectedFile */

const KIND_WORDS = /** @type {Readonly<Record<string, string>>} */ ({
  trades: "Trades",
  quotes: "Quotes",
  ohlcv: "Bars",
  book: "Order book",
});
const PACKINGS = /** @type {Readonly<Record<string, string>>} */ ({ gzip: "gzip", zstd: "zstd", zip: "zip" });
const SYMBOLS_SHOWN = 6;

/** @param {InspectedFile} file */
export const titleOf = ({ file, member }) => (member ? `${file} › ${member}` : file);

/**
 * Returns the facts about a file that can be played, each with its word.
 *
 * @param {InspectedFile} file
 * @returns {[string, string][]}
 */
export function factsOf(file) {
  const { kind = "", bars, symbols = [], first, last, time, rows_rejected = 0 } = file;
  const length = bars ? ` of ${bars}` : "";
  return [
    ["Kind", `${KIND_WORDS[kind] ?? kind}${length}`],
    ["Rows", rowsText(file)],
    ...(rows_rejected > 0 ? [/** @type {[string, string]} */ (["Rejected", `${countText(rows_rejected)} rows`])] : []),
    [symbols.length === 1 ? "Symbol" : `${countText(symbols.length)} symbols`, listText(symbols, SYMBOLS_SHOWN)],
    ["Zone", time ? `${time.zone}${time.assumed ? " (assumed)" : ""}` : "–"],
    ["First", first ? timeText(first.ts) : "–"],
    ["Last", last ? timeText(last.ts) : "–"],
    ["Text", formText(file)],
  ];
}

/** @param {InspectedFile} file */
function rowsText({ rows = 0, rows_exact = true }) {
  return rows_exact ? countText(rows) : `about ${countText(rows)}`;
}

/** @param {InspectedFile} file */
function formText(file) {
  const found = (/** @type {string} */ name) => FIELDS.find((field) => field.name === name)?.found?.(file) ?? null;
  const { encoding = "", compression = "none" } = file;
  const packed = PACKINGS[compression] ? [`packed with ${PACKINGS[compression]}`] : [];
  return [found("delimiter") ?? "–", encoding, ...packed].join(", ");
}

/** Writes `2024-01-05T10:00:00Z` for people. @param {string} ts */
const timeText = (ts) => `${ts.replace("T", " ").replace("Z", "")} UTC`;

/**
 * Returns the remarks about a file: what is doubtful, rejected and assumed, each with the flag that changes it.
 *
 * @param {InspectedFile} file
 * @returns {{ kind: "warning" | "rejected" | "assumed", text: string, why: string, flag: string | null }[]}
 */
export function remarksOf({ warnings = [], rejected = [], assumptions = [] }) {
  return [
    ...warnings.map(({ what, lines, played, other, flag }) => ({
      kind: /** @type {const} */ ("warning"),
      text: `${what}${linesText(lines)}`,
      why: `played: ${played}; or else: ${other}`,
      flag,
    })),
    ...rejected.map(({ reason, line, column, value, count }) => ({
      kind: /** @type {const} */ ("rejected"),
      text: `${countText(count)} ${count === 1 ? "row" : "rows"}: ${reason}`,
      why: placeText(line, column, value),
      flag: null,
    })),
    ...assumptions.map(({ what, why, flag }) => ({ kind: /** @type {const} */ ("assumed"), text: what, why, flag })),
  ];
}

/** @param {readonly number[]} lines */
function linesText(lines) {
  return lines.length === 0 ? "" : ` (line${lines.length === 1 ? "" : "s"} ${lines.join(", ")})`;
}

/** @param {number | null} line @param {number | null} column @param {string} value */
function placeText(line, column, value) {
  const place = [line === null ? "" : `line ${line}`, column === null ? "" : `column ${column}`].filter(Boolean);
  return [place.length > 0 ? `first at ${place.join(", ")}` : "", value === "" ? "" : `“${value}”`]
    .filter(Boolean)
    .join(": ");
}
