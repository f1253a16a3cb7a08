/**
 * The shapes of drawings in pixels, what of them is at a point, and the magnet. Pure: positions come from a projection.
 */

/** @typedef {{ x: number, y: number }} Point */
/** @typedef {{ from: Point, to: Point, faint: boolean }} Line */
/** @typedef {{ x: number, y: number, width: number, height: number }} Box */
/** @typedef {{ x: number, y: number, text: string, framed: boolean }} Label `y` is its middle */
/**
 * A drawing to draw. `levels` are those of a retracement, `labels` the lines of text of a measure or a text.
 *
 * @typedef {{ id: number, kind: import("./drawings.js").Kind, colour: number, anchors: readonly { ts: number, price:
 *   number }[], levels: readonly { price: number, text: string }[], labels: readonly string[] }} Figure
 */
/**
 * @typedef {object} Projection
 * @property {(ts: number) => number | null} xOf
 * @property {(price: number) => number | null} yOf
 * @property {number} width
 * @property {number} height
 * @property {number} lineHeight of texts
 * @property {(text: string) => number} textWidth
 */
/** @typedef {{ lines: Line[], fill: Box | null, labels: Label[], handles: Point[] }} Shape */
/** @typedef {{ part: "handle", at: number } | { part: "body" }} Hit */

const PAD = 4;

/**
 * Returns the shape of a drawing, or `null` where one of its anchors has no place.
 *
 * @param {Figure} figure
 * @param {Projection} on
 * @returns {Shape | null}
 */
export function shapeOf(figure, on) {
  const handles = figure.anchors.map(({ ts, price }) => ({ x: on.xOf(ts), y: on.yOf(price) }));
  if (!handles.every(isPlaced)) return null;
  return SHAPES[figure.kind](/** @type {Point[]} */ (handles), figure, on);
}

/** @param {{ x: number | null, y: number | null }} at @returns {at is Point} */
function isPlaced({ x, y }) {
  return x !== null && y !== null && Number.isFinite(x) && Number.isFinite(y);
}

/** @param {Point} from @param {Point} to @param {boolean} [faint] @returns {Line} */
const line = (from, to, faint = false) => ({ from, to, faint });

/** @param {Point} a @param {Point} b @returns {Box} */
export function boxOf(a, b) {
  return { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) };
}

/** @param {Box} box */
function edges({ x, y, width, height }) {
  const [a, b] = [
    { x, y },
    { x: x + width, y },
  ];
  const [c, d] = [
    { x: x + width, y: y + height },
    { x, y: y + height },
  ];
  return [line(a, b), line(b, c), line(c, d), line(d, a)];
}

/**
 * @type {Readonly<Record<import("./drawings.js").Kind, (handles: Point[], figure: Figure, on: Projection) => Shape>>}
 */
const SHAPES = {
  level: (handles, _, { width }) => ({
    lines: [line({ x: 0, y: handles[0].y }, { x: width, y: handles[0].y })],
    fill: null,
    labels: [],
    handles,
  }),
  trend: (handles) => ({ lines: [line(handles[0], handles[1])], fill: null, labels: [], handles }),
  rectangle(handles) {
    const fill = boxOf(handles[0], handles[1]);
    return { lines: edges(fill), fill, labels: [], handles };
  },
  fibonacci(handles, { levels }, on) {
    const { x, width } = boxOf(handles[0], handles[1]);
    /** @type {Line[]} */
    const lines = [line(handles[0], handles[1], true)];
    /** @type {Label[]} */
    const labels = [];
    for (const { price, text } of levels) {
      const y = on.yOf(price);
      if (y === null) continue;
      lines.push(line({ x, y }, { x: x + width, y }));
      // Right of the lines, or left of them at the edge.
      const room = on.textWidth(text) + 2 * PAD;
      const right = x + width + PAD;
      labels.push({ x: right + room <= on.width ? right : Math.max(PAD, x - room), y, text, framed: false });
    }
    return { lines, fill: boxOf(handles[0], handles[1]), labels, handles };
  },
  measure(handles, { labels }, on) {
    const [from, to] = handles;
    const box = boxOf(from, to);
    const [middleX, middleY] = [box.x + box.width / 2, box.y + box.height / 2];
    const lines = [
      ...edges(box).map((edge) => ({ ...edge, faint: true })),
      ...arrow({ x: middleX, y: from.y }, { x: middleX, y: to.y }),
      ...arrow({ x: from.x, y: middleY }, { x: to.x, y: middleY }),
    ];
    const wide = Math.max(0, ...labels.map(on.textWidth)) + 2 * PAD;
    const x = Math.max(PAD, Math.min(on.width - wide, middleX - wide / 2));
    // Beyond the end of the move, so that the text does not cover what is measured.
    const high = labels.length * on.lineHeight;
    const above = to.y <= from.y ? box.y - high - PAD >= 0 : box.y + box.height + high + PAD > on.height;
    const top = above ? box.y - high - PAD : box.y + box.height + PAD;
    return { lines, fill: box, labels: stacked(labels, x, Math.max(0, Math.min(on.height - high, top)), on), handles };
  },
  text: (handles, { labels }, on) => ({
    lines: [],
    fill: null,
    labels: stacked(labels, handles[0].x + 2 * PAD, handles[0].y - on.lineHeight / 2, on),
    handles,
  }),
};

/** @param {readonly string[]} texts @param {number} x @param {number} top @param {Projection} on @returns {Label[]} */
const stacked = (texts, x, top, { lineHeight }) =>
  texts.map((text, at) => ({ x, y: top + (at + 0.5) * lineHeight, text, framed: true }));

const HEAD = 4;

/** A line with a head, along one axis. @param {Point} from @param {Point} to */
function arrow(from, to) {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length < 2 * HEAD) return [];
  const [dx, dy] = [((to.x - from.x) / length) * HEAD, ((to.y - from.y) / length) * HEAD];
  const wing = (/** @type {number} */ side) => line({ x: to.x - dx + side * dy, y: to.y - dy + side * dx }, to);
  return [line(from, to), wing(1), wing(-1)];
}

/**
 * Returns the distance of a point from a line between two points.
 *
 * @param {Point} at
 * @param {Pick<Line, "from" | "to">} line
 */
export function distance(at, { from, to }) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const square = dx * dx + dy * dy;
  const share = square === 0 ? 0 : Math.max(0, Math.min(1, ((at.x - from.x) * dx + (at.y - from.y) * dy) / square));
  return Math.hypot(at.x - from.x - share * dx, at.y - from.y - share * dy);
}

/**
 * Returns the part of a shape that is at a point. The area of a box counts only where the drawing is selected: the
 * chart below it must stay movable.
 *
 * @param {Shape} shape
 * @param {Point} at
 * @param {{ reach: number, selected: boolean, on: Pick<Projection, "textWidth" | "lineHeight"> }} given `reach` in
 *   pixels
 * @returns {Hit | null}
 */
export function hitOf(shape, at, { reach, selected, on }) {
  const handle = shape.handles.findIndex((point) => Math.hypot(point.x - at.x, point.y - at.y) <= reach + 2);
  if (handle >= 0 && (selected || shape.handles.length === 1)) return { part: "handle", at: handle };
  const isInside = (/** @type {Box} */ { x, y, width, height }) =>
    at.x >= x && at.x <= x + width && at.y >= y && at.y <= y + height;
  if (shape.lines.some((one) => distance(at, one) <= reach)) return { part: "body" };
  const texts = shape.labels.map(({ x, y, text }) => ({
    x: x - PAD,
    y: y - on.lineHeight / 2,
    width: on.textWidth(text) + 2 * PAD,
    height: on.lineHeight,
  }));
  if (texts.some(isInside) || (selected && shape.fill && isInside(shape.fill))) return { part: "body" };
  return null;
}

/**
 * Returns the price of the near bars that is next to a point, or `null` where none is within reach.
 *
 * @param {Point} at
 * @param {readonly { index: number, x: number, prices: readonly { price: number, y: number }[] }[]} bars
 * @param {number} reach in pixels
 * @returns {{ index: number, price: number } | null}
 */
export function attracted(at, bars, reach) {
  /** @type {{ index: number, price: number } | null} */
  let found = null;
  let nearest = reach;
  for (const { index, x, prices } of bars) {
    for (const { price, y } of prices) {
      const apart = Math.hypot(x - at.x, y - at.y);
      if (apart > nearest) continue;
      nearest = apart;
      found = { index, price };
    }
  }
  return found;
}
