/**
 * Fetches the instruments of an epoch and the closes for their sparklines, and retries until it has them.
 *
 * Only the newest request counts. An answer to an older one is dropped.
 */

/** @typedef {import("./api.js").Api} Api */
/** @typedef {import("../types/http.js").SymbolList} SymbolList */
/** @typedef {import("../types/http.js").BarSeries} BarSeries */
/** @typedef {import("../lib/time.js").Interval} Interval */

export const CLOSES = 40;
const RETRY_MS = 2000;

/**
 * @typedef {object} LoaderOptions
 * @property {Api} api
 * @property {(list: SymbolList) => void} onSymbols
 * @property {(series: BarSeries, interval: Interval) => void} onCloses
 * @property {(fault: Error) => void} onFault
 * @property {(ms: number) => Promise<void>} wait
 */

/** @param {LoaderOptions} options */
export function createLoader({ api, onSymbols, onCloses, onFault, wait }) {
  let newestList = 0;
  let newestCloses = 0;

  /**
   * @template Answer
   * @param {() => Promise<Answer>} request
   * @param {() => boolean} isNewest
   * @returns {Promise<Answer | null>} `null` when a newer request was made
   */
  async function retry(request, isNewest) {
    while (isNewest()) {
      try {
        const answer = await request();
        return isNewest() ? answer : null;
      } catch (fault) {
        if (isNewest()) onFault(/** @type {Error} */ (fault));
        await wait(RETRY_MS);
      }
    }
    return null;
  }

  return {
    /** Drops all requests. */
    drop() {
      newestList += 1;
      newestCloses += 1;
    },

    async loadSymbols() {
      const turn = ++newestList;
      const list = await retry(api.symbols, () => turn === newestList);
      if (list) onSymbols(list);
    },

    /**
     * @param {string[]} symbols
     * @param {Interval} interval
     */
    async loadCloses(symbols, interval) {
      const turn = ++newestCloses;
      if (symbols.length === 0) return;
      const series = await retry(
        () => api.bars(symbols, interval, CLOSES),
        () => turn === newestCloses,
      );
      if (series) onCloses(series, interval);
    },
  };
}
