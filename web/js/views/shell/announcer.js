/** Reads the chosen price out to a screen reader, at the interval of the settings. */

import { element, setText } from "../../lib/dom.js";
import { percentText, priceText } from "../../lib/number.js";
import { changePercent } from "../../state/quotes.js";
import { chosenInstrument, chosenQuote, isStale } from "../../state/select.js";

/** @typedef {import("../../state/model.js").State} State */

/** @param {State} state */
export function announcement(state) {
  const instrument = chosenInstrument(state);
  const quote = chosenQuote(state);
  if (!instrument || !quote || quote.last === null) return "";
  const percent = changePercent(quote);
  const way =
    percent === null || percent === 0
      ? "unchanged"
      : `${percent > 0 ? "up" : "down"} ${percentText(Math.abs(percent)).replace("+", "")}`;
  return `${instrument.symbol} ${priceText(quote.last, instrument)}, ${way}${isStale(state) ? ", stale" : ""}`;
}

/** @param {HTMLElement} root */
export function createAnnouncer(root) {
  const line = element("span", { class: "spoken", role: "status", id: "announcer" });
  root.append(line);
  let announcedMs = -Infinity;
  return {
    /** @param {State} state @param {number} nowMs */
    render(state, nowMs) {
      const seconds = state.settings.announce;
      if (seconds === 0 || state.paused) return;
      if (nowMs - announcedMs < seconds * 1000) return;
      announcedMs = nowMs;
      setText(line, announcement(state));
    },
  };
}
