/**
 * The drawings on the charts, and how they are changed and undone.
 *
 * An anchor is a price at a time of the recording, without the shift of a feed that plays "as if now". So a drawing
 * stays at its bars in any interval and epoch, after a seek, and where the times of the feed are moved.
 *
 * Not here: their text in storage and links (`drawingtext.js`), and their words (`drawingwords.js`).
 */

/** @typedef {"level" | "trend" | "rectangle" | "fibonacci" | "measure" | "text"} DrawingKind */
/** @typedef {{ ts: number, price: number }} Anchor */
/**
 * `colour` is an index of the line colours, which each theme has its own of. A newer drawing has a larger `id`.
 *
 * @typedef {{ id: number, symbol: string, kind: DrawingKind, colour: number, anchors: readonly Anchor[], text: string
 * }}
 *   Drawing
 */
/** @typedef {{ symbol: string, before: readonly Drawing[], after: readonly Drawing[] }} Step what one change did */
/** @typedef {{ list: readonly Drawing[], past: readonly Step[], future: readonly Step[] }} Drawings oldest first */
/**
 * `put` adds a drawing, or replaces the one with its `id`.
 *
 * @typedef {{ edit: "put", drawing: Drawing } | { edit: "remove", id: number } | { edit: "clear", symbol: string }}
 *   Change
 */
/** @typedef {{ edit: "undo" | "redo", symbol: string }} Back */
/** @typedef {Change | Back} Edit */

/** The kinds in the order of the tools, with the number of their anchors. */
export const DRAWING_KINDS = /** @type {const} */ ({
  level: 1,
  trend: 2,
  rectangle: 2,
  fibonacci: 2,
  measure: 2,
  text: 1,
});
export const KIND_NAMES = /** @type {readonly DrawingKind[]} */ (Object.keys(DRAWING_KINDS));
export const MOST_DRAWINGS = { symbol: 100, all: 1000 };
export const MOST_STEPS = 100;
export const MOST_TEXT = 80;
export const DRAWING_COLOURS = 5;

/** @type {Drawings} */
export const NO_DRAWINGS = { list: [], past: [], future: [] };

/** @param {Pick<Drawings, "list">} drawings @param {string | null} symbol */
export const drawingsOf = ({ list }, symbol) => list.filter((one) => one.symbol === symbol);

/** Returns the id of the next drawing. @param {Pick<Drawings, "list">} drawings */
export const nextId = ({ list }) => (list.at(-1)?.id ?? 0) + 1;

/** @param {Drawing} drawing */
export function isDrawing({ id, symbol, kind, colour, anchors, text }) {
  return (
    Number.isSafeInteger(id) &&
    symbol !== "" &&
    Object.hasOwn(DRAWING_KINDS, kind) &&
    anchors.length === DRAWING_KINDS[kind] &&
    anchors.every(({ ts, price }) => Number.isSafeInteger(ts) && Number.isFinite(price)) &&
    Number.isInteger(colour) &&
    colour >= 0 &&
    colour < DRAWING_COLOURS &&
    text.length <= MOST_TEXT
  );
}

/**
 * Drops the oldest drawings where there are too many, first of each symbol and then of all.
 *
 * @param {readonly Drawing[]} list
 * @returns {{ list: readonly Drawing[], dropped: readonly Drawing[] }}
 */
export function bounded(list) {
  const sorted = list.toSorted((a, b) => a.id - b.id);
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { symbol } of sorted) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  /** @param {Drawing} one */
  const isCrowded = ({ symbol }) => {
    const count = counts.get(symbol) ?? 0;
    if (count > MOST_DRAWINGS.symbol) counts.set(symbol, count - 1);
    return count > MOST_DRAWINGS.symbol;
  };
  const kept = sorted.filter((one) => !isCrowded(one)).slice(-MOST_DRAWINGS.all);
  const held = new Set(kept);
  return { list: kept, dropped: sorted.filter((one) => !held.has(one)) };
}

/** Returns the words about drawings that went because there are too many. @param {readonly Drawing[]} dropped */
export function droppedText(dropped) {
  if (dropped.length === 0) return null;
  const symbols = [...new Set(dropped.map(({ symbol }) => symbol))].join(", ");
  const { symbol, all } = MOST_DRAWINGS;
  return `The oldest drawing of ${symbols} was removed: there can be ${symbol} for a symbol and ${all} in all.`;
}

/**
 * @param {Drawings} drawings
 * @param {Edit} edit
 * @returns {{ drawings: Drawings, dropped: readonly Drawing[] }}
 */
export function editDrawings(drawings, edit) {
  if (isBack(edit)) return back(drawings, edit);
  const symbol = symbolOf(drawings, edit);
  const before = drawingsOf(drawings, symbol);
  const wanted = changed(before, edit);
  const { list, dropped } = bounded([...drawings.list.filter((one) => one.symbol !== symbol), ...wanted]);
  const after = drawingsOf({ list }, symbol);
  if (after.length === before.length && after.every((one, at) => one === before[at])) return { drawings, dropped: [] };
  const past = [...drawings.past, { symbol, before, after }].slice(-MOST_STEPS);
  // What was undone of other symbols can still be done again.
  return { drawings: { list, past, future: drawings.future.filter((step) => step.symbol !== symbol) }, dropped };
}

/** @param {Edit} edit @returns {edit is Back} */
function isBack(edit) {
  return edit.edit === "undo" || edit.edit === "redo";
}

/** @param {Drawings} drawings @param {Change} edit */
function symbolOf({ list }, edit) {
  if (edit.edit === "put") return edit.drawing.symbol;
  return edit.edit === "clear" ? edit.symbol : (list.find(({ id }) => id === edit.id)?.symbol ?? "");
}

/** @param {readonly Drawing[]} own @param {Change} edit */
function changed(own, edit) {
  if (edit.edit === "clear") return [];
  if (edit.edit === "remove") return own.filter(({ id }) => id !== edit.id);
  const { drawing } = edit;
  if (!isDrawing(drawing)) return own;
  return own.some(({ id }) => id === drawing.id)
    ? own.map((one) => (one.id === drawing.id ? drawing : one))
    : [...own, drawing];
}

/**
 * Undoes the last change of a symbol's drawings, or does it again.
 *
 * @param {Drawings} drawings
 * @param {Back} wanted
 * @returns {{ drawings: Drawings, dropped: readonly Drawing[] }}
 */
function back(drawings, { edit, symbol }) {
  const [from, to] = edit === "undo" ? [drawings.past, drawings.future] : [drawings.future, drawings.past];
  const at = from.findLastIndex((step) => step.symbol === symbol);
  const step = from[at];
  if (!step) return { drawings, dropped: [] };
  const own = edit === "undo" ? step.before : step.after;
  const { list, dropped } = bounded([...drawings.list.filter((one) => one.symbol !== symbol), ...own]);
  const [left, right] = [from.toSpliced(at, 1), [...to, step].slice(-MOST_STEPS)];
  const [past, future] = edit === "undo" ? [left, right] : [right, left];
  return { drawings: { list, past, future }, dropped };
}

/**
 * Tells whether a change of a symbol can be undone, or done again.
 *
 * @param {Drawings} drawings
 * @param {string} symbol
 */
export function undoable({ past, future }, symbol) {
  const has = (/** @type {readonly Step[]} */ steps) => steps.some((step) => step.symbol === symbol);
  return { undo: has(past), redo: has(future) };
}

/**
 * Moves a drawing, or one of its anchors.
 *
 * @param {Drawing} drawing
 * @param {(anchor: Anchor) => Anchor} move
 * @param {number | null} [at] the index of the only anchor that moves
 * @returns {Drawing}
 */
export function moved(drawing, move, at = null) {
  return {
    ...drawing,
    anchors: drawing.anchors.map((anchor, index) => (at === null || at === index ? move(anchor) : anchor)),
  };
}

/** Tells whether the ends of a drawing are apart, or it has only one. @param {Drawing} drawing */
export function isSpread({ anchors: [a, b] }) {
  return b === undefined || a.ts !== b.ts || a.price !== b.price;
}
