/**
 * The preview behind the timeline: the price as a line and an area, the volumes as columns. The style sheet has its
 * colours.
 */

import { setAttribute, svg } from "../../lib/dom.js";
import { previewPoints } from "../../state/preview.js";

/** @typedef {import("../../state/model.js").State} State */

const WIDTH = 1000;
const HEIGHT = 40;
/** The share of the height for the highest volume. */
const VOLUME_SHARE = 0.45;

export function createPreview() {
  const volumes = svg("path", { class: "preview-volume" });
  const area = svg("path", { class: "preview-area" });
  const line = svg("path", { class: "preview-line", "vector-effect": "non-scaling-stroke" });
  const node = svg(
    "svg",
    { class: "preview", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    volumes,
    area,
    line,
  );
  /** @type {readonly unknown[]} */
  let drawn = [];
  return {
    node,
    /** @param {State} state */
    render({ preview, feed }) {
      const of = [preview, feed?.start, feed?.end];
      if (of.every((one, at) => one === drawn[at])) return;
      drawn = of;
      const points = feed ? previewPoints(preview, feed) : [];
      const x = (/** @type {number} */ at) => (at * WIDTH).toFixed(1);
      const y = (/** @type {number} */ price) => (HEIGHT - 2 - price * (HEIGHT - 4)).toFixed(1);
      // Each stretch with data has a line and an area of its own, so that nights and weekends stay empty.
      const runs = runsOf(points).map((run) => ({
        path: run.map(({ at, price }) => `${x(at)} ${y(price)}`).join("L"),
        from: x(run[0].at),
        to: x(run[run.length - 1].at),
      }));
      const isDrawn = points.length > 1;
      setAttribute(line, "d", isDrawn ? runs.map(({ path }) => `M${path}`).join("") : "");
      setAttribute(
        area,
        "d",
        isDrawn ? runs.map(({ path, from, to }) => `M${from} ${HEIGHT}L${path}L${to} ${HEIGHT}z`).join("") : "",
      );
      const wide = Math.max(1, WIDTH / Math.max(1, points.length) - 0.5);
      setAttribute(
        volumes,
        "d",
        points
          .map(
            ({ at, volume }) =>
              `M${x(at)} ${HEIGHT}v${(-volume * VOLUME_SHARE * HEIGHT).toFixed(1)}h${wide.toFixed(1)}V${HEIGHT}z`,
          )
          .join(""),
      );
    },
  };
}

/** Splits points where nothing comes for a long time. @param {ReturnType<typeof previewPoints>} points */
function runsOf(points) {
  /** @type {(typeof points)[]} */
  const runs = [];
  for (const point of points) {
    if (runs.length === 0 || point.isApart) runs.push([point]);
    else runs[runs.length - 1].push(point);
  }
  return runs;
}
