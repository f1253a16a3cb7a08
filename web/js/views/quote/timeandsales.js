/** Time and sales: the newest trades of the chosen symbol, the newest on top. */

import { element, setAttribute, setText } from "../../lib/dom.js";
import { clockText, dateText, preciseClockText } from "../../lib/time.js";
import { visibleLines } from "../../lib/window.js";
import { chosenInstrument, hasTape } from "../../state/select.js";
import { createTapeRow } from "./traderow.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").TapeLine} TapeLine */
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
export function createTape(root, { onSet }) {
  const note = element("span", { class: "tape-note" });
  const toggle = element("button", { type: "button", class: "tape-toggle", "aria-controls": "tape-body" });
  const heads = COLUMNS.map((title) =>
    element("span", { role: "columnheader", class: title === "Side" ? "spoken" : "" }, title),
  );
  const head = element("div", { class: "tape-row tape-columns", role: "row" }, ...heads);
  const belt = element("div", { class: "tape-belt" });
  const list = element("div", { class: "tape-lines", role: "rowgroup" }, belt);
  const table = element(
    "div",
    {
      class: "tape-table",
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
    element("div", { class: "tape-head" }, element("h3", { class: "tape-title" }, "Time & sales"), note, toggle),
    element("div", { class: "tape-body", id: "tape-body" }, table, veil),
  );
  let open = false;
  toggle.addEventListener("click", () => onSet({ tapeOpen: !open }));

  /** The rows that exist, by their line's place on the belt, the newest first. @type {Map<number, ReturnType<typeof createTapeRow>>} */
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
   * @param {readonly TapeLine[]} lines
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
    belt.style.transform = `translateY(calc(${placed} * var(--tape-row)))`;
    list.style.blockSize = `calc(${lines.length} * var(--tape-row))`;
    if (size.line > 0) show(lines, instrument, timeText);
  }

  /**
   * Makes the rows of the lines that are seen, of those that are not seen any more: a tape that runs makes no elements.
   *
   * @param {readonly TapeLine[]} lines
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
        row = (spare.pop() ?? createTapeRow()).draw(lines[lines.length - 1 - (placed - at)], instrument, timeText);
        row.node.style.insetBlockStart = `calc(${-at} * var(--tape-row))`;
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

  /** @type {readonly TapeLine[] | undefined} */
  let seen;
  return {
    /** @param {State} state */
    render(state) {
      const { tape, feed } = state;
      open = state.settings.tapeOpen;
      setAttribute(root, "data-open", open);
      setAttribute(toggle, "aria-expanded", String(open));
      setText(toggle, open ? "Hide" : "Show");
      const over = feed?.state === "ended" || feed?.state === "failed";
      setText(note, NOTES[feed?.state ?? "playing"]);
      setAttribute(note, "data-over", over);
      const instrument = chosenInstrument(state);
      const timeText = timeWriter(state, instrument);
      const shape = `${tape.revision} ${timeText.name} ${instrument?.symbol} ${instrument?.price_decimals}`;
      if (tape.lines !== seen || shape !== drawn.shape) {
        seen = tape.lines;
        redraw = () => draw(tape.lines, shape, instrument, timeText);
        redraw();
      }
      const without = instrument !== undefined && !hasTape(state);
      setText(veil, veilText(state, without));
      setAttribute(veil, "hidden", tape.lines.length > 0 && !without);
    },
  };
}

/** @param {State} state @param {boolean} without */
function veilText({ tape, feed, link, choice }, without) {
  if (without) return `${choice.symbol} is quoted alone: this feed has no trades of it.`;
  if (tape.loading)
    return link.status === "live" || link.status === "connecting"
      ? "Loading trades"
      : "No connection: the trades come with the next one.";
  if (feed?.state === "failed") return "The feed failed before the first trade.";
  return feed?.state === "ended" ? "The tape ended without a trade." : "No trades yet";
}

/**
 * As fine as can be read at the speed that plays; a day's bars give trades no time of day worth telling.
 *
 * @param {State} state
 * @param {Instrument | undefined} instrument
 */
function timeWriter({ feed }, instrument) {
  if (instrument?.synthesised_from === "1d") return dateText;
  return feed && feed.speed !== "max" && feed.speed <= SLOW ? preciseClockText : clockText;
}

/**
 * @param {readonly TapeLine[]} lines
 * @param {number} number
 */
function firstAfter(lines, number) {
  let at = lines.length;
  while (at > 0 && lines[at - 1].number > number) at -= 1;
  return at;
}
