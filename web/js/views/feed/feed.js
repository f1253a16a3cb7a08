/** The feed in the masthead: its source, state and speed, and the market time. */

import { element, setAttribute, setText, span } from "../../lib/dom.js";
import { clockText, dateText, speedText } from "../../lib/time.js";
import { synthesisedFrom, zoneOf } from "../../state/select.js";
import { behindText, limitedText, positionText } from "../../state/transport.js";
import { recordedUs, trustOf } from "../../state/trust.js";
import { createZoneMenu } from "./zonemenu.js";

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
 * @param {Pick<import("../actions.js").Actions, "onPanel" | "onSet">} actions
 */
export function createFeedView(root, actions) {
  const source = element("span", { class: "badge", id: "feed-source" });
  const name = span("feed-name");
  const origin = element("span", { class: "badge badge-note", id: "feed-origin", hidden: true });
  const speed = element("span", { class: "feed-speed", title: "Playback speed" });
  const playing = element("span", { class: "badge", id: "feed-state" });
  const date = span("market-date");
  const clock = span("market-clock");
  const zones = createZoneMenu(actions);
  const time = element("span", { class: "market-clock-part", title: "Market time" }, date, clock);
  const market = element("span", { class: "market-time" }, time, ...zones.nodes);
  const limited = element("span", {
    class: "feed-limited",
    title: "Symbols with fewer ticks than their scenarios ask for, because of a limit of the simulation",
    hidden: true,
  });
  const trust = element("button", { type: "button", class: "badge feed-trust", id: "feed-trust", hidden: true });
  trust.addEventListener("click", () => actions.onPanel("file"));
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
      const zone = zoneOf(state);
      zones.render(state);
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
      const recordedAt = recordedUs(state, marketUs);
      setAttribute(shifted, "hidden", recordedAt === null);
      setText(recorded, recordedAt === null ? "" : `recorded ${positionText(recordedAt, zone)}`);
      setText(date, marketUs === null ? "––––-––-––" : dateText(marketUs, zone));
      setText(clock, marketUs === null ? "––:––:––" : clockText(marketUs, zone));
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
