/** The controls of the feed, as a tape deck has them: play, pause, step, speed, seek, loop. */

import { element, setAttribute, setText } from "../lib/dom.js";
import { icon } from "../lib/icon.js";
import { moves, placeText, progress, speedChoices, stateText, STEPS, timeAt } from "../state/transport.js";

/** @typedef {import("../state/model.js").State} State */
/** @typedef {import("../state/model.js").Feed} Feed */
/** @typedef {import("../state/transport.js").Command} Command */

/**
 * @param {HTMLElement} root
 * @param {{ onCommand: (command: Command) => void }} actions
 */
export function createTransport(root, { onCommand }) {
  /** @type {State | null} */
  let shown = null;
  const feed = () => shown?.feed ?? null;

  /**
   * @param {string} name
   * @param {import("../lib/icon.js").IconName} glyph
   * @param {string} title
   * @param {() => Command} command
   */
  function button(name, glyph, title, command) {
    const node = element("button", { type: "button", class: "tool deck-button", "data-deck": name, title, "aria-label": title }, icon(glyph));
    node.addEventListener("click", () => onCommand(command()));
    return node;
  }

  const restart = button("restart", "start", "To the beginning", () => ({ command: "seek", percent: 0 }));
  const play = button("play", "play", "Play", () => ({ command: feed() && moves(/** @type {Feed} */ (feed())) ? "pause" : "play" }));
  const steps = [
    button("event", "step", "Step one event", () => ({ command: "step", to: "event" })),
    button("bar", "bar", "Step to the end of the bar", () => ({ command: "step", to: "bar", interval: shown?.choice.interval ?? "1m" })),
    button("gap", "gap", "Go on to the next gap", () => ({ command: "step", to: "gap" })),
    button("move", "move", "Go on to the next move of 1 %, of the symbol shown", () => ({
      command: "step", to: "move", percent: 1, ...(shown?.choice.symbol ? { symbol: shown.choice.symbol } : {}),
    })),
  ];
  const speed = element("select", { class: "field deck-speed", title: "Speed", "aria-label": "Speed" });
  speed.addEventListener("change", () => onCommand({ command: "speed", speed: speed.value === "max" ? "max" : Number(speed.value) }));
  const loop = toggle("loop", "loop", "Begin again at the end", () => ({ command: "loop", on: !feed()?.looping }));
  const skip = toggle("skip", "skip", "Pass over nights, weekends and other dead time", () => ({ command: "skip_dead_time", on: !feed()?.skip_dead_time }));
  const shift = toggle("shift", "clock", "Play as if it happened now", () => ({
    command: "timestamps", timestamps: feed()?.timestamps === "shifted" ? "original" : "shifted",
  }));

  /**
   * @param {string} name
   * @param {import("../lib/icon.js").IconName} glyph
   * @param {string} title
   * @param {() => Command} command
   */
  function toggle(name, glyph, title, command) {
    const node = button(name, glyph, title, command);
    setAttribute(node, "aria-pressed", "false");
    return node;
  }

  const place = element("input", { type: "range", class: "deck-place", min: 0, max: STEPS, step: 1, "aria-label": "Place on the tape" });
  const where = element("output", { class: "deck-where" });
  const ends = element("span", { class: "deck-ends" });
  const state = element("span", { class: "deck-state" });
  let held = false;
  const hold = () => (held = true);
  const release = () => (held = false);
  place.addEventListener("pointerdown", hold);
  for (const end of ["pointerup", "pointercancel", "change", "blur"]) place.addEventListener(end, release);
  place.addEventListener("input", () => {
    onCommand({ command: "seek", percent: (Number(place.value) / STEPS) * 100 });
    say(Number(place.value) / STEPS);
  });

  /** @param {number} share */
  function say(share) {
    const now = feed();
    const text = now ? placeText(timeAt(now, share)) : "";
    setText(where, text);
    setAttribute(place, "aria-valuetext", text);
  }

  root.append(
    element("div", { class: "deck-group" }, restart, play, ...steps),
    element("div", { class: "deck-group deck-line" }, place, where, ends),
    element("div", { class: "deck-group" }, speed, loop, skip, shift, state),
  );
  /** The speed that the choices were made for. @type {Feed["speed"] | null} */
  let offered = null;

  /** @param {Feed["speed"]} set */
  function offer(set) {
    if (set !== offered) {
      offered = set;
      speed.replaceChildren(...speedChoices(set).map(({ value, text }) => element("option", { value }, text)));
    }
    if (document.activeElement !== speed || speed.value === "") speed.value = String(set);
  }

  return {
    /** @param {State} next */
    render(next) {
      shown = next;
      const now = next.feed;
      setAttribute(root, "hidden", !next.control || !now);
      if (!now) return;
      const running = moves(now);
      setAttribute(root, "data-state", now.state);
      /** @type {ReturnType<typeof icon>} */ (play.firstElementChild).show(running ? "pause" : "play");
      setAttribute(play, "aria-label", running ? "Pause" : "Play");
      setAttribute(play, "title", running ? "Pause" : "Play");
      for (const node of steps) setAttribute(node, "disabled", now.state === "ended" || now.state === "failed" || now.state === "seeking");
      const share = progress(next);
      for (const node of [restart, place, where]) setAttribute(node, "hidden", !now.seekable || share === null);
      if (share !== null && !held) {
        const at = String(Math.round(share * STEPS));
        if (place.value !== at) place.value = at;
        setText(where, placeText(next.marketUs));
        setAttribute(place, "aria-valuetext", placeText(next.marketUs));
      }
      setText(ends, now.end === null ? "" : now.state === "ended" ? "■ end" : `to ${placeText(now.end)}`);
      offer(now.speed);
      setAttribute(loop, "aria-pressed", String(now.looping));
      setAttribute(skip, "aria-pressed", String(now.skip_dead_time));
      setAttribute(shift, "aria-pressed", String(now.timestamps === "shifted"));
      for (const node of [loop, skip, shift]) setAttribute(node, "hidden", now.end === null);
      setText(state, stateText(now));
    },
  };
}
