/** The buttons of the masthead: find, help, presentation mode, pause, theme. */

import { element, setAttribute } from "../../lib/dom.js";
import { icon } from "../../lib/icon.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/settings.js").Theme} Theme */

/** @type {Record<Theme, { glyph: import("../../lib/icon.js").IconName, name: string, next: Theme }>} */
const THEMES = {
  auto: { glyph: "half", name: "Auto", next: "dark" },
  dark: { glyph: "moon", name: "Dark", next: "light" },
  light: { glyph: "sun", name: "Light", next: "auto" },
};

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
  root.append(byKey("Ctrl+K", "search", "find"), byKey("?", "keyboard", "help"), large, pauseButton, themeButton);
  /** @type {State | undefined} */
  let shown;
  themeButton.addEventListener("click", () => shown && onSet({ theme: THEMES[shown.settings.theme].next }));
  pauseButton.addEventListener("click", () => shown && onPause(!shown.paused));

  return {
    /** @param {State} state */
    render(state) {
      shown = state;
      const { glyph, name } = THEMES[state.settings.theme];
      theme.show(glyph);
      setAttribute(themeButton, "aria-label", `Theme: ${name}`);
      setAttribute(themeButton, "title", `Theme: ${name}`);
      pause.show(state.paused ? "play" : "pause");
      const words = state.paused ? "Resume" : "Pause everything that moves";
      setAttribute(pauseButton, "aria-label", words);
      setAttribute(pauseButton, "title", words);
      setAttribute(pauseButton, "aria-pressed", String(state.paused));
      setAttribute(
        document.documentElement,
        "data-theme",
        state.settings.theme === "auto" ? null : state.settings.theme,
      );
      setAttribute(
        document.documentElement,
        "data-colours",
        state.settings.colours === "standard" ? null : state.settings.colours,
      );
      setAttribute(large, "aria-pressed", String(state.settings.large));
      setAttribute(document.documentElement, "data-large", state.settings.large);
      setAttribute(document.documentElement, "data-paused", state.paused);
    },
  };
}
