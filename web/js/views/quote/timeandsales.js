/** Time and sales: the newest trades of the chosen symbol, newest first. */

import { element, setAttribute, setText, span } from "../../lib/dom.js";
import { icon } from "../../lib/icon.js";
import { clockText, preciseClockText } from "../../lib/time.js";
import { chosenInstrument, hasTrades, zoneOf } from "../../state/select.js";
import { bigFrom } from "../../state/trades.js";
import { zoneLabel } from "../../state/trust.js";
import { createTradeBelt } from "./tradebelt.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").Instrument} Instrument */

/** The highest speed at which milliseconds can be read. */
const SLOW = 10;
/** The states in which the note is not the zone. @type {Record<string, string>} */
const NOTES = { paused: "❚❚ Paused", ended: "■ Ended", failed: "✕ Feed failed" };
const COLUMNS = ["Time", "Price", "Size", "Side"];

/**
 * @param {HTMLElement} root
 * @param {import("../actions.js").Actions} actions
 */
export function createTimeAndSales(root, { onSet, onExportTrades }) {
  const note = span("trades-note");
  const toggle = element("button", { type: "button", class: "trades-toggle", "aria-controls": "trades-body" });
  const bigs = element(
    "button",
    { type: "button", class: "trades-big", "aria-pressed": "false", title: "Only trades of five times the usual size" },
    "Big only",
  );
  const heads = COLUMNS.map((title) =>
    element("span", { role: "columnheader", class: title === "Side" ? "spoken" : "" }, title),
  );
  const head = element("div", { class: "trade-row trades-columns", role: "row" }, ...heads);
  const name = "Trades, newest first";
  const table = element(
    "div",
    { class: "trades-table", role: "table", tabindex: 0, "aria-rowcount": -1, "aria-label": name },
    head,
  );
  const belt = createTradeBelt(table, head);
  table.append(belt.node);
  const veil = element("p", { class: "veil" });
  const saveName = "Trades as CSV";
  const save = element(
    "button",
    { type: "button", class: "mini", "aria-label": saveName, title: saveName },
    icon("download"),
  );
  save.addEventListener("click", onExportTrades);
  const title = element("h3", { class: "trades-title" }, "Time & sales");
  root.append(
    element("div", { class: "trades-head" }, title, bigs, note, save, toggle),
    element("div", { class: "trades-body", id: "trades-body" }, table, veil),
  );
  let open = false;
  let onlyBig = false;
  bigs.addEventListener("click", () => onSet({ tradesBig: !onlyBig }));
  /** The lines that were chosen last, and their source. @type {readonly unknown[]} */
  let source = [];
  /** @type {State["trades"]["lines"]} */
  let lines = [];
  let big = Infinity;

  /** Returns all lines, or the big trades. @param {State} state */
  function linesOf({ trades, settings }) {
    if (source[0] === trades.lines && source[1] === settings.tradesBig) return lines;
    source = [trades.lines, settings.tradesBig];
    big = bigFrom(trades.lines);
    lines = settings.tradesBig ? trades.lines.filter(({ trade }) => trade !== null && trade.size >= big) : trades.lines;
    return lines;
  }

  toggle.addEventListener("click", () => onSet({ tradesOpen: !open }));

  return {
    /** @param {State} state */
    render(state) {
      const { trades, feed } = state;
      open = state.settings.tradesOpen;
      setAttribute(root, "data-open", open);
      setAttribute(toggle, "aria-expanded", String(open));
      onlyBig = state.settings.tradesBig;
      setAttribute(bigs, "aria-pressed", String(onlyBig));
      setText(toggle, open ? "Hide" : "Show");
      setText(note, NOTES[feed?.state ?? "playing"] ?? zoneLabel(state, state.marketUs));
      setAttribute(note, "data-over", feed?.state === "ended" || feed?.state === "failed");
      const instrument = chosenInstrument(state);
      const timeText = timeWriter(state);
      const shape = `${trades.revision} ${timeText.name} ${state.settings.zone} ${state.settings.tradesBig} ${instrument?.symbol} ${instrument?.price_decimals}`;
      const zone = zoneOf(state);
      const shown = linesOf(state);
      belt.show({ lines: shown, big, shape, instrument, timeText: (us) => timeText(us, zone) });
      const without = instrument !== undefined && !hasTrades(state);
      setAttribute(save, "disabled", trades.lines.length === 0 || without);
      setAttribute(bigs, "hidden", without);
      const noneBig = onlyBig && trades.lines.length > 0 && !without;
      setText(veil, noneBig ? "No big trade among the newest" : veilText(state, without, instrument));
      setAttribute(veil, "hidden", shown.length > 0 && !without);
    },
  };
}

/** @param {State} state @param {boolean} without @param {Instrument | undefined} instrument */
function veilText({ trades, feed, link, choice }, without, instrument) {
  if (without && instrument?.synthesised_from)
    return `This feed has bars of ${instrument.synthesised_from}, and no single trades of ${choice.symbol}.`;
  if (without) return `This feed has no trades of ${choice.symbol}, only quotes.`;
  if (trades.loading) {
    const isComing = link.status === "live" || link.status === "connecting";
    return isComing ? "Loading trades" : "No connection: trades come when it is back.";
  }
  if (feed?.state === "failed") return "The feed failed before the first trade.";
  return feed?.state === "ended" ? "The feed ended without a trade." : "No trades yet";
}

/**
 * Returns a function that writes times, as precise as can be read at the speed.
 *
 * @param {State} state
 */
function timeWriter({ feed }) {
  return feed && feed.speed !== "max" && feed.speed <= SLOW ? preciseClockText : clockText;
}
