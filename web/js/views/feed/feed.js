/** The feed in the masthead: its source, state and speed, and the market time. */

import { element, setAttribute, setText, span } from "../../lib/dom.js";
import { countText } from "../../lib/number.js";
import { clockText, dateText, speedText } from "../../lib/time.js";
import { synthesisedFrom } from "../../state/select.js";
import { behindText, limitedText } from "../../state/transport.js";

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
const SOURCES = { simulation: "Simulated", replay: "Replay" };

/** @param {HTMLElement} root */
export function createFeedView(root) {
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
  const rejected = element("span", { class: "feed-rejected", title: "Rejected rows of the file" });
  root.append(source, name, origin, playing, speed, limited, rejected, market);

  return {
    /** @param {State} state */
    render({ feed, instruments, marketUs }) {
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
      setText(rejected, feed && feed.rows_rejected > 0 ? `${countText(feed.rows_rejected)} rows rejected` : "");
      setText(date, marketUs === null ? "––––-––-––" : dateText(marketUs));
      setText(clock, marketUs === null ? "––:––:––" : clockText(marketUs));
    },
  };
}
