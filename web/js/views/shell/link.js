/** The status of the connection, as a glyph and in words. */

import { element, setAttribute, setText } from "../../lib/dom.js";
import { isStale } from "../../state/select.js";

/** @typedef {import("../../state/model.js").State} State */

const STOPPING = "Server is stopping, reconnecting soon";
const GLYPHS = { connecting: "◌", live: "●", stopping: "◷", waiting: "↻", lost: "✕" };

/** @param {HTMLElement} root */
export function createLinkView(root) {
  const glyph = element("span", { class: "link-glyph", "aria-hidden": "true" });
  const text = element("span", { class: "link-text", "aria-hidden": "true" });
  // The countdown is not read out: it changes every second.
  const spoken = element("span", { class: "spoken", role: "status" });
  root.append(glyph, text, spoken);

  return {
    /**
     * @param {State} state
     * @param {number} nowMs
     */
    render(state, nowMs) {
      setAttribute(root, "data-status", state.link.status);
      setAttribute(document.documentElement, "data-stale", isStale(state));
      setText(glyph, state.paused && state.link.status === "live" ? "‖" : GLYPHS[state.link.status]);
      setText(text, words(state, nowMs));
      setText(
        spoken,
        state.link.status === "stopping"
          ? STOPPING
          : isStale(state)
            ? "Connection lost, values are stale"
            : state.link.status === "live"
              ? state.paused
                ? "Paused"
                : "Connected"
              : "Connecting",
      );
    },
  };
}

/**
 * @param {State} state
 * @param {number} nowMs
 */
function words(state, nowMs) {
  const { status, retryAt } = state.link;
  if (status === "live") return state.paused ? "Paused here" : "Live";
  if (status === "stopping") return STOPPING;
  const [alone, after] = isStale(state) ? ["Reconnecting", "Stale, "] : ["Connecting", ""];
  if (retryAt === null) return after ? `${after}${alone.toLowerCase()}` : alone;
  const seconds = Math.max(1, Math.ceil((retryAt - nowMs) / 1000));
  if (state.refusal) return `Refused, next try in ${seconds} s`;
  return status === "lost" ? `Lost, next try in ${seconds} s` : `${after}reconnecting in ${seconds} s`;
}
