/**
 * The indicators of a chart, computed from its bars. A value that is not known yet is `null`.
 *
 * Definitions: https://www.tradingview.com/support/folders/43000587405/. RSI and ATR have Wilder's smoothing (New Concepts
 * in Technical Trading Systems, 1978). Bollinger bands have the deviation of the population
 * (https://www.bollingerbands.com). The averages of MACD begin with the first close.
 *
 * Not here: how they are drawn, and their settings (`studies.js`).
 */

import { STUDIES, studyOf, studyTitle } from "./studies.js";

/** @typedef {import("./model.js").Bar} Bar */
/** @typedef {import("./studies.js").IndicatorId} IndicatorId */
/** @typedef {readonly (number | null)[]} Values one for each bar */
/**
 * `title` is in the legend, if there is one. A `shade` of 1 has the next colour. `look` is a line, a thin line, or
 * columns.
 *
 * @typedef {{ name: string, title: string, values: Values, shade: 0 | 1, look: "line" | "faint" | "columns" }} StudyLine
 */
/**
 * `levels` are marked on its scale. `decimals` are those of its values, or `null` for those of prices.
 *
 * @typedef {{ id: IndicatorId, title: string, colour: number | null, apart: boolean, levels: readonly number[], decimals:
 *   number | null, lines: readonly StudyLine[] }} Indicator
 */

const DAY_US = 86_400_000_000;
/** @type {Partial<Record<IndicatorId, readonly number[]>>} */
const LEVELS = { rsi: [30, 70], stochastic: [20, 80], macd: [0] };
/** @type {Partial<Record<IndicatorId, number>>} */
const DECIMALS = { rsi: 1, stochastic: 1 };

/** @param {Values} values @param {Partial<StudyLine>} [rest] @returns {StudyLine} */
const line = (values, rest) => ({ name: "", title: "", values, shade: 0, look: "line", ...rest });

/** @type {Readonly<Record<IndicatorId, (bars: readonly Bar[], numbers: readonly number[]) => readonly StudyLine[]>>} */
const LINES = {
  sma: (bars, [period]) => [line(sma(closes(bars), period))],
  sma2: (bars, [period]) => [line(sma(closes(bars), period))],
  sma3: (bars, [period]) => [line(sma(closes(bars), period))],
  ema: (bars, [period]) => [line(ema(closes(bars), period))],
  ema2: (bars, [period]) => [line(ema(closes(bars), period))],
  vwap: (bars) => [line(vwap(bars))],
  bollinger(bars, [period, deviations]) {
    const [upper, middle, lower] = bollinger(closes(bars), period, deviations);
    const faint = { look: /** @type {const} */ ("faint") };
    return [
      line(middle.values, { name: "middle" }),
      line(upper.values, { name: "upper", ...faint }),
      line(lower.values, { name: "lower", ...faint }),
    ];
  },
  rsi: (bars, [period]) => [line(rsi(closes(bars), period))],
  macd(bars, [fast, slow, signal]) {
    const found = macd(closes(bars), fast, slow, signal);
    return [
      line(found.macd),
      line(found.signal, { name: "signal", title: "Signal", shade: 1 }),
      line(found.histogram, { name: "histogram", look: "columns" }),
    ];
  },
  atr: (bars, [period]) => [line(atr(bars, period))],
  stochastic(bars, [period, smooth, signal]) {
    const found = stochastic(bars, period, smooth, signal);
    return [line(found.k), line(found.d, { name: "d", title: "%D", shade: 1 })];
  },
  // It has rows instead of lines (`volumeprofile.js`).
  profile: () => [],
};

/**
 * @param {readonly IndicatorId[]} ids
 * @param {readonly Bar[]} bars
 * @param {readonly string[]} [studies] their settings
 * @returns {Indicator[]}
 */
export function indicators(ids, bars, studies = []) {
  return ids.map((id) => {
    const { values, colour } = studyOf(studies, id);
    const [first, ...others] = LINES[id](bars, values);
    const title = studyTitle(id, values);
    return {
      id,
      title,
      colour,
      apart: STUDIES[id].apart,
      levels: LEVELS[id] ?? [],
      decimals: DECIMALS[id] ?? null,
      lines: first ? [{ ...first, title }, ...others] : [],
    };
  });
}

/** @param {readonly Bar[]} bars */
const closes = (bars) => bars.map(({ close }) => close);

/**
 * Returns the mean of the last `period` values.
 *
 * @param {readonly number[]} values
 * @param {number} period
 * @returns {Values}
 */
export function sma(values, period) {
  return values.map((_, at) => (at + 1 < period ? null : mean(values, at + 1 - period, at + 1)));
}

/**
 * Begins with the mean of the first `period` values. Each later value has the weight 2 / (period + 1).
 *
 * @param {readonly number[]} values
 * @param {number} period
 * @returns {Values}
 */
export function ema(values, period) {
  const share = 2 / (period + 1);
  /** @type {number | null} */
  let before = null;
  return values.map((value, at) => {
    if (at + 1 < period) return null;
    before = before === null ? mean(values, 0, period) : before + share * (value - before);
    return before;
  });
}

/**
 * Returns an exponential average that begins with the first value.
 *
 * @param {readonly number[]} values
 * @param {number} period
 */
function emaFromFirst(values, period) {
  const share = 2 / (period + 1);
  let before = values[0];
  return values.map((value) => (before += share * (value - before)));
}

/**
 * Returns a fast average less a slow one, the average of that, and the distance of both, from the `slow`th value on.
 *
 * @param {readonly number[]} values
 * @param {number} fast
 * @param {number} slow
 * @param {number} signal
 * @returns {Record<"macd" | "signal" | "histogram", Values>}
 */
export function macd(values, fast, slow, signal) {
  const [quick, calm] = [emaFromFirst(values, fast), emaFromFirst(values, slow)];
  const begin = Math.max(fast, slow) - 1;
  const apart = values.map((_, at) => quick[at] - calm[at]);
  const known = emaFromFirst(apart.slice(begin), signal);
  const mean = apart.map((_, at) => (at < begin ? null : known[at - begin]));
  return {
    macd: apart.map((value, at) => (at < begin ? null : value)),
    signal: mean,
    histogram: apart.map((value, at) => (at < begin ? null : value - known[at - begin])),
  };
}

/**
 * Returns the average true range: how far a bar reaches, from the close before it where that is outside.
 *
 * @param {readonly { high: number, low: number, close: number }[]} bars
 * @param {number} period
 * @returns {Values}
 */
export function atr(bars, period) {
  let before = 0;
  return bars.map(({ high, low }, at) => {
    const close = bars[at - 1]?.close;
    const range = close === undefined ? high - low : Math.max(high, close) - Math.min(low, close);
    if (at < period) before += range / period;
    else before += (range - before) / period;
    return at + 1 < period ? null : before;
  });
}

/**
 * Returns the place of the close in the range of the last `period` bars, smoothed (%K), and the mean of that (%D). It is
 * 50 where nothing moved.
 *
 * @param {readonly { high: number, low: number, close: number }[]} bars
 * @param {number} period
 * @param {number} smooth
 * @param {number} signal
 * @returns {Record<"k" | "d", Values>}
 */
export function stochastic(bars, period, smooth, signal) {
  const raw = bars.slice(period - 1).map(({ close }, at) => {
    let [low, high] = [Infinity, -Infinity];
    for (let index = at; index < at + period; index += 1) {
      low = Math.min(low, bars[index].low);
      high = Math.max(high, bars[index].high);
    }
    return high === low ? 50 : ((close - low) / (high - low)) * 100;
  });
  const k = sma(raw, smooth).slice(smooth - 1);
  const d = sma(/** @type {number[]} */ (k), signal);
  const later = (/** @type {Values} */ values) => [
    ...Array(Math.max(0, bars.length - values.length)).fill(null),
    ...values,
  ];
  return { k: later(k), d: later(d) };
}

/**
 * Returns the volume-weighted average of the typical price, (high + low + close) / 3, from the start of each UTC day.
 *
 * @param {readonly Bar[]} bars
 * @returns {Values}
 */
export function vwap(bars) {
  let day = NaN;
  let money = 0;
  let volume = 0;
  return bars.map((bar) => {
    const of = Math.floor(bar.ts / DAY_US);
    if (of !== day) [day, money, volume] = [of, 0, 0];
    money += ((bar.high + bar.low + bar.close) / 3) * bar.volume;
    volume += bar.volume;
    return volume > 0 ? money / volume : null;
  });
}

/**
 * @param {readonly number[]} values
 * @param {number} period
 * @param {number} deviations
 * @returns {{ name: string, values: Values }[]}
 */
export function bollinger(values, period, deviations) {
  const middle = sma(values, period);
  const wide = middle.map((centre, at) =>
    centre === null ? null : deviations * deviation(values, at + 1 - period, at + 1, centre),
  );
  /** @param {number} sign */
  const band = (sign) => middle.map((centre, at) => (centre === null ? null : centre + sign * (wide[at] ?? 0)));
  return [
    { name: "upper", values: band(1) },
    { name: "middle", values: middle },
    { name: "lower", values: band(-1) },
  ];
}

/**
 * Returns 100 for rises only, 0 for falls only, and 50 where nothing moved.
 *
 * @param {readonly number[]} values
 * @param {number} period
 * @returns {Values}
 */
export function rsi(values, period) {
  let rise = 0;
  let fall = 0;
  return values.map((value, at) => {
    if (at === 0) return null;
    const step = value - values[at - 1];
    const [up, down] = [Math.max(0, step), Math.max(0, -step)];
    if (at <= period) [rise, fall] = [rise + up / period, fall + down / period];
    else [rise, fall] = [rise + (up - rise) / period, fall + (down - fall) / period];
    if (at < period) return null;
    return rise + fall === 0 ? 50 : (100 * rise) / (rise + fall);
  });
}

/**
 * @param {readonly number[]} values
 * @param {number} from
 * @param {number} to
 */
function mean(values, from, to) {
  let sum = 0;
  for (let at = from; at < to; at += 1) sum += values[at];
  return sum / (to - from);
}

/**
 * @param {readonly number[]} values
 * @param {number} from
 * @param {number} to
 * @param {number} centre
 */
function deviation(values, from, to, centre) {
  let sum = 0;
  for (let at = from; at < to; at += 1) sum += (values[at] - centre) ** 2;
  return Math.sqrt(sum / (to - from));
}
