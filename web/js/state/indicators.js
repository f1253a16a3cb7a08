/**
 * The indicators of a chart, computed from its bars. A value that is not known yet is `null`.
 *
 * Definitions: https://www.tradingview.com/support/folders/43000587405/. RSI has Wilder's smoothing (New Concepts in
 * Technical Trading Systems, 1978). Bollinger bands have the deviation of the population
 * (https://www.bollingerbands.com).
 *
 * Not here: how they are drawn.
 */

/** @typedef {import("./model.js").Bar} Bar */
/** @typedef {import("./settings.js").IndicatorId} IndicatorId */
/** @typedef {readonly (number | null)[]} Values one for each bar */
/**
 * `apart` gives it a pane and a scale of its own.
 *
 * @typedef {{ title: string, lines: readonly { name: string, values: Values }[], apart: boolean }} Indicator
 */

export const PERIODS = { sma: 20, ema: 20, bollinger: 20, rsi: 14 };
/** The distance of the Bollinger bands from the mean, in standard deviations. */
const DEVIATIONS = 2;
const DAY_US = 86_400_000_000;

/**
 * @type {Readonly<Record<IndicatorId, { title: string, hint: string, apart: boolean, lines: (bars: readonly Bar[]) =>
 *   Indicator["lines"] }>>}
 */
export const INDICATOR_TABLE = {
  sma: {
    title: `SMA ${PERIODS.sma}`,
    hint: "simple moving average",
    apart: false,
    lines: (bars) => [{ name: "", values: sma(closes(bars), PERIODS.sma) }],
  },
  ema: {
    title: `EMA ${PERIODS.ema}`,
    hint: "exponential moving average",
    apart: false,
    lines: (bars) => [{ name: "", values: ema(closes(bars), PERIODS.ema) }],
  },
  vwap: {
    title: "VWAP",
    hint: "average price by volume, from the start of each day",
    apart: false,
    lines: (bars) => [{ name: "", values: vwap(bars) }],
  },
  bollinger: {
    title: `Bollinger ${PERIODS.bollinger}, ${DEVIATIONS}`,
    hint: "average and bands two deviations from it",
    apart: false,
    lines: (bars) => bollinger(closes(bars), PERIODS.bollinger, DEVIATIONS),
  },
  rsi: {
    title: `RSI ${PERIODS.rsi}`,
    hint: "relative strength, 0 to 100",
    apart: true,
    lines: (bars) => [{ name: "", values: rsi(closes(bars), PERIODS.rsi) }],
  },
};

/**
 * @param {readonly IndicatorId[]} ids
 * @param {readonly Bar[]} bars
 * @returns {(Indicator & { id: IndicatorId })[]}
 */
export function indicators(ids, bars) {
  return ids.map((id) => ({
    id,
    title: INDICATOR_TABLE[id].title,
    apart: INDICATOR_TABLE[id].apart,
    lines: INDICATOR_TABLE[id].lines(bars),
  }));
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
