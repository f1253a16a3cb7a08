/** The button that goes through the themes: as the system has it, dark, light. */

import { element, setAttribute, setText } from "../lib/dom.js";

/** @typedef {import("../state/model.js").State} State */
/** @typedef {import("../state/model.js").Theme} Theme */

/** @type {Record<Theme, { glyph: string, name: string, next: Theme }>} */
const THEMES = {
  auto: { glyph: "◐", name: "Auto", next: "dark" },
  dark: { glyph: "☾", name: "Dark", next: "light" },
  light: { glyph: "☀", name: "Light", next: "auto" },
};

/**
 * @param {HTMLElement} root
 * @param {{ onTheme: (theme: Theme) => void }} actions
 */
export function createThemeView(root, { onTheme }) {
  const glyph = element("span", { "aria-hidden": "true" });
  const name = element("span", { class: "theme-name" });
  const button = element("button", { type: "button", class: "theme", id: "theme" }, glyph, name);
  root.append(button);
  /** @type {Theme} */
  let shown = "auto";
  button.addEventListener("click", () => onTheme(THEMES[shown].next));

  return {
    /** @param {State} state */
    render({ theme }) {
      shown = theme;
      setText(glyph, THEMES[theme].glyph);
      setText(name, THEMES[theme].name);
      setAttribute(button, "aria-label", `Theme: ${THEMES[theme].name}`);
      setAttribute(document.documentElement, "data-theme", theme === "auto" ? null : theme);
    },
  };
}
