/** The buttons of the masthead: find, open, help, presentation mode, pause, theme. */

import { element, setAttribute, setName } from "../../lib/dom.js";
import { icon } from "../../lib/icon.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/settings.js").Theme} Theme */

/** @type {Record<Theme, { glyph: import("../../lib/icon.js").IconName, name: string, next: Theme }>} */
const THEMES = {
  auto: { glyph: "half", name: "Auto", next: "dark" },
  dark: { glyph: "moon", name: "Dark", next: "light" },
  light: { glyph: "sun", name: "Light", next: "auto" },
};

const OPEN = "Open files, or the simulated market (Ctrl+O)";
const WATCHING = "Open files: only for presenters, as this page can only watch";

/**
 * @param {HTMLElement} root
 * @param {readonly import("../actions.js").Command[]} commands
 * @param {import("../actions.js").Actions} actions
 */
export function createMasthead(root, commands, { onSet, onPause }) {
  const theme = icon("half");
  const themeButton = element("button", { type: "button", class: "tool", id: "theme" }, theme);
  const pause = icon("pause");
  const pauseButton = element("button", { type: "button", class: "tool", id: "pause", "aria-pressed": "false" }, pause);
  const byKey = (
    /** @type {string} */ keys,
    /** @type {import("../../lib/icon.js").IconName} */ glyph,
    /** @type {string} */ id,
  ) => {
    const command = commands.find((one) => one.keys === keys);
    const name = `${command?.title} (${keys})`;
    const button = element(
      "button",
      { type: "button", class: "tool", id, "aria-label": name, title: name },
      icon(glyph),
    );
    button.addEventListener("click", () => command?.run());
    return button;
  };
  const large = byKey("P", "screen", "present");
  const open = byKey("Ctrl+O", "folder", "open");
  root.append(open, byKey("Ctrl+K", "search", "find"), byKey("?", "keyboard", "help"), large, pauseButton, themeButton);
  /** @type {State | undefined} */
  let shown;
  themeButton.addEventListener("click", () => shown && onSet({ theme: THEMES[shown.settings.theme].next }));
  pauseButton.addEventListener("click", () => shown && onPause(!shown.paused));

  return {
    /** @param {State} state */
    render(state) {
      shown = state;
      const { paused, settings } = state;
      const page = document.documentElement;
      const { glyph, name } = THEMES[settings.theme];
      theme.show(glyph);
      setName(themeButton, `Theme: ${name}`);
      pause.show(paused ? "play" : "pause");
      setName(pauseButton, paused ? "Resume" : "Pause everything that moves");
      setAttribute(pauseButton, "aria-pressed", String(paused));
      const isOff = state.link.status === "live" && !state.control;
      setAttribute(open, "aria-disabled", isOff ? "true" : null);
      setName(open, isOff ? WATCHING : OPEN);
      setAttribute(large, "aria-pressed", String(settings.large));
      setAttribute(page, "data-theme", settings.theme === "auto" ? null : settings.theme);
      setAttribute(page, "data-colours", settings.colours === "standard" ? null : settings.colours);
      setAttribute(page, "data-large", settings.large);
      setAttribute(page, "data-paused", paused);
    },
  };
}
