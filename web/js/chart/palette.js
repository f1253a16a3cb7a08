/** Reads the page's colours for the drawing on canvas, which knows no custom properties. */

/** @typedef {{ surface: string, text: string, line: string, border: string, up: string, down: string, upSoft: string, downSoft: string,
 *   accent: string, font: string }} Palette */

/**
 * @param {HTMLElement} within
 * @returns {Palette}
 */
export function readPalette(within) {
  const probe = document.createElement("span");
  probe.hidden = true;
  within.append(probe);
  /** @param {string} name */
  const colour = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const palette = {
    surface: colour("--surface"),
    text: colour("--text-muted"),
    line: colour("--grid"),
    border: colour("--border"),
    up: colour("--candle-up"),
    down: colour("--candle-down"),
    upSoft: colour("--volume-up"),
    downSoft: colour("--volume-down"),
    accent: colour("--label"),
    font: getComputedStyle(within).fontFamily,
  };
  probe.remove();
  return palette;
}
