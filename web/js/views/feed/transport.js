/** The transport controls of the feed: play, step, speed, position, loop. */

import { element, setAttribute, setName, setText, span } from "../../lib/dom.js";
import { icon } from "../../lib/icon.js";
import { isStale, mayDrive } from "../../state/select.js";
import {
  hasGaps,
  moves,
  positionText,
  progress,
  speedChoices,
  stateText,
  STEPS,
  timeAt,
} from "../../state/transport.js";
import { createPreview } from "./preview.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").Feed} Feed */
/** @typedef {import("../actions.js").Actions} Actions */

const NEXT_GAP = "Step to the next gap";
const NO_GAPS = "No gaps to step to: the simulated market never rests";

/**
 * @param {HTMLElement} root
 * @param {Pick<Actions, "onCommand" | "onTransport" | "onSet">} actions
 */
export function createTransport(root, { onCommand, onTransport, onSet }) {
  /**
   * @param {import("../../state/transport.js").Button} name
   * @param {import("../../lib/icon.js").IconName} glyph
   * @param {string} title
   */
  function button(name, glyph, title) {
    const look = { class: "tool transport-button", "data-transport": name, title, "aria-label": title };
    const node = element("button", { type: "button", ...look }, icon(glyph));
    node.addEventListener("click", () => onTransport(name));
    return node;
  }

  const restart = button("restart", "start", "Go to the start");
  const play = button("play", "play", "Play");
  const steps = [
    button("event", "step", "Step one event"),
    button("bar", "bar", "Step to the end of the bar"),
    button("gap", "gap", NEXT_GAP),
    button("move", "move", "Step to the next move of 1 % of the chosen symbol"),
  ];
  const gap = steps[2];
  const toggles = [
    button("loop", "loop", "Loop"),
    button("skip", "skip", "Skip nights, weekends and other dead time"),
    button("shift", "clock", "Shift the timestamps to now"),
  ];
  const speed = createSpeed(onCommand);
  const position = createPosition(onCommand);
  const scenarios = element(
    "button",
    { type: "button", class: "tool transport-scenarios", title: "Scenarios (X)" },
    icon("flag"),
    span("tool-text", "Scenarios"),
  );
  scenarios.addEventListener("click", () => onSet({ dockTab: "scenarios", dockOpen: true }));
  const seedTitle = "The same seed gives the same market: tickcast --seed";
  const seed = element("span", { class: "transport-seed", title: seedTitle });
  const signInTitle = "Sign in with the presenter's token to control the feed";
  const watching = element("a", { class: "transport-note", href: "enter", title: signInTitle }, "Watching");
  const status = span("transport-state");

  root.append(
    element("div", { class: "transport-group" }, restart, play, ...steps),
    element("div", { class: "transport-group transport-line" }, ...position.nodes),
    element("div", { class: "transport-group" }, speed.node, ...toggles, scenarios, seed, watching, status),
  );

  return {
    /** @param {State} state */
    render(state) {
      const { feed } = state;
      if (!feed) return;
      setAttribute(root, "data-state", feed.state);
      const isOff = !mayDrive(state);
      const isOver = feed.state === "ended" || feed.state === "failed" || feed.state === "seeking";
      for (const node of [play, restart, ...toggles]) setAttribute(node, "disabled", isOff);
      for (const node of steps) setAttribute(node, "disabled", isOff || isOver || (node === gap && !hasGaps(feed)));
      setName(gap, hasGaps(feed) ? NEXT_GAP : NO_GAPS);
      renderPlay(play, moves(feed));
      setAttribute(restart, "hidden", !feed.seekable || progress(state) === null);
      position.render(state, feed, isOff);
      speed.render(feed.speed, isOff);
      const pressed = [feed.looping, feed.skip_dead_time, feed.timestamps === "shifted"];
      toggles.forEach((node, at) => {
        setAttribute(node, "aria-pressed", String(pressed[at]));
        setAttribute(node, "hidden", feed.end === null);
      });
      setAttribute(watching, "hidden", state.control);
      setAttribute(scenarios, "hidden", feed.source !== "simulation");
      setAttribute(seed, "hidden", feed.seed == null);
      setText(seed, `seed ${feed.seed}`);
      setText(status, isStale(state) ? "No connection" : stateText(feed));
    },
  };
}

/** @param {HTMLElement} play @param {boolean} isRunning */
function renderPlay(play, isRunning) {
  /** @type {ReturnType<typeof icon>} */ (play.firstElementChild).show(isRunning ? "pause" : "play");
  setName(play, isRunning ? "Pause" : "Play");
}

/** The timeline: a slider over the preview, the market time, and the end. @param {Actions["onCommand"]} onCommand */
function createPosition(onCommand) {
  const look = { class: "transport-position", "aria-label": "Playback position" };
  const slider = element("input", { type: "range", min: 0, max: STEPS, step: 1, ...look });
  const preview = createPreview();
  const track = element("div", { class: "transport-track" }, preview.node, slider);
  // No `output`, which would be read out at each change. The slider has the text for who asks.
  const time = span("transport-time");
  const end = span("transport-end");
  /** @type {Feed | undefined} */
  let shown;
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

  /** @param {number | null} us */
  function showTime(us) {
    setText(time, positionText(us));
    setAttribute(slider, "aria-valuetext", positionText(us));
  }

  return {
    nodes: [track, time, end],
    /** @param {State} state @param {Feed} feed @param {boolean} isOff */
    render(state, feed, isOff) {
      shown = feed;
      const share = progress(state);
      setAttribute(slider, "disabled", isOff);
      for (const node of [track, time]) setAttribute(node, "hidden", !feed.seekable || share === null);
      if (share !== null && !isHeld) {
        const at = String(Math.round(share * STEPS));
        if (slider.value !== at) slider.value = at;
        showTime(state.marketUs);
      }
      setText(end, feed.end === null ? "" : feed.state === "ended" ? "■ end" : `to ${positionText(feed.end)}`);
      preview.render(state);
    },
  };
}

/** @param {Actions["onCommand"]} onCommand */
function createSpeed(onCommand) {
  const node = element("select", { class: "field transport-speed", title: "Speed", "aria-label": "Speed" });
  node.addEventListener("change", () =>
    onCommand({ command: "speed", speed: node.value === "max" ? "max" : Number(node.value) }),
  );
  /** The speed that the choices are for. @type {Feed["speed"] | undefined} */
  let offered;
  return {
    node,
    /** @param {Feed["speed"]} speed @param {boolean} isOff */
    render(speed, isOff) {
      setAttribute(node, "disabled", isOff);
      if (speed !== offered) {
        offered = speed;
        node.replaceChildren(...speedChoices(speed).map(({ value, text }) => element("option", { value }, text)));
      }
      const text = String(speed);
      // A select that is in use keeps its value.
      if (node.value !== text && (document.activeElement !== node || node.value === "")) node.value = text;
    },
  };
}
