/** The answers of the HTTP API. */

import type { Bar, Drive, Interval } from "./protocol.js";

/** An error of the server: a code, what is wrong, and what helps. */
export interface Refusal {
  code: string;
  message: string;
  remedy: string;
}

/** An instrument of `GET /api/v1/symbols`. */
export interface Instrument {
  symbol: string;
  name: string;
  class: "stock" | "index" | "crypto" | "fx" | "unknown";
  tick_size: number;
  /** The usual digits of a price. */
  price_decimals: number;
  /** The most digits that a price has. */
  price_decimals_max: number;
  size_decimals: number;
  /** The price that makes `last` and the bars. */
  basis: "trade" | "bid";
  /** The interval of the bars that the ticks were made from. */
  synthesised_from: Interval | null;
  /** Levels on each side of the order book, where the feed knows any. */
  depth?: number;
}

/** The answer of `GET /api/v1/symbols`. */
export interface SymbolList {
  epoch: number;
  symbols: Instrument[];
}

/** The answer of `GET /api/v1/bars`. */
export interface BarSeries {
  epoch: number;
  series: { symbol: string; bars: Bar[] }[];
}

/** The bars of one symbol over the whole feed, as far as the server knows them. */
export interface Preview {
  epoch: number;
  /** The market time up to which the bars are known, in microseconds. */
  through: number;
  bars: Bar[];
}

/** A scenario that can be started. `strength` and `seconds` are the usual ones, or `null` where they change nothing. */
export interface ScenarioInfo {
  name: string;
  title: string;
  about: string;
  strength: number | null;
  /** A strength below 0 reverses the scenario. */
  negative: boolean;
  seconds: number | null;
}

/** Symbols that scenarios and headlines address together. */
export interface SymbolGroup {
  on: string;
  name: string;
  symbols: string[];
}

/** The answer of `GET /api/v1/scenarios`. */
export interface ScenarioCatalog {
  max_strength: number;
  max_seconds: number;
  scenarios: ScenarioInfo[];
  groups: SymbolGroup[];
}

/** Rows of one file that were rejected for one reason, with the place of the first. */
export interface RejectedRows {
  file: string;
  reason: string;
  line: number | null;
  column: number | null;
  value: string | null;
  count: number;
}

/** A choice that a file leaves open. */
export interface FileAssumption {
  file: string;
  what: string;
  why: string;
  flag: string | null;
}

/** A finding that makes the reading of a file doubtful, with both readings and the flag that decides. */
export interface FileWarning {
  file: string;
  code: string;
  what: string;
  lines: number[];
  played: string;
  other: string;
  flag: string | null;
}

/** The answer of `GET /api/v1/feed/reading`. */
export interface Reading {
  assumptions: FileAssumption[];
  warnings: FileWarning[];
}

/** A command to the feed, as a `drive` message has it. */
export type FeedCommand = Omit<Drive, "type" | "id">;

/** The samples of `GET /metrics` by name with labels, without our prefix. */
export type Samples = Map<string, number>;

/** The part of `GET /api/v1/feed` that the status page shows. */
export interface FeedStatus {
  state: string;
  name: string;
  speed: number | string;
  ts_market: number | null;
  fault?: string | null;
}
