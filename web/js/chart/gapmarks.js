/** Marks on the chart where bars are lacking: a dotted line before the first bar after the gap, and how long it was. */

/** @typedef {{ ts: number, text: string }} GapMark `ts`: the bar after the gap */
/** @typedef {import("lightweight-charts").SeriesAttachedParameter<import("lightweight-charts").Time>} Attached */
/** @typedef {import("fancy-canvas").CanvasRenderingTarget2D} Target */

/** Fewer pixels than this from one label to the next, and only the line is drawn. */
const LABEL_PX = 56;

/** @param {{ colour: string, font: string, size: number }} look */
export function createGapMarks(look) {
  /** @type {Attached | null} */
  let attached = null;
  /** @type {readonly GapMark[]} */
  let marks = [];

  /** @param {Target} target */
  function draw(target) {
    const scale = attached?.chart.timeScale();
    if (!scale || marks.length === 0) return;
    const half = scale.options().barSpacing / 2;
    target.useMediaCoordinateSpace(({ context, mediaSize }) => {
      context.strokeStyle = context.fillStyle = look.colour;
      context.font = `${look.size}px ${look.font}`;
      context.setLineDash([2, 3]);
      let free = -Infinity;
      for (const { ts, text } of marks) {
        const at = scale.timeToCoordinate(/** @type {import("lightweight-charts").UTCTimestamp} */ (Math.floor(ts / 1e6)));
        if (at === null || at < 0 || at > mediaSize.width) continue;
        const x = Math.round(at - half) + 0.5;
        context.beginPath();
        context.moveTo(x, 0);
        context.lineTo(x, mediaSize.height);
        context.stroke();
        if (x < free) continue;
        context.fillText(text, x + 4, mediaSize.height - 6);
        free = x + LABEL_PX;
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
     * @param {readonly GapMark[]} next
     * @param {{ colour: string, font: string, size: number }} fresh
     */
    set(next, fresh) {
      marks = next;
      look = fresh;
      attached?.requestUpdate();
    },
  };
}
