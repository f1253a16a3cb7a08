/** Draws the tiles of the heatmap on a canvas. Their colour shows the change. */

/**
 * @typedef {{ symbol: string, text: string, percent: number | null, box: { x: number, y: number, width: number, height:
 *   number } }} Tile
 */
/** @typedef {{ title: string, x: number, y: number, width: number }} Title */
/**
 * @typedef {{ up: string, down: string, flat: string, text: string, muted: string, focus: string, font: string }}
 *   Colours
 */

/** The change that gives a tile its full colour, in percent. */
export const FULL_PERCENT = 4;
const LEAST_PERCENT = 0.005;
const GAP = 1;
const LEAST_FONT = 9;
/** A name alone may be smaller than a name with its change. */
const LEAST_NAME = 8;
const MOST_FONT = 18;
/** The room beside the text of a tile, and the size of its second line relative to the first. */
const SIDE_PX = 6;
const SECOND = 0.78;
/** The font size for measuring widths. */
const MEASURED_PX = 100;

/**
 * Returns the strength of a tile's colour. A small change has some colour at once, and one that is written as 0 has
 * none.
 *
 * @param {number} percent
 */
export function strength(percent) {
  const share = Math.min(1, Math.abs(percent) / FULL_PERCENT);
  return Math.abs(percent) < LEAST_PERCENT ? 0 : 0.18 + 0.82 * share;
}

/**
 * Returns the name of a tile that shows no change: the symbol, or its part before a separator where there is no room.
 *
 * @param {string} symbol
 * @param {number} room
 * @param {(text: string) => number} widthOf at the font size 1
 */
export function nameFor(symbol, room, widthOf) {
  if (widthOf(symbol) * LEAST_FONT <= room) return symbol;
  return /^[^-/:.]+/.exec(symbol)?.[0] ?? symbol;
}

/** @param {HTMLCanvasElement} canvas */
export function createHeatmap(canvas) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: true }));

  /** Widths by weight and text. All digits are equally wide and count as one. @type {Map<string, number>} */
  const widths = new Map();
  let measuredIn = "";

  /**
   * Measures the width of a text at the font size 1.
   *
   * @param {string} text
   * @param {number} weight
   * @param {string} font
   */
  function widthOf(text, weight, font) {
    if (font !== measuredIn) widths.clear();
    measuredIn = font;
    const key = `${weight} ${text.replace(/\d/g, "0")}`;
    const known = widths.get(key);
    if (known !== undefined) return known;
    context.font = `${weight} ${MEASURED_PX}px ${font}`;
    const width = context.measureText(text).width / MEASURED_PX;
    widths.set(key, width);
    return width;
  }

  /** @param {Tile} tile @param {Colours} colours */
  function drawTile({ symbol, text, percent, box }, colours) {
    const [x, y, width, height] = [box.x, box.y, box.width - GAP, box.height - GAP];
    if (width <= 0 || height <= 0) return;
    context.clearRect(x, y, width, height);
    context.fillStyle = colours.flat;
    context.fillRect(x, y, width, height);
    if (percent !== null && strength(percent) > 0) {
      context.globalAlpha = strength(percent);
      context.fillStyle = percent > 0 ? colours.up : colours.down;
      context.fillRect(x, y, width, height);
      context.globalAlpha = 1;
    }
    const room = width - SIDE_PX;
    const [wide, below] = [widthOf(symbol, 600, colours.font), widthOf(text, 400, colours.font)];
    const both = Math.min(MOST_FONT, Math.floor(Math.min(room / Math.max(wide, below * SECOND), height / 2.4)));
    const second = Math.max(LEAST_FONT, both * SECOND);
    const two = text !== "" && both >= LEAST_FONT && below * second <= room;
    const name = two ? symbol : nameFor(symbol, room, (one) => widthOf(one, 600, colours.font));
    const fitting = Math.min((width - 2) / widthOf(name, 600, colours.font), height * 0.8);
    const size = two
      ? both
      : Math.min(MOST_FONT, Math.max(Math.floor(Math.min(room / wide, height * 0.6)), LEAST_NAME));
    if (!two && fitting < LEAST_NAME) return;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = colours.text;
    context.font = `600 ${size}px ${colours.font}`;
    context.fillText(name, x + width / 2, y + height / 2 - (two ? size * 0.5 : 0));
    if (!two) return;
    context.font = `400 ${second}px ${colours.font}`;
    context.fillText(text, x + width / 2, y + height / 2 + size * 0.65);
  }

  return {
    /** Draws some tiles again, in their places. @param {readonly Tile[]} tiles @param {Colours} colours */
    drawTiles(tiles, colours) {
      for (const tile of tiles) drawTile(tile, colours);
    },

    /**
     * Draws everything.
     *
     * @param {readonly Tile[]} tiles
     * @param {readonly Title[]} titles
     * @param {{ width: number, height: number, colours: Colours, focus: Tile | undefined }} look
     */
    draw(tiles, titles, { width, height, colours, focus }) {
      const scale = devicePixelRatio || 1;
      const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
      if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
      context.setTransform(scale, 0, 0, scale, 0, 0);
      context.clearRect(0, 0, width, height);
      for (const tile of tiles) drawTile(tile, colours);
      context.textAlign = "left";
      context.textBaseline = "top";
      context.font = `500 10px ${colours.font}`;
      context.fillStyle = colours.muted;
      for (const { title, x, y, width: room } of titles) context.fillText(title, x + 1, y + 1, Math.max(1, room));
      if (!focus) return;
      context.strokeStyle = colours.focus;
      context.lineWidth = 2;
      context.strokeRect(focus.box.x + 1, focus.box.y + 1, focus.box.width - 3, focus.box.height - 3);
    },
  };
}
