/** Reads the choice of symbol, interval, theme and format from the page's address, and writes it back. */

import { isInterval } from "../lib/time.js";

/** @typedef {import("./model.js").State} State */
/** @typedef {import("./model.js").Theme} Theme */
/** @typedef {import("./model.js").Choice} Choice */

/**
 * @param {unknown} text
 * @returns {text is Theme}
 */
export function isTheme(text) {
  return text === "auto" || text === "dark" || text === "light";
}

/**
 * @param {string} search
 * @returns {{ choice: Choice, theme: Theme | null, binary: boolean }}
 */
export function readAddress(search) {
  const query = new URLSearchParams(search);
  const interval = query.get("interval");
  const theme = query.get("theme");
  return {
    choice: { symbol: query.get("symbol") || null, interval: isInterval(interval) ? interval : null },
    theme: isTheme(theme) ? theme : null,
    binary: query.get("format") === "binary",
  };
}

/**
 * @param {Pick<State, "choice" | "theme">} state
 * @param {boolean} [binary]
 */
export function writeAddress({ choice, theme }, binary = false) {
  const query = new URLSearchParams();
  if (choice.symbol) query.set("symbol", choice.symbol);
  if (choice.interval) query.set("interval", choice.interval);
  if (theme !== "auto") query.set("theme", theme);
  if (binary) query.set("format", "binary");
  const text = query.toString();
  return text ? `?${text}` : "";
}
