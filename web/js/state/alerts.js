/** Rules that ring when a price, a change or a volume gets to where somebody waits for it. A rule rings once, then it waits to be set again. */

import { decimalText } from "../lib/number.js";
import { changePercent } from "./quotes.js";

/** @typedef {import("./model.js").Quote} Quote */
/** @typedef {"last" | "percent" | "volume"} AlertField */
/** @typedef {{ id: number, symbol: string, field: AlertField, above: boolean, value: number, armed: boolean }} Alert */
/** @typedef {{ alert: Alert, value: number, ts: number | null }} Ring what rang, at which value and market time */

export const MOST_ALERTS = 100;
export const RINGS_KEPT = 50;
/** Digits after the point that a value is said with. */
const MOST_DIGITS = 10;

/** @type {Readonly<Record<AlertField, { title: string, said: string, unit: string, of: (quote: Quote) => number | null }>>} */
export const ALERT_FIELDS = {
  last: { title: "Price", said: "price", unit: "", of: ({ last }) => last },
  percent: { title: "Change in %", said: "change", unit: " %", of: (quote) => changePercent(quote) },
  volume: { title: "Volume", said: "volume", unit: "", of: ({ volume }) => volume },
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
 * Which rules ring at these quotes.
 *
 * @param {readonly Alert[]} alerts
 * @param {readonly Quote[]} quotes
 * @returns {Ring[]}
 */
export function rings(alerts, quotes) {
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
 * @param {readonly Alert[]} alerts
 * @param {readonly Ring[]} rung
 * @returns {readonly Alert[]} those that rang wait to be set again
 */
export function disarmed(alerts, rung) {
  const ids = new Set(rung.map(({ alert }) => alert.id));
  return alerts.map((alert) => (ids.has(alert.id) ? { ...alert, armed: false } : alert));
}

/** @param {Alert} alert */
export function alertText({ symbol, field, above, value }) {
  const { said, unit } = ALERT_FIELDS[field];
  return `${symbol} ${said} ${above ? "at or above" : "at or below"} ${decimalText(value, 0, MOST_DIGITS)}${unit}`;
}
