/** Writes bars as CSV that a replay can read. */

/** @typedef {import("./model.js").Bar} Bar */

/**
 * Writes times as RFC 3339 in UTC, and prices with the decimals of the instrument.
 *
 * @param {string} symbol
 * @param {readonly Bar[]} bars
 * @param {{ price_decimals: number, price_decimals_max: number, size_decimals: number } | undefined} instrument
 */
export function barsCsv(symbol, bars, instrument) {
  const price = (/** @type {number} */ value) =>
    digits(value, instrument?.price_decimals ?? 2, instrument?.price_decimals_max ?? 8);
  const lines = bars.map((bar) =>
    [
      new Date(bar.ts / 1000).toISOString(),
      cell(symbol),
      price(bar.open),
      price(bar.high),
      price(bar.low),
      price(bar.close),
      digits(bar.volume, 0, instrument?.size_decimals ?? 8),
    ].join(","),
  );
  return `${["time,symbol,open,high,low,close,volume", ...lines].join("\r\n")}\r\n`;
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
