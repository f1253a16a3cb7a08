/** Writes prices, changes and volumes as text. What is not known is an en dash. */

export const UNKNOWN = "–";
const MINUS = "\u2212";

/** @type {Map<number, Intl.NumberFormat>} */
const formats = new Map();

/**
 * @param {number} least digits after the point
 * @param {number} most
 */
function format(least, most) {
  const key = least * 100 + most;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.NumberFormat("en-US", { minimumFractionDigits: least, maximumFractionDigits: most });
    formats.set(key, found);
  }
  return found;
}

/**
 * @param {number | null} value
 * @param {number} decimals
 * @param {number} [most] digits where the value needs more than `decimals`
 */
export function decimalText(value, decimals, most = decimals) {
  if (value === null || !Number.isFinite(value)) return UNKNOWN;
  const text = format(decimals, Math.max(decimals, most)).format(Math.abs(value));
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

/**
 * A price with its instrument's usual digits, or more where it needs them.
 *
 * @param {number | null} value
 * @param {{ price_decimals: number, price_decimals_max: number } | undefined} instrument
 */
export function priceText(value, instrument) {
  return decimalText(value, instrument?.price_decimals ?? 2, instrument?.price_decimals_max);
}

/**
 * A change with its sign; what rounds to nothing has none.
 *
 * @param {number | null} value
 * @param {number} decimals
 * @param {number} [most] digits where the value needs more than `decimals`
 */
export function signedText(value, decimals, most = decimals) {
  const text = decimalText(value, decimals, most);
  return value !== null && value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** @param {number | null} percent */
export function percentText(percent) {
  return percent === null || !Number.isFinite(percent) ? UNKNOWN : `${signedText(percent, 2)}%`;
}

const SCALES = /** @type {const} */ ([
  [1e12, "T"],
  [1e9, "B"],
  [1e6, "M"],
  [1e4, "K"],
]);

/**
 * A volume in at most six characters or so: `950`, `12.3K`, `1.20M`.
 *
 * @param {number | null} value
 * @param {number} decimals of the instrument's sizes
 */
export function volumeText(value, decimals = 0) {
  if (value === null || !Number.isFinite(value)) return UNKNOWN;
  for (const [scale, letter] of SCALES) {
    if (value < scale) continue;
    const unit = letter === "K" ? 1e3 : scale;
    return compact(value / unit) + letter;
  }
  return decimalText(value, Math.min(decimals, value >= 100 ? 1 : 3));
}

/** Digits after the point that a size has at least, where its instrument trades in parts. */
const SIZE_DIGITS = 4;

/**
 * The size of a trade: whole where it has room, more digits only where it would round to nothing.
 *
 * @param {number} value
 * @param {number} decimals of the instrument's sizes
 */
export function sizeText(value, decimals = 0) {
  if (value >= 100_000) return volumeText(value);
  const digits = Math.min(decimals, SIZE_DIGITS);
  return decimalText(value, digits, value > 0 && value < 10 ** -digits ? decimals : digits);
}

/** @param {number} value */
function compact(value) {
  return decimalText(value, value < 10 ? 2 : value < 100 ? 1 : 0);
}

/** @param {number} value */
export function countText(value) {
  return value < 10_000 ? decimalText(value, 0) : volumeText(value);
}

/**
 * A number of bytes: `950 B`, `12.3 kB`, `1.20 MB`.
 *
 * @param {number} bytes
 */
export function byteText(bytes) {
  if (bytes < 1000) return `${decimalText(bytes, 0)} B`;
  return bytes < 1e6 ? `${compact(bytes / 1e3)} kB` : `${compact(bytes / 1e6)} MB`;
}

/**
 * The sign of a change: which way a glyph and a colour point.
 *
 * @param {number | null | undefined} value
 * @returns {"up" | "down" | "flat"}
 */
export function direction(value) {
  if (!value) return "flat";
  return value > 0 ? "up" : "down";
}

export const GLYPHS = { up: "▲", down: "▼", flat: "•" };

/**
 * A change in three parts, so that each can have a node of its own.
 *
 * @param {{ change: number | null } | undefined} quote
 * @param {number | null} percent
 * @param {{ price_decimals: number, price_decimals_max: number } | undefined} instrument
 */
export function moveText(quote, percent, instrument) {
  const change = quote?.change ?? null;
  if (change === null) return { way: /** @type {const} */ ("flat"), glyph: "", change: UNKNOWN, percent: "" };
  const way = direction(change);
  return {
    way,
    glyph: GLYPHS[way],
    change: signedText(change, instrument?.price_decimals ?? 2, instrument?.price_decimals_max),
    percent: percentText(percent),
  };
}
