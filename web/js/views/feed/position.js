/** The timeline: a slider over the preview, with the time under the pointer. */

import { element, setAttribute, setText } from "../../lib/dom.js";
import { zoneOf } from "../../state/select.js";
import { positionText, progress, STEPS, timeAt } from "../../state/transport.js";
import { createLane } from "./lane.js";
import { createPreview } from "./preview.js";
import { createSkipOffer } from "./skipoffer.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").Feed} Feed */
/** @typedef {import("../actions.js").Actions} Actions */

/** The part of the thumb beside the ends of the track, in pixels; as in the style sheet. */
const THUMB_PX = 4;

/** @param {Pick<Actions, "onCommand" | "onTransport"> & { onPreview: (us: number | null) => void }} actions */
export function createPosition({ onCommand, onTransport, onPreview }) {
  const look = { class: "transport-position", "aria-label": "Playback position" };
  const slider = element("input", { type: "range", min: 0, max: STEPS, step: 1, ...look });
  const preview = createPreview();
  const tip = element("div", { class: "tip transport-tip", hidden: true, "aria-hidden": "true" });
  const offer = createSkipOffer({ onTransport });
  let width = 0;
  new ResizeObserver(([{ contentRect }]) => (width = contentRect.width)).observe(slider);
  /** The mark under the pointer. */
  let pointed = "";
  const lane = createLane({
    onGo: (us) => void (!slider.disabled && onCommand({ command: "seek", time: us })),
    onPoint: (text) => (pointed = text),
  });
  const node = element("div", { class: "transport-track" }, preview.node, slider, lane.node, offer.node, tip);
  /** @type {Feed | undefined} */
  let shown;
  let zone = "UTC";
  /** The slider is held and does not follow the feed. */
  let isHeld = false;
  slider.addEventListener("pointerdown", () => (isHeld = true));
  for (const release of ["pointerup", "pointercancel", "change", "blur"]) {
    slider.addEventListener(release, () => (isHeld = false));
  }
  slider.addEventListener("input", () => {
    const share = Number(slider.value) / STEPS;
    onCommand({ command: "seek", percent: share * 100 });
    showTime(shown ? timeAt(shown, share) : null);
  });
  node.addEventListener("pointermove", ({ clientX }) => {
    const { left, width } = slider.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (clientX - left - THUMB_PX) / (width - 2 * THUMB_PX)));
    const us = shown ? timeAt(shown, share) : null;
    setAttribute(tip, "hidden", us === null);
    setText(tip, pointed || positionText(us, zone));
    pointed = "";
    const x = Math.max(0, Math.min(clientX - left - tip.offsetWidth / 2, width - tip.offsetWidth));
    tip.style.transform = `translateX(${x}px)`;
  });
  node.addEventListener("pointerleave", () => setAttribute(tip, "hidden", true));

  /** @param {number | null} us */
  function showTime(us) {
    onPreview(us);
    setAttribute(slider, "aria-valuetext", positionText(us, zone));
  }

  return {
    node,
    isHeld: () => isHeld,
    /** @param {State} state @param {Feed} feed @param {boolean} isOff */
    render(state, feed, isOff) {
      shown = feed;
      zone = zoneOf(state);
      const share = progress(state);
      setAttribute(slider, "disabled", isOff);
      setAttribute(node, "hidden", !feed.seekable || share === null);
      if (share !== null && !isHeld) {
        const at = String(Math.round(share * STEPS));
        if (slider.value !== at) slider.value = at;
        setAttribute(slider, "aria-valuetext", positionText(state.marketUs, zone));
      }
      preview.render(state);
      lane.render(state);
      offer.render(state, width);
    },
  };
}
