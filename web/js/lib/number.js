/** Formats prices, changes and volumes. An unknown value is an en dash. */

export const UNKNOWN = "–";
const MINUS = "\u2212";

/** @type {Map<number, Intl.NumberFormat>} */
const formats = new Map();

/**
 * @param {number} least decimals
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
 * @param {number} [most] the most decimals, where the value needs more
 */
export function decimalText(value, decimals, most = decimals) {
  if (value === null || !Number.isFinite(value)) return UNKNOWN;
  const text = format(decimals, Math.max(decimals, most)).format(Math.abs(value));
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

/**
 * Writes a price with the usual decimals of its instrument, or more where it needs them.
 *
 * @param {number | null} value
 * @param {{ price_decimals: number, price_decimals_max: number } | undefined} instrument
 */
export function priceText(value, instrument) {
  return decimalText(value, instrument?.price_decimals ?? 2, instrument?.price_decimals_max);
}

/**
 * Writes a change with its sign. A change that rounds to 0 has none.
 *
 * @param {number | null} value
 * @param {number} decimals
 * @param {number} [most] the most decimals, where the value needs more
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
 * Writes a volume in about six characters: `950`, `12.3K`, `1.20M`.
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

/** The usual decimals of a size, where the instrument trades in fractions. */
const SIZE_DIGITS = 4;

/**
 * Writes the size of a trade, with more decimals only where it would round to 0.
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
 * Writes a number of bytes: `950 B`, `12.3 kB`, `1.20 MB`.
 *
 * @param {number} bytes
 */
export function byteText(bytes) {
  if (bytes < 1000) return `${decimalText(bytes, 0)} B`;
  return bytes < 1e6 ? `${compact(bytes / 1e3)} kB` : `${compact(bytes / 1e6)} MB`;
}

/**
 * Returns the direction of a change, for its glyph and colour.
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
 * Writes a change in parts, each for a node of its own.
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
