/** Fetches what belongs to a feed and does not stream: scenarios, the remarks about files, the preview, older bars. */

import { seriesKey } from "../state/model.js";
import { previewOf } from "../state/preview.js";

/** @typedef {import("../state/store.js").Store} Store */

/**
 * @param {object} options
 * @param {Store} options.store
 * @param {import("../net/api.js").Api} options.api
 * @param {(text: string) => void} options.warn
 */
export function createFeedData({ store, api, warn }) {
  let catalogEpoch = -1;
  let readingEpoch = -1;
  let rejectedOf = "";
  /** The last preview: its series, the market time of the request, and the time up to which it went. */
  let previewed = { key: "", marketUs: NaN, through: NaN, grows: true };

  return {
    /**
     * Fetches the scenarios of a simulation, and the remarks about the files and the rejected rows of a replay.
     *
     * @param {import("../types/protocol.js").Feed} feed
     */
    async loadDetails({ epoch, source, rows_rejected }) {
      try {
        if (source === "simulation" && catalogEpoch !== epoch) {
          catalogEpoch = epoch;
          store.dispatch({ type: "catalog", catalog: await api.scenarios() });
        }
        if (source === "replay" && readingEpoch !== epoch) {
          readingEpoch = epoch;
          store.dispatch({ type: "reading", reading: await api.reading() });
        }
        // Another feed may have as many.
        if (rejectedOf !== `${epoch} ${rows_rejected}`) {
          rejectedOf = `${epoch} ${rows_rejected}`;
          store.dispatch({ type: "rejected", rows: rows_rejected > 0 ? await api.rejected() : [] });
        }
      } catch (fault) {
        catalogEpoch = -1;
        readingEpoch = -1;
        rejectedOf = "";
        warn(`The details of the feed could not be loaded: ${/** @type {Error} */ (fault).message}.`);
      }
    },

    /** Fetches the preview behind the timeline, as long as it grows. */
    async loadPreview() {
      const { feed, epoch, marketUs, server, preview } = store.state;
      const wanted = previewOf(store.state);
      if (!wanted || document.hidden) return;
      const isKnown = previewed.key === wanted.key && preview.key === wanted.key;
      const before = isKnown ? previewed : { marketUs: NaN, through: NaN, grows: true };
      const isWhole = before.through >= (feed?.end ?? Infinity);
      if (isWhole || (!before.grows && marketUs === before.marketUs)) return;
      try {
        const { through, bars, epoch: of } = await api.preview(wanted.symbol, wanted.interval, server.bars);
        if (of !== store.state.epoch || of !== epoch) return;
        previewed = { key: wanted.key, marketUs: marketUs ?? NaN, through, grows: through !== before.through };
        store.dispatch({ type: "preview", key: wanted.key, bars });
      } catch {
        // The timeline works without a preview, and the next call tries again.
      }
    },

    /** Fetches all bars that the server keeps before those of a pane, and of what it compares. @param {number} at */
    async loadOlder(at) {
      const { symbol, interval, compare } = store.state.panes[at] ?? {};
      if (!symbol || !interval) return;
      await Promise.all([symbol, ...(compare ?? [])].map((one) => loadSeries(one, interval)));
    },
  };

  /** @param {string} symbol @param {import("../lib/time.js").Interval} interval */
  async function loadSeries(symbol, interval) {
    const { series, server, epoch } = store.state;
    const key = seriesKey(symbol, interval);
    const known = series.get(key);
    if (!known || known.loading || known.older !== "unknown") return;
    store.dispatch({ type: "older", key, epoch, bars: null });
    try {
      const answer = await api.bars([symbol], interval, server.bars);
      store.dispatch({ type: "older", key, epoch: answer.epoch, bars: answer.series[0]?.bars ?? [] });
    } catch (fault) {
      store.dispatch({ type: "older", key, epoch, bars: [] });
      warn(`Older bars could not be loaded: ${/** @type {Error} */ (fault).message}.`);
    }
  }
}
