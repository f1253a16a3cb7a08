/** Price, change and volume alerts. An alert fires once and is then off until somebody arms it again. */

import { decimalText } from "../lib/number.js";
import { intervalUs } from "../lib/time.js";
import { changePercent, percentOf } from "./quotes.js";

/** @typedef {import("./model.js").Quote} Quote */
/** @typedef {import("./model.js").Bar} Bar */
/** @typedef {{ price: number, ts: number }} Extreme */
/** @typedef {{ high: Extreme | null, low: Extreme | null }} Extremes */
/** @typedef {"last" | "percent" | "volume"} AlertField */
/** @typedef {{ id: number, symbol: string, field: AlertField, above: boolean, value: number, armed: boolean }} Alert */
/**
 * An alert with the value and market time at which it fired.
 *
 * @typedef {{ alert: Alert, value: number, ts: number | null }} FiredAlert
 */

/**
 * The interval of the bars on which armed alerts are judged: a quote is a sample, and the bars between two updates have
 * the high and low of every tick.
 */
export const WATCHED = "1s";
const DAY_US = intervalUs("1d");
export const MOST_ALERTS = 100;
export const TOO_MANY = `There can be at most ${MOST_ALERTS} alerts. Remove one first.`;
export const FIRED_KEPT = 50;
/** The digits that a number in double precision holds. */
const MOST_DIGITS = 15;

/**
 * @type {Readonly<Record<AlertField, { title: string, name: string, unit: string, of: (quote: Quote) => number | null
 *   }>>}
 */
export const ALERT_FIELDS = {
  last: { title: "Price", name: "price", unit: "", of: ({ last }) => last },
  percent: { title: "Change in %", name: "change", unit: " %", of: (quote) => changePercent(quote) },
  volume: { title: "Volume", name: "volume", unit: "", of: ({ volume }) => volume },
};

/**
 * @param {unknown} value
 * @returns {value is Alert}
 */
export function isAlert(value) {
  if (typeof value !== "object" || value === null) return false;
  const { id, symbol, field, above, value: at, armed } = /** @type {Record<string, unknown>} */ (value);
  return (
    Number.isSafeInteger(id) &&
    typeof symbol === "string" &&
    Object.hasOwn(ALERT_FIELDS, String(field)) &&
    typeof above === "boolean" &&
    Number.isFinite(at) &&
    typeof armed === "boolean"
  );
}

/**
 * Returns the alerts that fire at these quotes.
 *
 * @param {readonly Alert[]} alerts
 * @param {readonly Quote[]} quotes
 * @returns {FiredAlert[]}
 */
export function checkAlerts(alerts, quotes) {
  if (!alerts.some(({ armed }) => armed)) return [];
  return quotes.flatMap((quote) =>
    alerts.flatMap((alert) => {
      if (!alert.armed || alert.symbol !== quote.symbol) return [];
      const value = ALERT_FIELDS[alert.field].of(quote);
      const there = value !== null && (alert.above ? value >= alert.value : value <= alert.value);
      return there ? [{ alert, value, ts: quote.ts_event }] : [];
    }),
  );
}

/**
 * Returns the highest and lowest price of the bars after `before`, the last bar that was seen, with their times. Of that
 * bar itself only a new extreme counts: nobody knows when the others came.
 *
 * @param {Bar} before
 * @param {readonly Bar[]} bars
 * @returns {Extremes}
 */
export function extremesSince(before, bars) {
  /** @type {Extremes} */
  const found = { high: null, low: null };
  for (const { ts, high, low } of bars) {
    if (ts < before.ts) continue;
    if ((ts > before.ts || high > before.high) && high > (found.high?.price ?? -Infinity))
      found.high = { price: high, ts };
    if ((ts > before.ts || low < before.low) && low < (found.low?.price ?? Infinity)) found.low = { price: low, ts };
  }
  return found;
}

/**
 * Returns the alerts of a symbol that fire between two updates, whatever the price is now.
 *
 * @param {readonly Alert[]} alerts
 * @param {string} symbol
 * @param {Extremes} extremes
 * @param {Quote | undefined} quote with the base of the change
 * @returns {FiredAlert[]}
 */
export function checkExtremes(alerts, symbol, extremes, quote) {
  return alerts.flatMap((alert) => {
    const at = alert.above ? extremes.high : extremes.low;
    if (!alert.armed || alert.symbol !== symbol || !at || alert.field === "volume") return [];
    const value = alert.field === "last" ? at.price : dayPercent(at, quote);
    const there = value !== null && (alert.above ? value >= alert.value : value <= alert.value);
    return there ? [{ alert, value, ts: at.ts }] : [];
  });
}

/** Returns the change of a price of the quote's day in percent. @param {Extreme} at @param {Quote | undefined} quote */
function dayPercent({ price, ts }, quote) {
  if (quote?.last == null || quote.change === null || quote.ts_event === null) return null;
  const isToday = Math.floor(ts / DAY_US) === Math.floor(quote.ts_event / DAY_US);
  return isToday ? percentOf(price, quote.last - quote.change) : null;
}

/**
 * Adds an armed alert, or returns `null` where there are as many as there can be.
 *
 * @param {readonly Alert[]} alerts
 * @param {Omit<Alert, "id" | "armed">} alert
 * @returns {readonly Alert[] | null}
 */
export function withAlert(alerts, alert) {
  if (alerts.length >= MOST_ALERTS) return null;
  return [...alerts, { ...alert, id: Math.max(0, ...alerts.map(({ id }) => id)) + 1, armed: true }];
}

/**
 * Sets an alert at a price, or moves one there. It fires from the side on which the last price is.
 *
 * @param {readonly Alert[]} alerts
 * @param {{ symbol: string, price: number, alert: Alert | null, last: number | null }} wanted
 */
export function withPriceAlert(alerts, { symbol, price, alert, last }) {
  const place = { symbol, field: /** @type {const} */ ("last"), above: last === null || price >= last, value: price };
  if (!alert) return withAlert(alerts, place);
  return alerts.map((one) => (one.id === alert.id ? { ...one, ...place, armed: true } : one));
}

/**
 * Turns the alerts off that fired.
 *
 * @param {readonly Alert[]} alerts
 * @param {readonly FiredAlert[]} fired
 * @returns {readonly Alert[]}
 */
export function disarm(alerts, fired) {
  const ids = new Set(fired.map(({ alert }) => alert.id));
  return alerts.map((alert) => (ids.has(alert.id) ? { ...alert, armed: false } : alert));
}

/**
 * Writes a number with all its digits, and at least the given decimals.
 *
 * @param {number} value
 * @param {number} least
 */
function wholeText(value, least) {
  const before = Math.max(0, Math.floor(Math.log10(Math.abs(value) || 1)) + 1);
  return decimalText(value, least, Math.max(least, MOST_DIGITS - before));
}

/**
 * @param {Alert} alert
 * @param {{ price_decimals: number }} [instrument] its symbol's, where it is known
 */
export function alertText({ symbol, field, above, value }, instrument) {
  const { name, unit } = ALERT_FIELDS[field];
  const digits = field === "last" ? (instrument?.price_decimals ?? 0) : 0;
  return `${symbol} ${name} ${above ? "at or above" : "at or below"} ${wholeText(value, digits)}${unit}`;
}
