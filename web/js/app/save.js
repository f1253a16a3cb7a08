/** Saves bars, trades and the watchlist as CSV, and the chart as PNG. */

import { element } from "../lib/dom.js";
import { barsCsv, tradesCsv, watchlistCsv } from "../state/csv.js";
import { fileName } from "../state/exports.js";
import { chosenInstrument, seriesOf } from "../state/select.js";

/** @typedef {import("../state/model.js").State} State */

/**
 * @param {State} state
 * @param {{ from: number, to: number } | null} range in microseconds
 */
export function saveBars(state, range) {
  const { symbol, interval } = state.choice;
  const { bars } = seriesOf(state, state.choice);
  const visible = range ? bars.filter(({ ts }) => ts >= range.from && ts <= range.to) : bars;
  saveText(barsCsv(symbol ?? "", visible, chosenInstrument(state)), fileName(state, [symbol, interval], "csv"));
}

/** @param {State} state */
export function saveTrades(state) {
  const { symbol } = state.choice;
  const text = tradesCsv(symbol ?? "", state.trades.lines, chosenInstrument(state));
  saveText(text, fileName(state, [symbol, "trades"], "csv"));
}

/** @param {State} state */
export function saveWatchlist(state) {
  saveText(watchlistCsv(state), fileName(state, ["watchlist"], "csv"));
}

/**
 * @param {State} state
 * @param {HTMLCanvasElement} picture
 */
export function savePicture(state, picture) {
  const { symbol, interval } = state.choice;
  picture.toBlob((blob) => blob && save(blob, fileName(state, [symbol ?? "chart", interval], "png")), "image/png");
}

/** @param {string} text @param {string} file */
const saveText = (text, file) => save(new Blob([text], { type: "text/csv" }), file);

/** @param {Blob} blob @param {string} file */
function save(blob, file) {
  const href = URL.createObjectURL(blob);
  element("a", { href, download: file }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}
