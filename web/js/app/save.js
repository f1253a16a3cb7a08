/** Saves the visible bars as CSV and the chart as PNG. */

import { element } from "../lib/dom.js";
import { barsCsv } from "../state/csv.js";
import { seriesOf } from "../state/select.js";

/** @typedef {import("../state/model.js").State} State */

/**
 * @param {State} state
 * @param {{ from: number, to: number } | null} range in microseconds
 */
export function saveBars(state, range) {
  const { bars } = seriesOf(state, state.choice);
  const visible = range ? bars.filter(({ ts }) => ts >= range.from && ts <= range.to) : bars;
  const instrument = state.choice.symbol === null ? undefined : state.instruments.get(state.choice.symbol);
  save(new Blob([barsCsv(state.choice.symbol ?? "", visible, instrument)], { type: "text/csv" }), `${name(state)}.csv`);
}

/**
 * @param {State} state
 * @param {HTMLCanvasElement} picture
 */
export function savePicture(state, picture) {
  picture.toBlob((blob) => blob && save(blob, `${name(state)}.png`), "image/png");
}

/** @param {State} state */
function name({ choice, marketUs }) {
  const time = marketUs === null ? "" : `-${new Date(marketUs / 1000).toISOString().slice(0, 19).replaceAll(":", "")}`;
  return `${(choice.symbol ?? "chart").replaceAll(/[^\w.-]/g, "_")}-${choice.interval}${time}`;
}

/** @param {Blob} blob @param {string} file */
function save(blob, file) {
  const href = URL.createObjectURL(blob);
  element("a", { href, download: file }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}
