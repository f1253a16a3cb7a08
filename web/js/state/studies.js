/**
 * The indicators that a chart can have, with their numbers and colours as a person sets them.
 *
 * What differs from the defaults is kept as short texts, one for each indicator: `bollinger-20-2.5_3` has the period 20, a
 * distance of 2.5 deviations, and the fourth line colour.
 *
 * Not here: how they are computed (`indicators.js`).
 */

/**
 * @typedef {"sma" | "sma2" | "sma3" | "ema" | "ema2" | "vwap" | "bollinger" | "rsi" | "macd" | "atr" | "stochastic" |
 *   "profile"} IndicatorId
 */
/** @typedef {{ title: string, first: number, least: number, most: number, step?: number }} Field */
/** @typedef {{ name: string, hint: string, apart: boolean, fields: readonly Field[] }} Study `apart`: in its own pane */
/** @typedef {{ values: readonly number[], colour: number | null }} Chosen `null` for the next free colour */

/** The colours of lines that each theme has. */
export const STUDY_COLOURS = 5;

/** @param {number} first @param {string} [title] @returns {Field} */
const period = (first, title = "Bars") => ({ title, first, least: 1, most: 500 });
/** @param {string} name @param {string} hint @param {readonly Field[]} fields @param {boolean} [apart] */
const study = (name, hint, fields, apart = false) => ({ name, hint, apart, fields });

/** @type {Readonly<Record<IndicatorId, Study>>} */
export const STUDIES = {
  sma: study("SMA", "simple moving average", [period(20)]),
  sma2: study("SMA", "simple moving average", [period(50)]),
  sma3: study("SMA", "simple moving average", [period(200)]),
  ema: study("EMA", "exponential moving average", [period(20)]),
  ema2: study("EMA", "exponential moving average", [period(50)]),
  vwap: study("VWAP", "average price by volume, from the start of each day", []),
  bollinger: study("Bollinger", "average, and bands some deviations from it", [
    period(20),
    { title: "Deviations", first: 2, least: 0.1, most: 10, step: 0.1 },
  ]),
  rsi: study("RSI", "relative strength, 0 to 100", [period(14)], true),
  macd: study(
    "MACD",
    "a fast average less a slow one, and its signal",
    [period(12, "Fast"), period(26, "Slow"), period(9, "Signal")],
    true,
  ),
  atr: study("ATR", "average true range", [period(14)], true),
  stochastic: study(
    "Stochastic",
    "the close in the range of its bars, 0 to 100",
    [period(14, "%K"), period(3, "Smoothed"), period(3, "%D")],
    true,
  ),
  profile: study("Volume profile", "volume by price in view, from bars", [
    { title: "Rows", first: 24, least: 4, most: 100 },
    { title: "Value area in %", first: 70, least: 10, most: 100 },
  ]),
};
export const STUDY_IDS = /** @type {readonly IndicatorId[]} */ (Object.keys(STUDIES));

const TEXT = /^([a-z]+\d?)((?:-\d+(?:\.\d+)?)*)(?:_(\d))?$/;

/**
 * @param {unknown} text
 * @returns {(Chosen & { id: IndicatorId }) | null}
 */
function parsed(text) {
  const found = typeof text === "string" ? TEXT.exec(text) : null;
  if (!found || !Object.hasOwn(STUDIES, found[1])) return null;
  const id = /** @type {IndicatorId} */ (found[1]);
  const { fields } = STUDIES[id];
  const given = found[2].split("-").slice(1).map(Number);
  const values = given.length === 0 ? fields.map(({ first }) => first) : given;
  const isValid = values.length === fields.length && values.every((value, at) => isWithin(value, fields[at]));
  const colour = found[3] === undefined ? null : Number(found[3]);
  return isValid && (colour === null || colour < STUDY_COLOURS) ? { id, values, colour } : null;
}

/** @param {number} value @param {Field} field */
export function isWithin(value, { least, most, step = 1 }) {
  return value >= least && value <= most && Math.abs(value / step - Math.round(value / step)) < 1e-9;
}

/** Tells whether texts are valid, each for another indicator. @param {unknown} texts */
export function areStudies(texts) {
  if (!Array.isArray(texts)) return false;
  const all = texts.map(parsed);
  return all.every((one) => one !== null) && new Set(all.map((one) => one?.id)).size === all.length;
}

/** Returns the numbers and the colour of an indicator. @param {readonly string[]} texts @param {IndicatorId} id */
export function studyOf(texts, id) {
  const { values, colour } = texts.map(parsed).find((one) => one?.id === id) ?? { colour: null };
  return { values: values ?? STUDIES[id].fields.map(({ first }) => first), colour };
}

/**
 * Returns the texts with the numbers and the colour of one indicator changed.
 *
 * @param {readonly string[]} texts
 * @param {IndicatorId} id
 * @param {Chosen} chosen
 */
export function withStudy(texts, id, { values, colour }) {
  const others = texts.filter((text) => parsed(text)?.id !== id);
  const isUsual = STUDIES[id].fields.every(({ first }, at) => first === values[at]);
  if (isUsual && colour === null) return others;
  const numbers = isUsual ? "" : values.map((value) => `-${value}`).join("");
  return [...others, `${id}${numbers}${colour === null ? "" : `_${colour}`}`];
}

/** Names an indicator for lists, where there may be several of a kind. @param {IndicatorId} id */
export const studyName = (id) => `${STUDIES[id].name}${{ 2: ", second", 3: ", third" }[id.slice(-1)] ?? ""}`;

/** Names an indicator with its numbers: `MACD 12, 26, 9`. @param {IndicatorId} id @param {readonly number[]} values */
export function studyTitle(id, values) {
  return [STUDIES[id].name, values.join(", ")].filter(Boolean).join(" ");
}
