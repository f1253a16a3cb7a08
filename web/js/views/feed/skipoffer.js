/** The offer to skip a night or another time without data, in the empty part of the timeline. */

import { element, setAttribute, setText, span } from "../../lib/dom.js";
import { dayTimeText } from "../../lib/time.js";
import { nextData } from "../../state/deadtime.js";
import { mayDrive, zoneOf } from "../../state/select.js";
import { progress } from "../../state/transport.js";

/** @typedef {import("../../state/model.js").State} State */

const TITLE = "Skips nights, weekends and other dead time from now on, for everybody";
/** The distance from the thumb, in pixels. */
const BESIDE_PX = 8;

/** @param {{ onTransport: import("../actions.js").Actions["onTransport"] }} actions */
export function createSkipOffer({ onTransport }) {
  const before = span("skip-before");
  const until = span("skip-until");
  const node = element(
    "button",
    { type: "button", class: "skip-offer", title: TITLE, hidden: true },
    before,
    until,
    span("skip-word", ": skip"),
  );
  node.addEventListener("click", () => onTransport("skip"));
  return {
    node,
    /** @param {State} state @param {number} width of the timeline, in pixels */
    render(state, width) {
      const { marketUs, choice, instruments } = state;
      const next = nextData(state);
      setAttribute(node, "hidden", next === null);
      if (next === null || marketUs === null) return;
      setText(before, instruments.size > 1 ? `Nothing of ${choice.symbol} until ` : "Nothing until ");
      setText(until, dayTimeText(next, marketUs, zoneOf(state)));
      setAttribute(node, "disabled", !mayDrive(state));
      const at = (progress(state) ?? 0) * width + BESIDE_PX;
      const fits = at + node.offsetWidth <= width;
      const left = fits ? at : Math.max(0, at - 2 * BESIDE_PX - node.offsetWidth);
      node.style.transform = `translateX(${left}px)`;
    },
  };
}
