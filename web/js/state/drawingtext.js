/**
 * The drawings as short texts, for storage and for links.
 *
 * A text has one symbol and its drawings, oldest first: `AAPL*l0_tik9c0_227.31*t1_tik9c0_226_1o_229.5`. Each drawing
 * has the letter of its kind, the digit of its colour, then its anchors (seconds in base 36, after the first as a
 * difference, and the price), and at last its words. What is not valid is left out.
 */

import { bounded, DRAWING_KINDS, drawingsOf, isDrawing, KIND_NAMES } from "./drawings.js";

/** @typedef {import("./drawings.js").Drawing} Drawing */
/** @typedef {import("./drawings.js").DrawingKind} DrawingKind */

const LETTERS = /** @type {Readonly<Record<DrawingKind, string>>} */ ({
  level: "l",
  trend: "t",
  rectangle: "r",
  fibonacci: "f",
  measure: "m",
  text: "x",
});
/** The most characters of a link that drawings take. Browsers and chats cut links off from about 8,000. */
export const LINK_CHARACTERS = 4000;

/** @param {string} text */
const escaped = (text) => encodeURIComponent(text).replaceAll("_", "%5F").replaceAll("*", "%2A");

/** @param {string} text */
function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** @param {Drawing} drawing */
function drawingText({ kind, colour, anchors, text }) {
  const parts = anchors.flatMap(({ ts, price }, at) => {
    const seconds = Math.round((at === 0 ? ts : ts - anchors[0].ts) / 1e6);
    return [seconds.toString(36), String(price)];
  });
  return [`${LETTERS[kind]}${colour}`, ...parts, ...(text ? [escaped(text)] : [])].join("_");
}

/** @param {string} symbol @param {string} text @param {number} id @returns {Drawing | null} */
function drawingOf(symbol, text, id) {
  const [head, ...parts] = text.split("_");
  const kind = KIND_NAMES.find((one) => LETTERS[one] === head[0]);
  if (!kind || !/^.\d$/.test(head)) return null;
  const count = DRAWING_KINDS[kind];
  const anchors = Array.from({ length: count }, (_, at) => ({
    ts: parseInt(parts[2 * at], 36) * 1e6,
    price: parts[2 * at + 1] ? Number(parts[2 * at + 1]) : NaN,
  }));
  const absolute = anchors.map(({ ts, price }, at) => ({ ts: at === 0 ? ts : anchors[0].ts + ts, price }));
  const words = unescaped(parts[2 * count] ?? "");
  const drawing = { id, symbol, kind, colour: Number(head[1]), anchors: absolute, text: words };
  return isDrawing(drawing) ? drawing : null;
}

/** @param {string} symbol @param {readonly Drawing[]} own */
const symbolText = (symbol, own) => [escaped(symbol), ...own.map(drawingText)].join("*");

/**
 * Reads the drawings of texts, with new ids.
 *
 * @param {readonly string[]} texts
 * @returns {readonly Drawing[]}
 */
export function readDrawings(texts) {
  let id = 0;
  const all = texts.flatMap((text) => {
    const [symbol, ...own] = text.split("*");
    return own.flatMap((one) => drawingOf(unescaped(symbol), one, ++id) ?? []);
  });
  return bounded(all).list;
}

/**
 * Reads what `keptDrawings` wrote.
 *
 * @param {string | null} text
 */
export const recalledDrawings = (text) => readDrawings((text ?? "").split("\n"));

/**
 * Writes all drawings for storage: a line for each run of one symbol, so that their order stays.
 *
 * @param {readonly Drawing[]} list
 */
export function keptDrawings(list) {
  /** @type {Drawing[][]} */
  const runs = [];
  for (const one of list) {
    if (runs.at(-1)?.[0].symbol === one.symbol) runs.at(-1)?.push(one);
    else runs.push([one]);
  }
  return runs.map((run) => symbolText(run[0].symbol, run)).join("\n");
}

/**
 * Adds the drawings of a link to those that the browser has. One that it has already stays as it is.
 *
 * @param {readonly Drawing[]} list
 * @param {readonly Drawing[]} linked
 */
export function withLinked(list, linked) {
  const known = new Set(list.map((one) => `${one.symbol} ${drawingText(one)}`));
  const fresh = linked.filter((one) => !known.has(`${one.symbol} ${drawingText(one)}`));
  const first = list.at(-1)?.id ?? 0;
  return bounded([...list, ...fresh.map((one, at) => ({ ...one, id: first + 1 + at }))]).list;
}

/**
 * Writes the drawings of the symbols on the charts for a link: the newest of each, as far as there is room.
 *
 * @param {readonly Drawing[]} list
 * @param {readonly (string | null)[]} symbols the most important first
 * @returns {{ texts: string[], left: number }} and the number of drawings without room
 */
export function linkedDrawings(list, symbols) {
  let room = LINK_CHARACTERS;
  let left = 0;
  const texts = [...new Set(symbols)].flatMap((symbol) => {
    const own = symbol === null ? [] : drawingsOf({ list }, symbol);
    if (symbol === null || own.length === 0) return [];
    /** @type {Drawing[]} */
    const fitting = [];
    let used = encodeURIComponent(symbolText(symbol, [])).length + "&draw=".length;
    for (const one of own.toReversed()) {
      used += encodeURIComponent(drawingText(one)).length + 1;
      if (used > room) break;
      fitting.unshift(one);
    }
    left += own.length - fitting.length;
    if (fitting.length === 0) return [];
    const text = symbolText(symbol, fitting);
    room -= encodeURIComponent(text).length + "&draw=".length;
    return [text];
  });
  return { texts, left };
}
