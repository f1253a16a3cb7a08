/** Marks on the chart: a dotted line at a bar, with words at its foot. */

/** @typedef {import("./palette.js").Palette} Palette */
/**
 * `ts` is of the bar, and the line stands before it where something is lacking there. Words are left out where there is no room; those
 * of different rows do not stand in each other's way.
 *
 * @typedef {{ ts: number, text: string, colour: "warn" | "accent" | "up" | "down" | "flat", before: boolean, row: number }} Mark
 */
/** @typedef {import("lightweight-charts").SeriesAttachedParameter<import("lightweight-charts").Time>} Attached */
/** @typedef {import("fancy-canvas").CanvasRenderingTarget2D} Target */

const GAP_PX = 8;
const ROW_PX = 14;

/** @param {Palette} first */
export function createMarks(first) {
  let palette = first;
  /** @type {Attached | null} */
  let attached = null;
  /** @type {readonly Mark[]} */
  let marks = [];

  /** @param {Target} target */
  function draw(target) {
    const scale = attached?.chart.timeScale();
    if (!scale || marks.length === 0) return;
    const half = scale.options().barSpacing / 2;
    target.useMediaCoordinateSpace(({ context, mediaSize }) => {
      context.font = `${palette.size}px ${palette.font}`;
      context.setLineDash([2, 3]);
      /** Where words may begin, by row. @type {number[]} */
      const free = [];
      for (const { ts, text, colour, before, row } of marks) {
        const at = scale.timeToCoordinate(/** @type {import("lightweight-charts").UTCTimestamp} */ (Math.floor(ts / 1e6)));
        if (at === null || at < 0 || at > mediaSize.width) continue;
        context.strokeStyle = context.fillStyle = palette[colour];
        const x = Math.round(before ? at - half : at) + 0.5;
        context.beginPath();
        context.moveTo(x, 0);
        context.lineTo(x, mediaSize.height);
        context.stroke();
        const { width } = context.measureText(text);
        const left = x + 4 + width > mediaSize.width ? x - 4 - width : x + 4;
        if (left < (free[row] ?? -Infinity)) continue;
        context.fillText(text, left, mediaSize.height - 6 - row * ROW_PX);
        free[row] = left + width + GAP_PX;
      }
    });
  }

  const view = { zOrder: () => /** @type {const} */ ("bottom"), renderer: () => ({ draw }) };
  return {
    /** @param {Attached} parameters */
    attached(parameters) {
      attached = parameters;
    },
    detached() {
      attached = null;
    },
    paneViews: () => [view],
    /**
     * @param {readonly Mark[]} next
     * @param {Palette} colours
     */
    set(next, colours) {
      marks = next;
      palette = colours;
      attached?.requestUpdate();
    },
  };
}
