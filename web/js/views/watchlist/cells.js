/** The cells of the watchlist, one kind for each column. They are reused: only their text and shape change. */

import { createSparkline } from "../../chart/sparkline.js";
import { element, setAttribute, setText, span } from "../../lib/dom.js";
import { flash } from "../../lib/flash.js";
import { decimalText, direction, GLYPHS, percentText, priceText, signedText, volumeText } from "../../lib/number.js";
import { ageText } from "../../lib/time.js";
import { dayPosition, spread, turnover } from "../../state/columns.js";
import { changePercent } from "../../state/quotes.js";
import { oldUs } from "../../state/select.js";
import { sparkline } from "../../state/sparks.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").Quote} Quote */
/** @typedef {import("../../state/model.js").Instrument} Instrument */
/** @typedef {import("../../state/columns.js").ColumnId} ColumnId */
/**
 * `fresh` means that the row has a new instrument.
 *
 * @typedef {{ state: State, quote: Quote | undefined, instrument: Instrument, fresh: boolean }} Drawing
 */
/**
 * `age` is drawn as time passes.
 *
 * @typedef {{ node: HTMLElement, draw: (drawing: Drawing) => void, age?: (drawing: Drawing) => void }} Cell
 */

/** The change that fills the bar, in percent. */
const FULL_PERCENT = 5;

/**
 * The width of a column of prices: the usual one, or that of the longest price of the list, and `more`.
 *
 * @param {string} usual
 * @param {string} more
 */
function priceWidth(usual, more) {
  return `max(${usual}, var(--price-ch, 0) * 1ch + ${more})`;
}

/** @type {Readonly<Record<ColumnId, { width: string, end: boolean, make: () => Cell }>>} */
export const CELLS = {
  symbol: { width: "minmax(4.25rem, 1fr)", end: false, make: symbolCell },
  name: { width: "8rem", end: false, make: () => textCell(({ instrument }) => instrument.name, "name") },
  spark: { width: "minmax(2.25rem, 3.25rem)", end: false, make: sparkCell },
  last: { width: priceWidth("5.75rem", "2rem"), end: true, make: lastCell },
  change: {
    width: "5rem",
    end: true,
    make: () =>
      moveCell(({ quote, instrument }) =>
        signedText(quote?.change ?? null, instrument.price_decimals, instrument.price_decimals_max),
      ),
  },
  percent: {
    width: "4.25rem",
    end: true,
    make: () => moveCell(({ quote }) => percentText(changePercent(quote)), true),
  },
  changeBar: { width: "minmax(1.25rem, 2.25rem)", end: false, make: changeBarCell },
  dayRange: { width: "5rem", end: false, make: dayRangeCell },
  bid: { width: priceWidth("5rem", "0.5rem"), end: true, make: () => priceCell((quote) => quote.bid) },
  ask: { width: priceWidth("5rem", "0.5rem"), end: true, make: () => priceCell((quote) => quote.ask) },
  spread: { width: "4rem", end: true, make: () => priceCell(spread) },
  open: { width: priceWidth("5rem", "0.5rem"), end: true, make: () => priceCell((quote) => quote.open) },
  high: { width: priceWidth("5rem", "0.5rem"), end: true, make: () => priceCell((quote) => quote.high) },
  low: { width: priceWidth("5rem", "0.5rem"), end: true, make: () => priceCell((quote) => quote.low) },
  volume: {
    width: "4rem",
    end: true,
    make: () =>
      textCell(({ quote, instrument }) =>
        volumeText(instrument.basis === "bid" ? null : (quote?.volume ?? null), instrument.size_decimals),
      ),
  },
  turnover: {
    width: "4.25rem",
    end: true,
    make: () =>
      textCell(({ quote, instrument }) => volumeText(quote && instrument.basis !== "bid" ? turnover(quote) : null)),
  },
  vwap: {
    width: "5rem",
    end: true,
    make: () => textCell(({ quote, instrument }) => decimalText(quote?.vwap ?? null, instrument.price_decimals)),
  },
  age: { width: "3.25rem", end: true, make: ageCell },
};

/** @param {string} kind @param {...Node} children */
function cell(kind, ...children) {
  return element("span", { class: `cell ${kind}`, role: "gridcell" }, ...children);
}

/** @param {(drawing: Drawing) => string} text @param {string} [kind] @returns {Cell} */
function textCell(text, kind = "number") {
  const node = cell(kind);
  return { node, draw: (drawing) => setText(node, text(drawing)) };
}

/** @param {(quote: Quote) => number | null} of */
function priceCell(of) {
  return textCell(({ quote, instrument }) => priceText(quote ? of(quote) : null, instrument));
}

/** @returns {Cell} */
function symbolCell() {
  const symbol = span("symbol");
  const old = span("old");
  const node = cell("who", symbol, old);
  /** @param {Drawing} drawing */
  const age = ({ state, quote }) => {
    const us = oldUs(state, quote);
    setText(old, us === null ? "" : `◷ ${ageText(us)}`);
    setAttribute(old, "title", us === null ? null : `no event for ${ageText(us)} of market time`);
  };
  return {
    node,
    age,
    draw(drawing) {
      setText(symbol, drawing.instrument.symbol);
      setAttribute(node, "title", drawing.instrument.name || null);
      age(drawing);
    },
  };
}

/** @returns {Cell} */
function sparkCell() {
  const spark = createSparkline();
  const node = cell("spark-cell");
  node.append(spark.node);
  /** @param {Drawing} drawing */
  const age = ({ state, quote, instrument }) =>
    spark.draw(sparkline(state.sparks.closes.get(instrument.symbol) ?? [], quote));
  // Drawn once a second, which is enough for a line of minutes.
  return { node, age, draw: (drawing) => void (drawing.fresh && age(drawing)) };
}

/** @returns {Cell} */
function lastCell() {
  const tick = element("span", { class: "tick", "aria-hidden": "true" });
  const last = span("last");
  const price = span("price", tick, last);
  /** @type {number | null} */
  let before = null;
  return {
    node: cell("number", price),
    draw({ quote, instrument, fresh }) {
      const now = quote?.last ?? null;
      setText(last, priceText(now, instrument));
      if (fresh || before === null || now === null) setText(tick, "");
      else if (now !== before) {
        const way = now > before ? "up" : "down";
        setText(tick, way === "up" ? "↑" : "↓");
        setAttribute(price, "data-tick", way);
        flash(price, way);
      }
      before = now;
    },
  };
}

/** @param {(drawing: Drawing) => string} text @param {boolean} [withGlyph] @returns {Cell} */
function moveCell(text, withGlyph = false) {
  const glyph = element("span", { class: "glyph", "aria-hidden": "true" });
  const value = element("span");
  return {
    node: cell("number move", ...(withGlyph ? [glyph] : []), value),
    draw(drawing) {
      setText(value, text(drawing));
      if (withGlyph) setText(glyph, drawing.quote?.change == null ? "" : GLYPHS[direction(drawing.quote.change)]);
    },
  };
}

/** @returns {Cell} */
function changeBarCell() {
  const bar = span("change-fill");
  const node = cell("change-bar", bar);
  return {
    node,
    draw({ quote }) {
      const percent = changePercent(quote) ?? 0;
      const share = Math.min(1, Math.abs(percent) / FULL_PERCENT) * 50;
      bar.style.insetInline = percent < 0 ? `${(50 - share).toFixed(1)}% 50%` : `50% ${(50 - share).toFixed(1)}%`;
      setAttribute(node, "aria-label", percentText(changePercent(quote)));
    },
  };
}

/** @returns {Cell} */
function dayRangeCell() {
  const mark = span("range-mark");
  const node = cell("day-range", span("range-track", mark));
  return {
    node,
    draw({ quote, instrument }) {
      const position = quote ? dayPosition(quote) : null;
      setAttribute(mark, "hidden", position === null);
      mark.style.insetInlineStart = `${((position ?? 0) * 100).toFixed(1)}%`;
      const range =
        position === null
          ? ""
          : `${priceText(quote?.low ?? null, instrument)} to ${priceText(quote?.high ?? null, instrument)}`;
      setAttribute(node, "title", range);
      setAttribute(node, "aria-label", range);
    },
  };
}

/** @returns {Cell} */
function ageCell() {
  const node = cell("number muted");
  /** @param {Drawing} drawing */
  const age = ({ state: { marketUs }, quote }) => {
    const ts = quote?.ts_event ?? null;
    setText(node, marketUs === null || ts === null ? "–" : ageText(Math.max(0, marketUs - ts)));
  };
  return { node, age, draw: age };
}
