/** The controls of the feed, as a tape deck has them: play, pause, step, speed, seek, loop. */

import { element, setAttribute, setText } from "../../lib/dom.js";
import { icon } from "../../lib/icon.js";
import { isStale, mayDrive } from "../../state/select.js";
import { moves, placeText, progress, speedChoices, stateText, STEPS, timeAt } from "../../state/transport.js";
import { createPreview } from "./preview.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").Feed} Feed */

/**
 * @param {HTMLElement} root
 * @param {Pick<import("../actions.js").Actions, "onCommand" | "onDeck" | "onSet">} actions
 */
export function createTransport(root, { onCommand, onDeck, onSet }) {
  /** @type {State | null} */
  let shown = null;
  const feed = () => shown?.feed ?? null;

  /**
   * @param {import("../../state/transport.js").Button} name
   * @param {import("../../lib/icon.js").IconName} glyph
   * @param {string} title
   */
  function button(name, glyph, title) {
    const node = element(
      "button",
      { type: "button", class: "tool deck-button", "data-deck": name, title, "aria-label": title },
      icon(glyph),
    );
    node.addEventListener("click", () => onDeck(name));
    return node;
  }

  const restart = button("restart", "start", "To the beginning");
  const play = button("play", "play", "Play");
  const steps = [
    button("event", "step", "Step one event"),
    button("bar", "bar", "Step to the end of the bar"),
    button("gap", "gap", "Go on to the next gap"),
    button("move", "move", "Go on to the next move of 1 %, of the symbol shown"),
  ];
  const speed = element("select", { class: "field deck-speed", title: "Speed", "aria-label": "Speed" });
  speed.addEventListener("change", () =>
    onCommand({ command: "speed", speed: speed.value === "max" ? "max" : Number(speed.value) }),
  );
  const toggles = [
    button("loop", "loop", "Begin again at the end"),
    button("skip", "skip", "Pass over nights, weekends and other dead time"),
    button("shift", "clock", "Play as if it happened now"),
  ];
  const seed = element("span", { class: "deck-seed", title: "The same seed gives the same market: tickcast --seed" });
  const stage = element(
    "button",
    { type: "button", class: "tool deck-stage", title: "Scenarios (X)" },
    icon("flag"),
    element("span", { class: "tool-text" }, "Scenarios"),
  );
  stage.addEventListener("click", () => onSet({ dockTab: "scenarios", dockOpen: true }));
  const watching = element(
    "a",
    { class: "deck-note", href: "/enter", title: "Who has the presenter's token may drive the feed: sign in" },
    "Watching",
  );

  const place = element("input", {
    type: "range",
    class: "deck-place",
    min: 0,
    max: STEPS,
    step: 1,
    "aria-label": "Place on the tape",
  });
  const preview = createPreview();
  const line = element("div", { class: "deck-track" }, preview.node, place);
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
    element("div", { class: "deck-group deck-line" }, line, where, ends),
    element("div", { class: "deck-group" }, speed, ...toggles, stage, seed, watching, state),
  );
  /** The speed that the choices were made for. @type {Feed["speed"] | null} */
  let offered = null;

  /** @param {Feed["speed"]} set */
  function offer(set) {
    if (set !== offered) {
      offered = set;
      speed.replaceChildren(...speedChoices(set).map(({ value, text }) => element("option", { value }, text)));
    }
    const text = String(set);
    if (speed.value !== text && (document.activeElement !== speed || speed.value === "")) speed.value = text;
  }

  return {
    /** @param {State} next */
    render(next) {
      shown = next;
      const now = next.feed;
      setAttribute(root, "hidden", !now);
      if (!now) return;
      const drives = mayDrive(next);
      setAttribute(watching, "hidden", next.control);
      for (const node of [play, restart, speed, place, ...toggles]) setAttribute(node, "disabled", !drives);
      const running = moves(now);
      setAttribute(root, "data-state", now.state);
      /** @type {ReturnType<typeof icon>} */ (play.firstElementChild).show(running ? "pause" : "play");
      setAttribute(play, "aria-label", running ? "Pause" : "Play");
      setAttribute(play, "title", running ? "Pause" : "Play");
      for (const node of steps)
        setAttribute(
          node,
          "disabled",
          !drives || now.state === "ended" || now.state === "failed" || now.state === "seeking",
        );
      const share = progress(next);
      for (const node of [restart, line, where]) setAttribute(node, "hidden", !now.seekable || share === null);
      if (share !== null && !held) {
        const at = String(Math.round(share * STEPS));
        if (place.value !== at) place.value = at;
        setText(where, placeText(next.marketUs));
        setAttribute(place, "aria-valuetext", placeText(next.marketUs));
      }
      setText(ends, now.end === null ? "" : now.state === "ended" ? "■ end" : `to ${placeText(now.end)}`);
      preview.render(next);
      offer(now.speed);
      const on = [now.looping, now.skip_dead_time, now.timestamps === "shifted"];
      toggles.forEach((node, at) => {
        setAttribute(node, "aria-pressed", String(on[at]));
        setAttribute(node, "hidden", now.end === null);
      });
      setAttribute(stage, "hidden", now.source !== "simulation");
      setAttribute(seed, "hidden", now.seed == null);
      setText(seed, `seed ${now.seed}`);
      setText(state, isStale(next) ? "No connection" : stateText(now));
    },
  };
}
