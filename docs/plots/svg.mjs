/** Line charts as SVG text: as much as `realism.mjs` and `benches/soak/draw.mjs` need. */

const WIDTH = 460;
const HEIGHT = 280;
const LEFT = 58;
const RIGHT = 16;
const TOP = 34;
const BOTTOM = 46;

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #333; }
  .title { font-size: 14px; font-weight: 600; fill: #111; }
  .axis { stroke: #999; fill: none; }
  .grid { stroke: #e4e4e4; }
  .sim { stroke: #0b6bcb; stroke-width: 2; fill: none; }
  .walk { stroke: #c2410c; stroke-width: 1.5; stroke-dasharray: 5 3; fill: none; }
  .real { stroke: #777; stroke-dasharray: 1 3; fill: none; }
  .band { fill: #15803d; fill-opacity: 0.22; stroke: #15803d; stroke-opacity: 0.5; }`;

/** @typedef {{ name: string, class: string }} Key */
/**
 * @typedef {Object} Panel
 * @property {string} title
 * @property {string} x
 * @property {string} y
 * @property {"x" | "y" | "xy"} [log] which axes are logarithmic
 * @property {[number, number, number, number]} span least and most x, least and most y
 * @property {readonly (Key & { points: readonly [number, number][] })[]} lines
 * @property {readonly (readonly [number, number, number, number])[]} [bands] from x to x, from y to y
 */

/** @param {number} from @param {number} to @param {boolean} log */
function ticks(from, to, log) {
  if (log)
    return Array.from({ length: Math.round(Math.log10(to / from)) + 1 }, (_, n) => from * 10 ** n).filter(
      (tick) => tick <= to * 1.001,
    );
  const rough = (to - from) / 5;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * ([1, 2, 5, 10].find((n) => n * unit >= rough) ?? 10);
  const first = Math.ceil(from / step - 1e-9);
  return Array.from({ length: Math.floor(to / step + 1e-9) - first + 1 }, (_, n) => (first + n) * step);
}

/** @param {number} value */
const label = (value) => String(Number(value.toPrecision(3)));
/** @param {number} value */
const at = (value) => value.toFixed(1);

/** @param {Panel} panel @returns {string} a chart whose corner is at 0, 0 */
export function panel({ title, x, y, log = /** @type {any} */ (""), span: [x0, x1, y0, y1], lines, bands = [] }) {
  /**
   * @param {string} axis @param {number} from @param {number} to @param {number} low @param {number} high
   * @returns {(value: number) => number}
   */
  const scale = (axis, from, to, low, high) => (value) => {
    const bounded = Math.min(Math.max(value, from), to);
    const share = log.includes(axis) ? Math.log(bounded / from) / Math.log(to / from) : (bounded - from) / (to - from);
    return low + share * (high - low);
  };
  const sx = scale("x", x0, x1, LEFT, WIDTH - RIGHT);
  const sy = scale("y", y0, y1, HEIGHT - BOTTOM, TOP);
  const parts = [`<text class="title" x="${LEFT}" y="20">${title}</text>`];
  for (const tick of ticks(x0, x1, log.includes("x"))) {
    parts.push(`<line class="grid" x1="${at(sx(tick))}" x2="${at(sx(tick))}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>`);
    parts.push(`<text x="${at(sx(tick))}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${label(tick)}</text>`);
  }
  for (const tick of ticks(y0, y1, log.includes("y"))) {
    parts.push(`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(sy(tick))}" y2="${at(sy(tick))}"/>`);
    parts.push(`<text x="${LEFT - 6}" y="${at(sy(tick) + 4)}" text-anchor="end">${label(tick)}</text>`);
  }
  for (const [from, to, low, high] of bands) {
    const [width, height] = [at(sx(to) - sx(from)), at(sy(low) - sy(high))];
    parts.push(`<rect class="band" x="${at(sx(from))}" y="${at(sy(high))}" width="${width}" height="${height}"/>`);
  }
  parts.push(`<path class="axis" d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}"/>`);
  for (const line of lines) {
    const points = line.points.map(([px, py]) => `${at(sx(px))},${at(sy(py))}`);
    parts.push(`<polyline class="${line.class}" points="${points.join(" ")}"/>`);
  }
  parts.push(`<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 10}" text-anchor="middle">${x}</text>`);
  parts.push(
    `<text transform="translate(14 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${y}</text>`,
  );
  return parts.join("\n");
}

/** @param {readonly string[]} panels @param {readonly Key[]} keys behind the last of them @param {string} label */
export function page(panels, keys, label) {
  const position = (/** @type {number} */ n) => `translate(${(n % 2) * WIDTH} ${Math.floor(n / 2) * HEIGHT})`;
  const entries = keys.map((key, n) => {
    const mark =
      key.class === "band"
        ? `<rect class="band" x="0" y="-10" width="36" height="12"/>`
        : `<line class="${key.class}" x1="0" x2="36" y1="-4" y2="-4"/>`;
    return `<g transform="translate(${LEFT} ${TOP + 40 + n * 28})">${mark}<text x="48">${key.name}</text></g>`;
  });
  const [width, height] = [2 * WIDTH, Math.ceil((panels.length + Math.sign(keys.length)) / 2) * HEIGHT];
  const groups = panels.map((inner, n) => `<g transform="${position(n)}">\n${inner}\n</g>`);
  const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${label}">
<style>${STYLE}
</style>
<rect width="100%" height="100%" fill="#fff"/>
${groups.join("\n")}
<g transform="${position(panels.length)}">
${entries.join("\n")}
</g>
</svg>
`;
}
