/** A picture of a chart with at least twice the pixels of the screen's points, below lines that tell what it shows. */

/** @typedef {import("./palette.js").Palette} Palette */

/** The pixels of a point. */
const SCALE = 2;
/** The frames in which the canvases of the chart take another size. */
const MOST_FRAMES = 10;
const EDGE = 12;
const TITLE = { size: 16, weight: 650 };
const ABOUT = { size: 12, weight: 400 };
const LINE_GAP = 5;

/**
 * Draws the chart with more pixels, by the zoom of its box, behind a picture of how it looks now.
 *
 * @param {import("lightweight-charts").IChartApi} chart
 * @param {HTMLElement} box around the chart
 * @returns {Promise<HTMLCanvasElement>}
 */
async function takeLarge(chart, box) {
  const shot = () => chart.takeScreenshot(true, false);
  const first = shot();
  const { clientWidth, clientHeight } = box;
  if (clientWidth === 0 || first.width >= SCALE * clientWidth - SCALE) return first;
  const zoom = (SCALE * clientWidth) / first.width;
  first.className = "picture-cover";
  box.parentElement?.append(first);
  const { style } = box;
  Object.assign(style, { width: `${clientWidth}px`, height: `${clientHeight}px`, inset: "0 auto auto 0" });
  style.setProperty("zoom", String(zoom));
  let large = first;
  for (let frame = 0; frame < MOST_FRAMES && large.width < SCALE * clientWidth - SCALE; frame += 1) {
    await new Promise((drawn) => void requestAnimationFrame(() => drawn(null)));
    large = shot();
  }
  for (const name of ["zoom", "width", "height", "inset"]) style.removeProperty(name);
  requestAnimationFrame(() => requestAnimationFrame(() => first.remove()));
  return large;
}

/**
 * @param {import("lightweight-charts").IChartApi} chart
 * @param {HTMLElement} box around the chart
 * @param {{ title: string, about: string }} texts
 * @param {Palette} palette
 */
export async function takePicture(chart, box, texts, palette) {
  const { clientWidth: width } = box;
  const shot = await takeLarge(chart, box);
  const scale = width > 0 ? shot.width / width : SCALE;
  const head = EDGE + TITLE.size + LINE_GAP + ABOUT.size + EDGE;
  const canvas = document.createElement("canvas");
  canvas.width = shot.width;
  canvas.height = shot.height + Math.round(head * scale);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = palette.surface;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(shot, 0, Math.round(head * scale));
  context.scale(scale, scale);
  context.textBaseline = "top";
  const room = width - 2 * EDGE;
  for (const [text, { size, weight }, colour, y] of /** @type {const} */ ([
    [texts.title, TITLE, palette.strong, EDGE],
    [texts.about, ABOUT, palette.text, EDGE + TITLE.size + LINE_GAP],
  ])) {
    context.font = `${weight} ${size}px ${palette.font}`;
    context.fillStyle = colour;
    // A long line is made narrower, not cut: it tells where the data are from.
    context.fillText(text, EDGE, y, room);
  }
  return canvas;
}
