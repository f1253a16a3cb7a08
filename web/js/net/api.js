/** Asks the server's HTTP addresses for what does not stream: the instruments and past bars. */

import { isBar } from "./wire.js";

/** @typedef {import("./wire.js").Bar} Bar */
/** @typedef {import("../lib/time.js").Interval} Interval */
/** @typedef {"stock" | "index" | "crypto" | "fx" | "unknown"} AssetClass */
/**
 * @typedef {{ symbol: string, name: string, class: AssetClass, tick_size: number, price_decimals: number, price_decimals_max: number, size_decimals: number,
 *   basis: "trade" | "bid", synthesised_from: Interval | null }} Instrument
 */
/** @typedef {{ epoch: number, symbols: Instrument[] }} SymbolList */
/** @typedef {{ epoch: number, series: { symbol: string, bars: Bar[] }[] }} BarSeries */

/** Keeps an address below the length that servers take. */
const SYMBOLS_PER_REQUEST = 100;

/** @param {typeof fetch} get */
export function createApi(get) {
  /**
   * @param {string} path
   * @returns {Promise<any>}
   */
  async function json(path) {
    const response = await get(path, { headers: { accept: "application/json" } });
    if (!response.ok) throw new Error(`${path.split("?")[0]} answered ${response.status}`);
    return response.json();
  }

  /** @returns {Promise<SymbolList>} */
  async function symbols() {
    const list = await json("/api/v1/symbols");
    if (typeof list?.epoch !== "number" || !Array.isArray(list.symbols)) throw new Error("the list of symbols cannot be read");
    return list;
  }

  /**
   * @param {string[]} wanted
   * @param {Interval} interval
   * @param {number} limit
   * @returns {Promise<BarSeries>}
   */
  async function bars(wanted, interval, limit) {
    /** @type {BarSeries} */
    const all = { epoch: 0, series: [] };
    for (let from = 0; from < wanted.length; from += SYMBOLS_PER_REQUEST) {
      const some = wanted.slice(from, from + SYMBOLS_PER_REQUEST).map(encodeURIComponent).join(",");
      const part = await json(`/api/v1/bars?symbols=${some}&interval=${interval}&limit=${limit}`);
      all.epoch = part.epoch;
      for (const { symbol, bars } of part.series ?? []) all.series.push({ symbol, bars: bars.filter(isBar) });
    }
    return all;
  }

  /** @returns {Promise<"stranger" | "viewer" | "presenter">} what this page may do */
  async function role() {
    return (await json("/api/v1/login")).role;
  }

  return { symbols, bars, role };
}

/** @typedef {ReturnType<typeof createApi>} Api */
