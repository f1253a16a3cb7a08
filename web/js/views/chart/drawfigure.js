/** What the chart draws of a drawing: its anchors as the feed shows times, its levels and its words. */

import { measured, retracement } from "../../state/drawingwords.js";

/**
 * @param {import("../../state/drawings.js").Drawing} drawing
 * @param {object} on
 * @param {import("../../state/model.js").Instrument | undefined} on.instrument
 * @param {number} on.shiftUs what the feed adds to the times of its recording
 * @param {(ts: number) => number} on.indexOf the bar that a time is in
 * @returns {import("../../chart/drawingshapes.js").Figure}
 */
export function figureOf({ id, kind, colour, anchors, text }, { instrument, shiftUs, indexOf }) {
  const placed = anchors.map(({ ts, price }) => ({ ts: ts + shiftUs, price }));
  const count = () => indexOf(placed[1].ts) - indexOf(placed[0].ts);
  const written = kind === "text" ? [text || "…"] : [];
  return {
    id,
    kind,
    colour,
    anchors: placed,
    levels: kind === "fibonacci" ? retracement(anchors, instrument) : [],
    labels: kind === "measure" ? measured(anchors, count(), instrument) : written,
  };
}
