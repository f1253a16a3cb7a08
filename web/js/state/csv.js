/**
 * Writes bars, trades and the watchlist as CSV (RFC 4180): times as RFC 3339 in UTC, numbers with the decimals that the
 * page has. A replay can read bars and trades.
 */

import { COLUMNS } from "./columns.js";
import { listLines } from "./list.js";

/** @typedef {import("./model.js").Bar} Bar */
/** @typedef {import("./model.js").State} State */
/** @typedef {import("./model.js").Instrument} Instrument */
/** @typedef {import("./columns.js").ColumnId} ColumnId */
/** @typedef {Pick<Instrument, "price_decimals" | "price_decimals_max" | "size_decimals"> | undefined} Decimals */

/**
 * @param {string} symbol
 * @param {readonly Bar[]} bars
 * @param {Decimals} instrument
 */
export function barsCsv(symbol, bars, instrument) {
  const price = (/** @type {number} */ value) => priceDigits(value, instrument);
  const lines = bars.map((bar) => [
    new Date(bar.ts / 1000).toISOString(),
    cell(symbol),
    price(bar.open),
    price(bar.high),
    price(bar.low),
    price(bar.close),
    sizeDigits(bar.volume, instrument),
  ]);
  return table("time,symbol,open,high,low,close,volume".split(","), lines);
}

/**
 * Writes the trades of the list, oldest first. Where some are missing, their numbers are missing too.
 *
 * @param {string} symbol
 * @param {readonly import("./model.js").TradeLine[]} lines
 * @param {Decimals} instrument
 */
export function tradesCsv(symbol, lines, instrument) {
  const rows = lines.flatMap(({ number, trade }) =>
    trade === null
      ? []
      : [
          [
            String(number),
            timeDigits(trade.ts),
            cell(symbol),
            priceDigits(trade.price, instrument),
            sizeDigits(trade.size, instrument),
            trade.side ?? "",
          ],
        ],
  );
  return table("number,time,symbol,price,size,side".split(","), rows);
}

/** The columns of the watchlist that are no numbers or texts. @type {readonly ColumnId[]} */
const DRAWN = ["spark", "changeBar"];
/** @type {readonly ColumnId[]} */
const COUNTED = ["volume"];
/** The decimals of what is no price. @type {Partial<Record<ColumnId, number>>} */
const FIXED = { percent: 2, dayRange: 4, turnover: 2 };

/**
 * Writes the watchlist as it is shown: its filter, order and columns. Members of collapsed groups are there too.
 *
 * @param {State} state
 */
export function watchlistCsv(state) {
  const columns = state.settings.columns.filter((column) => !DRAWN.includes(column));
  const opened = { ...state, settings: { ...state.settings, collapsed: [] } };
  const instruments = listLines(opened).flatMap((line) => (line.heading === null ? [line.instrument] : []));
  const rows = instruments.map((instrument) => columns.map((column) => valueText(state, column, instrument)));
  return table(
    columns.map((column) => cell(column === "age" ? "Last event" : COLUMNS[column].title)),
    rows,
  );
}

/** @param {State} state @param {ColumnId} column @param {Instrument} instrument */
function valueText({ quotes }, column, instrument) {
  const quote = quotes.get(instrument.symbol);
  if (column === "age") return quote?.ts_event == null ? "" : timeDigits(quote.ts_event);
  const value = COLUMNS[column].value?.(quote, instrument) ?? null;
  if (value === null) return "";
  if (typeof value === "string") return cell(value);
  const fixed = FIXED[column];
  if (fixed !== undefined) return value.toFixed(fixed);
  return COUNTED.includes(column) ? sizeDigits(value, instrument) : priceDigits(value, instrument);
}

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows of finished cells */
const table = (head, rows) => [head, ...rows].map((row) => `${row.join(",")}\r\n`).join("");

/** @param {number} value @param {Decimals} instrument */
const priceDigits = (value, instrument) =>
  digits(value, instrument?.price_decimals ?? 2, instrument?.price_decimals_max ?? 8);

/** @param {number} value @param {Decimals} instrument */
const sizeDigits = (value, instrument) => digits(value, 0, instrument?.size_decimals ?? 8);

/** Writes a time with microseconds where it has some. @param {number} us */
function timeDigits(us) {
  const text = new Date(Math.floor(us / 1000)).toISOString();
  const rest = us % 1000;
  return rest === 0 ? text : `${text.slice(0, -1)}${String(rest).padStart(3, "0")}Z`;
}

/**
 * Writes at least `least` decimals, and more where the value has them.
 *
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
function digits(value, least, most) {
  const text = value.toFixed(Math.max(least, most));
  const point = text.indexOf(".");
  if (point < 0) return text;
  let end = text.length;
  while (end > point + 1 + least && text[end - 1] === "0") end -= 1;
  return text.slice(0, end === point + 1 ? point : end);
}

/** Quotes a cell, and keeps a spreadsheet from taking it as a formula. @param {string} text */
function cell(text) {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
