/** Draws the drawings of a person on a chart, above the bars, and tells what is at a point. */

import { hitOf, shapeOf } from "./drawingshapes.js";
import { lineColours } from "./palette.js";

/** @typedef {"level" | "trend" | "rectangle" | "fibonacci" | "measure" | "text"} Kind */
/** @typedef {import("./palette.js").Palette} Palette */
/** @typedef {import("./drawingshapes.js").Figure} Figure */
/** @typedef {import("./drawingshapes.js").Shape} Shape */
/** @typedef {import("./drawingshapes.js").Projection} Projection */
/** @typedef {import("fancy-canvas").CanvasRenderingTarget2D} Target */
/** @typedef {import("lightweight-charts").SeriesAttachedParameter<import("lightweight-charts").Time>} Attached */
/** @typedef {{ figures: readonly Figure[], selected: number | null, hovered: number | null }} Picture */

const HANDLE_PX = 4;
const FILL_SHARE = 0.1;
const FAINT_SHARE = 0.5;
const PAD = 4;

/**
 * @param {import("./plot.js").Plot} plot
 * @param {(price: number) => string} priceText
 */
export function createDrawings(plot, priceText) {
  /** @type {Attached | null} */
  let attached = null;
  /** @type {Palette | null} */
  let palette = null;
  /** @type {Picture} */
  let picture = { figures: [], selected: null, hovered: null };
  const pen = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));

  /** @param {number} width @param {number} height @returns {Projection} */
  const projection = (width, height) => ({
    xOf: plot.place.xOf,
    yOf: plot.heightOf,
    width,
    height,
    lineHeight: (palette?.size ?? 11) + 5,
    textWidth: (text) => pen.measureText(text).width,
  });

  /** @param {Target} target */
  function draw(target) {
    if (!palette) return;
    const colours = palette;
    target.useMediaCoordinateSpace(({ context, mediaSize: { width, height } }) => {
      context.font = pen.font = `${colours.size}px ${colours.font}`;
      context.textBaseline = "middle";
      const on = projection(width, height);
      for (const figure of picture.figures) {
        const shape = shapeOf(figure, on);
        if (shape) drawShape(context, figure, shape, colours, on);
      }
    });
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Figure} figure
   * @param {Shape} shape
   * @param {Palette} colours
   * @param {Projection} on
   */
  function drawShape(context, { id, colour, kind }, { lines, fill, labels, handles }, colours, on) {
    const ink = lineColours(colours)[colour];
    const isSelected = id === picture.selected;
    context.strokeStyle = context.fillStyle = ink;
    if (fill) {
      context.globalAlpha = FILL_SHARE;
      context.fillRect(fill.x, fill.y, fill.width, fill.height);
    }
    for (const { from, to, faint } of lines) {
      context.globalAlpha = faint ? FAINT_SHARE : 1;
      context.lineWidth = !faint && (isSelected || id === picture.hovered) ? 2 : 1.25;
      context.setLineDash(faint ? [3, 3] : []);
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
      context.stroke();
    }
    context.globalAlpha = 1;
    context.setLineDash([]);
    for (const { x, y, text, framed } of labels) {
      const width = on.textWidth(text) + 2 * PAD;
      context.globalAlpha = framed ? 0.9 : 0.75;
      context.fillStyle = colours.surface;
      context.fillRect(x - PAD, y - on.lineHeight / 2, width, on.lineHeight);
      context.globalAlpha = 1;
      context.fillStyle = ink;
      context.fillText(text, x, y + 0.5);
    }
    if (!isSelected && kind !== "text") return;
    context.lineWidth = 1.5;
    for (const { x, y } of handles) {
      context.beginPath();
      context.arc(x, y, isSelected ? HANDLE_PX : 2, 0, 2 * Math.PI);
      context.fillStyle = isSelected ? colours.surface : ink;
      context.fill();
      context.stroke();
    }
  }

  /** The prices of levels on the axis. */
  function axisViews() {
    const drawn = palette;
    return picture.figures
      .filter(({ kind }) => kind === "level")
      .map(({ anchors: [{ price }], colour }) => ({
        coordinate: () => plot.heightOf(price) ?? -100,
        text: () => priceText(price),
        textColor: () => drawn?.surface ?? "",
        backColor: () => (drawn ? lineColours(drawn)[colour] : ""),
      }));
  }
  let axis = axisViews();
  const view = { zOrder: () => /** @type {const} */ ("top"), renderer: () => ({ draw }) };
  const views = [view];
  const primitive = {
    /** @param {Attached} parameters */
    attached(parameters) {
      attached = parameters;
    },
    detached() {
      attached = null;
    },
    paneViews: () => views,
    priceAxisViews: () => axis,
  };
  plot.attach(primitive);

  return {
    /** @param {Picture} next @param {Palette} colours */
    set(next, colours) {
      picture = next;
      palette = colours;
      axis = axisViews();
      attached?.requestUpdate();
    },

    /**
     * Returns the topmost drawing at a point, and its part. The selected one comes first.
     *
     * @param {{ x: number, y: number }} at
     * @param {number} reach
     */
    at(at, reach) {
      const { width, height } = plot.area();
      const on = projection(width, height);
      const { figures, selected } = picture;
      const order = figures.toSorted((a, b) => Number(b.id === selected) - Number(a.id === selected) || b.id - a.id);
      for (const figure of order) {
        const shape = shapeOf(figure, on);
        const hit = shape && hitOf(shape, at, { reach, selected: figure.id === selected, on });
        if (hit) return { id: figure.id, hit };
      }
      return null;
    },
  };
}
