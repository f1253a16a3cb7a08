/** Time and sales: the newest trades of the chosen symbol, the newest on top. */

import { element, setAttribute, setText } from "../../lib/dom.js";
import { clockText, dateText, preciseClockText } from "../../lib/time.js";
import { visibleLines } from "../../lib/window.js";
import { chosenInstrument, hasTrades } from "../../state/select.js";
import { createTradeRow } from "./traderow.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").TradeLine} TradeLine */
/** @typedef {import("../../state/model.js").Instrument} Instrument */

/** Up to this speed a second of the market is long enough to be read in parts. */
const SLOW = 10;
const NOTES = {
  playing: "UTC",
  paused: "❚❚ Paused",
  stepping: "UTC",
  seeking: "UTC",
  ended: "■ End of tape",
  failed: "✕ Feed failed",
};
/** Beyond, the belt begins anew: a browser's lengths have an end. */
const MOST_PLACED = 100_000;
const COLUMNS = ["Time", "Price", "Size", "Side"];
/** Rows above and below those that are seen. */
const SPARE_LINES = 4;

/**
 * @param {HTMLElement} root
 * @param {import("../actions.js").Actions} actions
 */
export function createTimeAndSales(root, { onSet }) {
  const note = element("span", { class: "trades-note" });
  const toggle = element("button", { type: "button", class: "trades-toggle", "aria-controls": "trades-body" });
  const heads = COLUMNS.map((title) =>
    element("span", { role: "columnheader", class: title === "Side" ? "spoken" : "" }, title),
  );
  const head = element("div", { class: "trade-row trades-columns", role: "row" }, ...heads);
  const belt = element("div", { class: "trades-belt" });
  const list = element("div", { class: "trades-lines", role: "rowgroup" }, belt);
  const table = element(
    "div",
    {
      class: "trades-table",
      role: "table",
      tabindex: 0,
      "aria-rowcount": -1,
      "aria-label": "Trades, newest first, times in UTC",
    },
    head,
    list,
  );
  const veil = element("p", { class: "veil" });
  root.append(
    element("div", { class: "trades-head" }, element("h3", { class: "trades-title" }, "Time & sales"), note, toggle),
    element("div", { class: "trades-body", id: "trades-body" }, table, veil),
  );
  let open = false;
  toggle.addEventListener("click", () => onSet({ tradesOpen: !open }));

  /** The rows that exist, by their line's place on the belt, the newest first. @type {Map<number, ReturnType<typeof createTradeRow>>} */
  let rows = new Map();
  /** How many lines were ever put on the belt: the place of the newest. */
  let placed = 0;
  const drawn = { shape: "", number: -Infinity };
  const size = { top: 0, height: 0, line: 0 };
  /** @type {() => void} */
  let redraw = () => {};
  new ResizeObserver(() => {
    Object.assign(size, { height: table.clientHeight, line: head.offsetHeight });
    redraw();
  }).observe(table);
  table.addEventListener(
    "scroll",
    () => {
      size.top = table.scrollTop;
      redraw();
    },
    { passive: true },
  );

  /**
   * @param {readonly TradeLine[]} lines
   * @param {string} shape
   * @param {Instrument | undefined} instrument
   * @param {(us: number) => string} timeText
   */
  function draw(lines, shape, instrument, timeText) {
    const news = lines.length - firstAfter(lines, drawn.number);
    if (shape !== drawn.shape || placed > MOST_PLACED) {
      rows = new Map();
      placed = lines.length;
      belt.replaceChildren();
    } else placed += news;
    Object.assign(drawn, { shape, number: lines.at(-1)?.number ?? -Infinity });
    // Each row keeps its place on the belt, and the belt is moved on: what is there already is not laid out again.
    belt.style.transform = `translateY(calc(${placed} * var(--trade-row)))`;
    list.style.blockSize = `calc(${lines.length} * var(--trade-row))`;
    if (size.line > 0) show(lines, instrument, timeText);
  }

  /**
   * Makes the rows of the lines that are seen, of those that are not seen any more: a tape that runs makes no elements.
   *
   * @param {readonly TradeLine[]} lines
   * @param {Instrument | undefined} instrument
   * @param {(us: number) => string} timeText
   */
  function show(lines, instrument, timeText) {
    const { from, to } = visibleLines({
      top: size.top,
      height: size.height,
      lineHeight: size.line,
      count: lines.length,
      spare: SPARE_LINES,
    });
    const [newest, oldest] = [placed - from, placed - to];
    const spare = [...rows].filter(([at]) => at > newest || at <= oldest).map(([at, row]) => (rows.delete(at), row));
    const before = [...rows.keys()];
    /** @type {typeof rows} */
    const next = new Map();
    for (let at = newest; at > oldest; at -= 1) {
      let row = rows.get(at);
      if (!row) {
        row = (spare.pop() ?? createTradeRow()).draw(lines[lines.length - 1 - (placed - at)], instrument, timeText);
        row.node.style.insetBlockStart = `calc(${-at} * var(--trade-row))`;
      }
      next.set(at, row);
    }
    rows = next;
    for (const { node } of spare) node.remove();
    const above = [...next].filter(([at]) => at > (before[0] ?? -Infinity)).map(([, { node }]) => node);
    const below =
      before.length === 0 ? [] : [...next].filter(([at]) => at < before[before.length - 1]).map(([, { node }]) => node);
    belt.prepend(...above);
    belt.append(...below);
  }

  /** @type {readonly TradeLine[] | undefined} */
  let seen;
  return {
    /** @param {State} state */
    render(state) {
      const { trades, feed } = state;
      open = state.settings.tradesOpen;
      setAttribute(root, "data-open", open);
      setAttribute(toggle, "aria-expanded", String(open));
      setText(toggle, open ? "Hide" : "Show");
      const over = feed?.state === "ended" || feed?.state === "failed";
      setText(note, NOTES[feed?.state ?? "playing"]);
      setAttribute(note, "data-over", over);
      const instrument = chosenInstrument(state);
      const timeText = timeWriter(state, instrument);
      const shape = `${trades.revision} ${timeText.name} ${instrument?.symbol} ${instrument?.price_decimals}`;
      if (trades.lines !== seen || shape !== drawn.shape) {
        seen = trades.lines;
        redraw = () => draw(trades.lines, shape, instrument, timeText);
        redraw();
      }
      const without = instrument !== undefined && !hasTrades(state);
      setText(veil, veilText(state, without));
      setAttribute(veil, "hidden", trades.lines.length > 0 && !without);
    },
  };
}

/** @param {State} state @param {boolean} without */
function veilText({ trades, feed, link, choice }, without) {
  if (without) return `This feed has no trades of ${choice.symbol}, only quotes.`;
  if (trades.loading) {
    const isComing = link.status === "live" || link.status === "connecting";
    return isComing ? "Loading trades" : "No connection: trades come when it is back.";
  }
  if (feed?.state === "failed") return "The feed failed before the first trade.";
  return feed?.state === "ended" ? "The feed ended without a trade." : "No trades yet";
}

/**
 * Returns how to write times: as precise as can be read at the speed. Trades made from daily bars have only a date.
 *
 * @param {State} state
 * @param {Instrument | undefined} instrument
 */
function timeWriter({ feed }, instrument) {
  if (instrument?.synthesised_from === "1d") return dateText;
  return feed && feed.speed !== "max" && feed.speed <= SLOW ? preciseClockText : clockText;
}

/**
 * @param {readonly TradeLine[]} lines
 * @param {number} number
 */
function firstAfter(lines, number) {
  let at = lines.length;
  while (at > 0 && lines[at - 1].number > number) at -= 1;
  return at;
}
