/** Price, change and volume alerts. An alert fires once and is then off until somebody arms it again. */

import { decimalText } from "../lib/number.js";
import { changePercent } from "./quotes.js";

/** @typedef {import("./model.js").Quote} Quote */
/** @typedef {"last" | "percent" | "volume"} AlertField */
/** @typedef {{ id: number, symbol: string, field: AlertField, above: boolean, value: number, armed: boolean }} Alert */
/**
 * An alert with the value and market time at which it fired.
 *
 * @typedef {{ alert: Alert, value: number, ts: number | null }} FiredAlert
 */

export const MOST_ALERTS = 100;
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
