/** How much arrives, how much the server merged, and how late it is. */

import { element, setAttribute, setText } from "../lib/dom.js";
import { countText, decimalText, UNKNOWN } from "../lib/number.js";
import { delayUs, rates } from "../state/traffic.js";

/** @typedef {import("../state/model.js").State} State */

const PERIOD_MS = 1000;

/** @param {HTMLElement} root */
export function createTrafficView(root) {
  const messages = measure("messages/s");
  const updates = measure("updates/s");
  const merged = measure("merged");
  const delay = measure("delay");
  const slowed = element("span", { class: "badge badge-note", id: "slowed", role: "status", hidden: true });
  root.append(messages.node, updates.node, merged.node, delay.node, slowed);
  let drawnMs = -Infinity;

  return {
    /**
     * @param {State} state
     * @param {number} nowMs
     */
    render({ traffic, link, maxRate }, nowMs) {
      setText(slowed, maxRate === null ? "" : `slowed to ${maxRate}/s: this browser reads too slowly`);
      setAttribute(slowed, "hidden", maxRate === null);
      if (nowMs - drawnMs < PERIOD_MS) return;
      drawnMs = nowMs;
      const live = link.status === "live";
      const per = rates(traffic, nowMs);
      setText(messages.value, live ? decimalText(per.messagesPerSecond, 1) : UNKNOWN);
      setText(updates.value, live ? decimalText(per.updatesPerSecond, 0) : UNKNOWN);
      setText(merged.value, mergedText(traffic));
      const late = delayUs(traffic);
      setText(delay.value, live && late !== null ? delayText(late) : UNKNOWN);
    },
  };
}

/** @param {{ ticks: number, updates: number }} traffic */
function mergedText({ ticks, updates }) {
  if (updates === 0) return UNKNOWN;
  return `${countText(ticks)} ticks in ${countText(updates)} updates, ${decimalText(ticks / updates, 1)}×`;
}

/** @param {number} us */
function delayText(us) {
  const ms = us / 1000;
  return ms < 1 ? "< 1 ms" : `${decimalText(ms, 0)} ms`;
}

/** @param {string} title */
function measure(title) {
  const value = element("span", { class: "measure-value" }, UNKNOWN);
  return { node: element("span", { class: "measure", "data-measure": title }, element("span", {}, title), value), value };
}
