/** The subscriptions of the page. */

import type { Interval, UpdatesPerSecond } from "./protocol.js";

/** A series of bars. */
export interface SeriesId {
  symbol: string;
  interval: Interval;
}

/** All subscriptions that the page needs at one time. */
export interface Subscriptions {
  /** The rates of quotes by symbol. */
  quotes: ReadonlyMap<string, UpdatesPerSecond>;
  /** The number of symbols that the feed has. */
  total: number;
  bars: ReadonlyMap<string, SeriesId>;
  /** The symbols with an armed alert, which a hidden page takes too. */
  armed: ReadonlySet<string>;
  /** Those of them whose bars of `WATCHED` no chart shows. */
  watched: ReadonlySet<string>;
  /** The symbol whose trades are shown. */
  trades: string | null;
  /** The symbol whose order book is shown. */
  depth: string | null;
  news: boolean;
  /** The rate of bars, trades and the book. */
  rate: UpdatesPerSecond;
}
