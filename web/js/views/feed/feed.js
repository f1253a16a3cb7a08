/** The feed in the masthead: its source, state and speed, and the market time. */

import { element, setAttribute, setText, span } from "../../lib/dom.js";
import { clockText, dateText, speedText } from "../../lib/time.js";
import { synthesisedFrom } from "../../state/select.js";
import { behindText, limitedText, positionText } from "../../state/transport.js";
import { recordedUs, trustOf, zoneOf } from "../../state/trust.js";

/** @typedef {import("../../state/model.js").State} State */

const STATES = {
  playing: "▶ Playing",
  paused: "❚❚ Paused",
  stepping: "» Stepping",
  seeking: "» Seeking",
  ended: "■ Ended",
  failed: "✕ Feed failed",
};
const TOO_SLOW = "The machine of the server is too slow for this speed";
const SHIFTED = "All times are moved, so that the recording plays as if it happened now";
const SOURCES = { simulation: "Simulated", replay: "Replay" };

/**
 * @param {HTMLElement} root
 * @param {Pick<import("../actions.js").Actions, "onPanel">} actions
 */
export function createFeedView(root, { onPanel }) {
  const source = element("span", { class: "badge", id: "feed-source" });
  const name = span("feed-name");
  const origin = element("span", { class: "badge badge-note", id: "feed-origin", hidden: true });
  const speed = element("span", { class: "feed-speed", title: "Playback speed" });
  const playing = element("span", { class: "badge", id: "feed-state" });
  const date = span("market-date");
  const clock = span("market-clock");
  const zone = span("market-zone", "UTC");
  const market = element("span", { class: "market-time", title: "Market time" }, date, clock, zone);
  const limited = element("span", {
    class: "feed-limited",
    title: "Symbols with fewer ticks than their scenarios ask for, because of a limit of the simulation",
    hidden: true,
  });
  const trust = element("button", { type: "button", class: "badge feed-trust", id: "feed-trust", hidden: true });
  trust.addEventListener("click", () => onPanel("file"));
  const recorded = span("feed-recorded");
  const shifted = element(
    "span",
    { class: "feed-shifted", id: "feed-shifted", title: SHIFTED, hidden: true },
    span("badge badge-note", "as if now"),
    recorded,
  );
  root.append(source, name, origin, playing, speed, limited, trust, market, shifted);

  return {
    /** @param {State} state */
    render(state) {
      const { feed, instruments, marketUs } = state;
      setAttribute(root, "data-ready", feed !== null);
      setText(source, feed ? SOURCES[feed.source] : "\u00a0");
      setText(name, feed?.name ?? "\u00a0");
      setAttribute(name, "title", feed?.name);
      const from = synthesisedFrom(instruments);
      setText(origin, from === null ? "" : `synthesised from ${from} bars`);
      setAttribute(origin, "hidden", from === null);
      setText(speed, feed?.state === "playing" ? `${speedText(feed.speed)}${feed.looping ? ", looping" : ""}` : "");
      const behind = feed ? behindText(feed) : "";
      setText(playing, feed ? `${STATES[feed.state]}${behind}` : "");
      setAttribute(playing, "title", feed?.fault ?? (behind ? TOO_SLOW : null));
      const limit = feed ? limitedText(feed) : "";
      setText(limited, limit);
      setAttribute(limited, "hidden", limit === "");
      setAttribute(playing, "data-state", feed?.state);
      renderTrust(trust, trustOf(state));
      const { text: zoneText, title: zoneTitle } = zoneOf(state);
      setText(zone, zoneText);
      setAttribute(market, "title", `Market time. ${zoneTitle}`);
      const recordedAt = recordedUs(state, marketUs);
      setAttribute(shifted, "hidden", recordedAt === null);
      setText(recorded, recordedAt === null ? "" : `recorded ${positionText(recordedAt)}`);
      setText(date, marketUs === null ? "––––-––-––" : dateText(marketUs));
      setText(clock, marketUs === null ? "––:––:––" : clockText(marketUs));
    },
  };
}

/** @param {HTMLElement} node @param {ReturnType<typeof trustOf>} trust */
function renderTrust(node, trust) {
  setAttribute(node, "hidden", trust === null);
  setText(node, trust?.text ?? "");
  setAttribute(node, "title", trust?.title);
  setAttribute(node, "data-doubtful", trust?.isDoubtful);
}
