/** Reads the colours of the page for drawing on a canvas, which has no custom properties. */

const COLOURS = /** @type {const} */ ({
  surface: "--surface",
  text: "--text-muted",
  strong: "--text",
  line: "--grid",
  border: "--border",
  up: "--candle-up",
  down: "--candle-down",
  upSoft: "--volume-up",
  downSoft: "--volume-down",
  area: "--area",
  accent: "--accent",
  label: "--label",
  warn: "--warn",
  flat: "--flat",
  tile: "--heat-flat",
  tileUp: "--heat-up",
  tileDown: "--heat-down",
  line1: "--line-1",
  line2: "--line-2",
  line3: "--line-3",
  line4: "--line-4",
  line5: "--line-5",
});

/**
 * `size` of text, in pixels.
 *
 * @typedef {Record<keyof typeof COLOURS, string> & { font: string, size: number }} Palette
 */

/**
 * @param {HTMLElement} within
 * @returns {Palette}
 */
export function readPalette(within) {
  const probe = document.createElement("span");
  probe.hidden = true;
  within.append(probe);
  const colours = Object.entries(COLOURS).map(([name, property]) => {
    probe.style.color = `var(${property})`;
    return [name, getComputedStyle(probe).color];
  });
  const { fontFamily } = getComputedStyle(within);
  probe.style.fontSize = "var(--size-small)";
  const size = Math.round(parseFloat(getComputedStyle(probe).fontSize));
  probe.remove();
  return { ...Object.fromEntries(colours), font: fontFamily, size };
}

/**
 * Returns the colours of lines, in order.
 *
 * @param {Palette} palette
 */
export function lineColours({ line1, line2, line3, line4, line5 }) {
  return [line1, line2, line3, line4, line5];
}
