/**
 * Fetches what does not stream from the HTTP API: instruments, past bars, scenarios, rejected rows, and the remarks about
 * files.
 */

import { isBar } from "./wire.js";

/** @typedef {import("../types/http.js").BarSeries} BarSeries */
/** @typedef {import("../types/http.js").Preview} Preview */
/** @typedef {import("../types/http.js").Reading} Reading */
/** @typedef {import("../types/http.js").Refusal} Refusal */
/** @typedef {import("../types/http.js").RejectedRows} RejectedRows */
/** @typedef {import("../types/http.js").ScenarioCatalog} ScenarioCatalog */
/** @typedef {import("../types/http.js").SymbolList} SymbolList */
/** @typedef {import("../lib/time.js").Interval} Interval */

/** The status of a request to the stream that everything but its lack of an upgrade allows. */
const UPGRADE_REQUIRED = 426;
/** Keeps an address below the length that servers accept. */
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
    const list = await json("api/v1/symbols");
    if (typeof list?.epoch !== "number" || !Array.isArray(list.symbols))
      throw new Error("the list of symbols cannot be read");
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
      const some = wanted
        .slice(from, from + SYMBOLS_PER_REQUEST)
        .map(encodeURIComponent)
        .join(",");
      const part = await json(`api/v1/bars?symbols=${some}&interval=${interval}&limit=${limit}`);
      all.epoch = part.epoch;
      for (const { symbol, bars } of part.series ?? []) all.series.push({ symbol, bars: bars.filter(isBar) });
    }
    return all;
  }

  /**
   * Fetches bars of the whole recording, as far as the server knows it.
   *
   * @param {string} symbol
   * @param {Interval} interval
   * @param {number} limit
   * @returns {Promise<Preview>}
   */
  async function preview(symbol, interval, limit) {
    const { epoch, through, series } = await json(
      `api/v1/feed/preview?symbols=${encodeURIComponent(symbol)}&interval=${interval}&limit=${limit}`,
    );
    return { epoch, through, bars: (series?.[0]?.bars ?? []).filter(isBar) };
  }

  /**
   * Asks why a WebSocket was rejected, which it does not report itself. A `POST` has the page's origin, as the WebSocket
   * had, and the server makes the same checks.
   *
   * @returns {Promise<Refusal | "admitted">}
   */
  async function askRefusal() {
    const response = await get("ws", { method: "POST", headers: { accept: "application/json" } });
    if (response.status === UPGRADE_REQUIRED) return "admitted";
    const error = (await response.json().catch(() => null))?.error;
    if (typeof error?.message === "string" && typeof error.remedy === "string") return error;
    const message = `between this page and the server, something answers with the status ${response.status}`;
    return { code: "not_tickcast", message, remedy: "look at the log of the proxy" };
  }

  /** @returns {Promise<ScenarioCatalog>} */
  async function scenarios() {
    const answer = await json("api/v1/scenarios");
    return {
      max_strength: answer.max_strength,
      max_seconds: answer.max_seconds,
      scenarios: answer.scenarios ?? [],
      groups: answer.groups ?? [],
    };
  }

  /** @returns {Promise<RejectedRows[]>} */
  async function rejected() {
    const answer = await json("api/v1/feed/rejected");
    return answer.rejected ?? [];
  }

  /** @returns {Promise<Reading>} */
  async function reading() {
    const answer = await json("api/v1/feed/reading");
    return { assumptions: answer.assumptions ?? [], warnings: answer.warnings ?? [] };
  }

  return { symbols, bars, preview, scenarios, rejected, reading, askRefusal };
}

/** @typedef {ReturnType<typeof createApi>} Api */
