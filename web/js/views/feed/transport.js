/** The transport controls of the feed: play, step, speed, position, loop. */

import { element, setAttribute, setName, setText, span } from "../../lib/dom.js";
import { icon } from "../../lib/icon.js";
import { isStale, mayDrive, zoneOf } from "../../state/select.js";
import { hasGaps, moves, positionText, progress, speedChoices, stateText } from "../../state/transport.js";
import { createBookmarkList } from "./bookmarks.js";
import { createPlace } from "./place.js";
import { createPosition } from "./position.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").Feed} Feed */
/** @typedef {import("../actions.js").Actions} Actions */

const NEXT_GAP = "Step to the next gap";
const NO_GAPS = "No gaps to step to: the simulated market never rests";

/**
 * @param {HTMLElement} root
 * @param {Pick<Actions, "onCommand" | "onTransport" | "onSet" | "onMark" | "onNote" | "onUnmark">} actions
 */
export function createTransport(root, actions) {
  const { onCommand, onTransport, onSet } = actions;
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
  const place = createPlace(onCommand);
  const position = createPosition({ onCommand, onTransport, onPreview: place.show });
  const bookmarks = createBookmarkList(actions);
  const end = span("transport-end");
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
    element(
      "div",
      { class: "transport-group transport-line" },
      position.node,
      place.button,
      place.panel,
      end,
      bookmarks.button,
      bookmarks.panel,
    ),
    element("div", { class: "transport-group" }, speed.node, ...toggles, scenarios, seed, watching, status),
  );

  return {
    /** Opens the field for a date or time. */
    openPlace: place.open,
    /** Opens the list of bookmarks, at the note of one where its time is given. */
    openBookmarks: bookmarks.open,
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
      if (!position.isHeld()) place.show(state.marketUs);
      place.render(state);
      bookmarks.render(state);
      setText(
        end,
        feed.end === null ? "" : feed.state === "ended" ? "■ end" : `to ${positionText(feed.end, zoneOf(state))}`,
      );
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
