/**
 * Fetches the instruments of an epoch and the closes for their sparklines, and tries again until it has them.
 *
 * Only the newest request counts: an answer to an older one is dropped.
 */

/** @typedef {import("./api.js").Api} Api */
/** @typedef {import("./api.js").SymbolList} SymbolList */
/** @typedef {import("./api.js").BarSeries} BarSeries */
/** @typedef {import("../lib/time.js").Interval} Interval */

export const CLOSES = 40;
const RETRY_MS = 2000;

/**
 * @typedef {object} CatalogueOptions
 * @property {Api} api
 * @property {(list: SymbolList) => void} onSymbols
 * @property {(series: BarSeries, interval: Interval) => void} onCloses
 * @property {(fault: Error) => void} onFault
 * @property {(ms: number) => Promise<void>} wait
 */

/** @param {CatalogueOptions} options */
export function createCatalogue({ api, onSymbols, onCloses, onFault, wait }) {
  let newest = 0;

  /**
   * @template Answer
   * @param {() => Promise<Answer>} ask
   * @param {() => boolean} wanted
   * @returns {Promise<Answer | null>} `null` when it is no longer wanted
   */
  async function insist(ask, wanted) {
    while (wanted()) {
      try {
        const answer = await ask();
        return wanted() ? answer : null;
      } catch (fault) {
        if (wanted()) onFault(/** @type {Error} */ (fault));
        await wait(RETRY_MS);
      }
    }
    return null;
  }

  let newestCloses = 0;

  return {
    /** Wants no answer any more: there is nobody to ask. */
    drop() {
      newest += 1;
      newestCloses += 1;
    },

    async loadSymbols() {
      const turn = ++newest;
      const list = await insist(api.symbols, () => turn === newest);
      if (list) onSymbols(list);
    },

    /**
     * @param {string[]} symbols
     * @param {Interval} interval
     */
    async loadCloses(symbols, interval) {
      const turn = ++newestCloses;
      if (symbols.length === 0) return;
      const series = await insist(
        () => api.bars(symbols, interval, CLOSES),
        () => turn === newestCloses,
      );
      if (series) onCloses(series, interval);
    },
  };
}
