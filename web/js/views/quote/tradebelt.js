/**
 * The lines of time and sales, of which only the visible ones have rows.
 *
 * The rows sit on a belt. A new trade moves the belt, and each row keeps its position on it, so that no row is laid out
 * again.
 */

import { element } from "../../lib/dom.js";
import { visibleLines } from "../../lib/window.js";
import { createTradeRow } from "./traderow.js";

/** @typedef {import("../../state/model.js").TradeLine} TradeLine */
/** @typedef {ReturnType<typeof createTradeRow>} TradeRow */
/**
 * The lines and how to write them. Another `shape` starts the belt again.
 *
 * @typedef {object} Content
 * @property {readonly TradeLine[]} lines oldest first
 * @property {string} shape
 * @property {number} big the size from which a trade is marked
 * @property {import("../../state/model.js").Instrument | undefined} instrument
 * @property {(us: number) => string} timeText
 */

/** The longest belt, as a browser's lengths are limited. */
const MOST_LINES = 100_000;
/** Rows above and below the visible ones. */
const SPARE_LINES = 4;

/**
 * @param {HTMLElement} table scrolls the lines
 * @param {HTMLElement} head as high as a line
 */
export function createTradeBelt(table, head) {
  const belt = element("div", { class: "trades-belt" });
  const node = element("div", { class: "trades-lines", role: "rowgroup" }, belt);
  const size = { top: 0, height: 0, line: 0 };
  /** @type {Content | undefined} */
  let shown;
  /** The rows by their position on the belt, newest first. @type {Map<number, TradeRow>} */
  let rows = new Map();
  /** The length of the belt, which is the position of the newest line. */
  let length = 0;
  const drawn = { shape: "", number: -Infinity };

  new ResizeObserver(() => {
    Object.assign(size, { height: table.clientHeight, line: head.offsetHeight });
    if (shown) draw(shown);
  }).observe(table);
  const onScroll = () => {
    size.top = table.scrollTop;
    if (shown) draw(shown);
  };
  table.addEventListener("scroll", onScroll, { passive: true });

  /** @param {Content} content */
  function draw(content) {
    const { lines, shape } = content;
    if (shape !== drawn.shape || length > MOST_LINES) {
      rows = new Map();
      length = lines.length;
      belt.replaceChildren();
    } else length += lines.length - firstAfter(lines, drawn.number);
    Object.assign(drawn, { shape, number: lines.at(-1)?.number ?? -Infinity });
    belt.style.transform = `translateY(calc(${length} * var(--trade-row)))`;
    node.style.blockSize = `calc(${lines.length} * var(--trade-row))`;
    if (size.line > 0) drawVisible(content);
  }

  /** Draws the visible lines, with rows that have scrolled out of sight. @param {Content} content */
  function drawVisible({ lines, instrument, timeText, big }) {
    const view = { top: size.top, height: size.height, lineHeight: size.line };
    const { from, to } = visibleLines({ ...view, count: lines.length, spare: SPARE_LINES });
    const [newest, oldest] = [length - from, length - to];
    const spare = [...rows].filter(([at]) => at > newest || at <= oldest).map(([at, row]) => (rows.delete(at), row));
    const before = [...rows.keys()];
    /** @type {typeof rows} */
    const next = new Map();
    for (let at = newest; at > oldest; at -= 1) {
      let row = rows.get(at);
      if (!row) {
        row = (spare.pop() ?? createTradeRow()).draw(
          lines[lines.length - 1 - (length - at)],
          instrument,
          timeText,
          big,
        );
        row.node.style.insetBlockStart = `calc(${-at} * var(--trade-row))`;
      }
      next.set(at, row);
    }
    rows = next;
    for (const { node } of spare) node.remove();
    belt.prepend(...nodesOf(next, (at) => at > (before[0] ?? -Infinity)));
    belt.append(...nodesOf(next, (at) => at < (before.at(-1) ?? -Infinity)));
  }

  return {
    node,
    /** @param {Content} content */
    show(content) {
      if (content.lines === shown?.lines && content.shape === shown.shape) return;
      shown = content;
      draw(content);
    },
  };
}

/** @param {ReadonlyMap<number, TradeRow>} rows @param {(at: number) => boolean} isWanted */
const nodesOf = (rows, isWanted) => [...rows].filter(([at]) => isWanted(at)).map(([, { node }]) => node);

/**
 * Returns the index of the first line with a higher number.
 *
 * @param {readonly TradeLine[]} lines
 * @param {number} number
 */
function firstAfter(lines, number) {
  let at = lines.length;
  while (at > 0 && lines[at - 1].number > number) at -= 1;
  return at;
}
