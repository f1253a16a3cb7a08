/** Time and sales: the newest trades of the chosen symbol, the newest on top. */

import { element, setAttribute, setText } from "../lib/dom.js";
import { clockText, dateText, preciseClockText } from "../lib/time.js";
import { chosenInstrument, hasTape } from "../state/select.js";
import { LINES_KEPT } from "../state/tape.js";
import { createTapeRow } from "./taperow.js";

/** @typedef {import("../state/model.js").State} State */
/** @typedef {import("../state/model.js").TapeLine} TapeLine */
/** @typedef {import("../state/model.js").Instrument} Instrument */

/** Up to this speed a second of the market is long enough to be read in parts. */
const SLOW = 10;
const NOTES = { playing: "UTC", paused: "❚❚ Paused", stepping: "UTC", seeking: "UTC", ended: "■ End of tape", failed: "✕ Feed failed" };
const COLUMNS = ["Time", "Price", "Size", "Side"];

/**
 * @param {HTMLElement} root
 * @param {{ onTape: (open: boolean) => void }} actions
 */
export function createTape(root, { onTape }) {
  const note = element("span", { class: "tape-note" });
  const toggle = element("button", { type: "button", class: "tape-toggle", "aria-controls": "tape-body" });
  const heads = COLUMNS.map((title) => element("span", { role: "columnheader", class: title === "Side" ? "spoken" : "" }, title));
  const head = element("div", { class: "tape-row tape-columns", role: "row" }, ...heads);
  const list = element("div", { class: "tape-lines", role: "rowgroup" });
  const table = element("div", { class: "tape-table", role: "table", tabindex: 0, "aria-label": "Trades, newest first, times in UTC" }, head, list);
  const veil = element("p", { class: "veil" });
  root.append(
    element("div", { class: "tape-head" }, element("h3", { class: "tape-title" }, "Time & sales"), note, toggle),
    element("div", { class: "tape-body", id: "tape-body" }, table, veil),
  );
  let open = false;
  toggle.addEventListener("click", () => onTape(!open));

  /** The rows that are shown, oldest first. @type {ReturnType<typeof createTapeRow>[]} */
  let rows = [];
  const drawn = { shape: "", number: -Infinity };

  /**
   * @param {readonly TapeLine[]} lines
   * @param {string} shape
   * @param {Instrument | undefined} instrument
   * @param {(us: number) => string} timeText
   */
  function draw(lines, shape, instrument, timeText) {
    if (shape !== drawn.shape) {
      Object.assign(drawn, { shape, number: -Infinity });
      rows = [];
      list.replaceChildren();
    }
    const news = lines.slice(firstAfter(lines, drawn.number));
    if (news.length === 0) return;
    drawn.number = news[news.length - 1].number;
    // The oldest rows are used again: a tape that runs makes no elements.
    const spare = rows.splice(0, Math.max(0, rows.length + news.length - LINES_KEPT));
    const filled = news.map((line) => (spare.shift() ?? createTapeRow()).draw(line, instrument, timeText));
    rows.push(...filled);
    list.prepend(...filled.map(({ node }) => node).reverse());
  }

  /** @type {readonly TapeLine[] | undefined} */
  let seen;
  return {
    /** @param {State} state */
    render(state) {
      const { tape, feed } = state;
      open = state.tapeOpen;
      setAttribute(root, "hidden", !hasTape(state));
      setAttribute(root, "data-open", open);
      setAttribute(toggle, "aria-expanded", String(open));
      setText(toggle, open ? "Hide" : "Show");
      const over = feed !== null && feed.state !== "playing";
      setText(note, NOTES[feed?.state ?? "playing"]);
      setAttribute(note, "data-over", over);
      const instrument = chosenInstrument(state);
      const timeText = timeWriter(state, instrument);
      const shape = `${tape.revision} ${timeText.name} ${instrument?.symbol} ${instrument?.price_decimals}`;
      if (tape.lines !== seen || shape !== drawn.shape) {
        seen = tape.lines;
        draw(tape.lines, shape, instrument, timeText);
      }
      setText(veil, tape.loading ? "Loading trades" : over ? "The tape ended without a trade." : "No trades yet");
      setAttribute(veil, "hidden", tape.lines.length > 0);
    },
  };
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
