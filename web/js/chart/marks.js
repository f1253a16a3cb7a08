/** Marks on a chart: a dotted line at a bar, below the bars, with a text at its foot, above everything else. */

/** @typedef {import("./palette.js").Palette} Palette */
/**
 * `ts` is the start of the bar. `before` puts the line before it, for a gap. A text without room in its `row` is left
 * out.
 *
 * @typedef {{ ts: number, text: string, colour: "warn" | "accent" | "up" | "down" | "flat", before: boolean, row:
 *   number }} Mark
 */
/** @typedef {import("lightweight-charts").SeriesAttachedParameter<import("lightweight-charts").Time>} Attached */
/** @typedef {import("fancy-canvas").CanvasRenderingTarget2D} Target */

const GAP_PX = 8;

/** @param {Palette} first */
export function createMarks(first) {
  let palette = first;
  /** @type {Attached | null} */
  let attached = null;
  /** @type {readonly Mark[]} */
  let marks = [];

  /**
   * Returns the visible marks with the positions of their lines.
   *
   * @param {number} width
   * @returns {(Mark & { x: number })[]}
   */
  function visible(width) {
    const scale = attached?.chart.timeScale();
    if (!scale || marks.length === 0) return [];
    const half = scale.options().barSpacing / 2;
    return marks.flatMap((mark) => {
      const at = scale.timeToCoordinate(
        /** @type {import("lightweight-charts").UTCTimestamp} */ (Math.floor(mark.ts / 1e6)),
      );
      return at === null || at < 0 || at > width
        ? []
        : [{ ...mark, x: Math.round(mark.before ? at - half : at) + 0.5 }];
    });
  }

  /** @param {Target} target */
  function drawLines(target) {
    target.useMediaCoordinateSpace(({ context, mediaSize }) => {
      context.setLineDash([2, 3]);
      for (const { x, colour } of visible(mediaSize.width)) {
        context.strokeStyle = palette[colour];
        context.beginPath();
        context.moveTo(x, 0);
        context.lineTo(x, mediaSize.height);
        context.stroke();
      }
    });
  }

  /** @param {Target} target */
  function drawTexts(target) {
    target.useMediaCoordinateSpace(({ context, mediaSize }) => {
      context.font = `${palette.size}px ${palette.font}`;
      context.textBaseline = "middle";
      const height = palette.size + 3;
      /** The first free position of each row. @type {number[]} */
      const free = [];
      for (const { x, text, colour, row } of visible(mediaSize.width)) {
        const { width } = context.measureText(text);
        const left = x + 4 + width > mediaSize.width ? x - 4 - width : x + 4;
        if (left < (free[row] ?? -Infinity)) continue;
        const middle = mediaSize.height - 4 - height * (row + 0.5);
        context.fillStyle = palette.surface;
        context.fillRect(left - 2, middle - height / 2, width + 4, height);
        context.fillStyle = palette[colour];
        context.fillText(text, left, middle);
        free[row] = left + width + GAP_PX;
      }
    });
  }

  const lines = { zOrder: () => /** @type {const} */ ("bottom"), renderer: () => ({ draw: drawLines }) };
  const texts = { zOrder: () => /** @type {const} */ ("top"), renderer: () => ({ draw: drawTexts }) };
  return {
    /** @param {Attached} parameters */
    attached(parameters) {
      attached = parameters;
    },
    detached() {
      attached = null;
    },
    paneViews: () => [lines, texts],
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
