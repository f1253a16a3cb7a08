/**
 * Lays out weighted items as tiles that fill a box and are close to squares.
 *
 * Bruls, Huizing, van Wijk: Squarified Treemaps, 2000 (https://www.win.tue.nl/~vanwijk/stm.pdf).
 */

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

/**
 * @template Item
 * @param {readonly Item[]} items
 * @param {(item: Item) => number} weightOf above 0
 * @param {Box} box
 * @returns {{ item: Item, box: Box }[]} the heaviest first
 */
export function squarify(items, weightOf, box) {
  const heavy = items.filter((item) => weightOf(item) > 0).sort((a, b) => weightOf(b) - weightOf(a));
  let total = heavy.reduce((sum, item) => sum + weightOf(item), 0);
  let rest = { ...box };
  /** @type {{ item: Item, box: Box }[]} */
  const tiles = [];
  for (let from = 0; from < heavy.length;) {
    const scale = (rest.width * rest.height) / total;
    const side = Math.min(rest.width, rest.height);
    if (!(scale > 0) || !(side > 0)) break;
    const { count, area } = row(heavy, from, (item) => weightOf(item) * scale, side);
    rest = layOutRow(heavy.slice(from, from + count), (item) => weightOf(item) * scale, area, rest, tiles);
    total -= area / scale;
    from += count;
  }
  return tiles;
}

/**
 * Returns the number of items whose tiles go side by side before their shapes get worse.
 *
 * @template Item
 * @param {readonly Item[]} items
 * @param {number} from
 * @param {(item: Item) => number} areaOf
 * @param {number} side
 */
function row(items, from, areaOf, side) {
  const largest = areaOf(items[from]);
  let area = 0;
  let worst = Infinity;
  let count = 0;
  while (from + count < items.length) {
    const next = areaOf(items[from + count]);
    const sum = area + next;
    const ratio = Math.max((side * side * largest) / (sum * sum), (sum * sum) / (side * side * next));
    if (ratio > worst) break;
    worst = ratio;
    area = sum;
    count += 1;
  }
  return { count, area };
}

/**
 * @template Item
 * @param {readonly Item[]} items
 * @param {(item: Item) => number} areaOf
 * @param {number} area of all items
 * @param {Box} box
 * @param {{ item: Item, box: Box }[]} tiles receives the tiles
 * @returns {Box} the rest of the box
 */
function layOutRow(items, areaOf, area, box, tiles) {
  const upright = box.width >= box.height;
  const thick = area / (upright ? box.height : box.width);
  let at = upright ? box.y : box.x;
  for (const item of items) {
    const long = areaOf(item) / thick;
    tiles.push({
      item,
      box: upright ? { x: box.x, y: at, width: thick, height: long } : { x: at, y: box.y, width: long, height: thick },
    });
    at += long;
  }
  return upright
    ? { x: box.x + thick, y: box.y, width: Math.max(0, box.width - thick), height: box.height }
    : { x: box.x, y: box.y + thick, width: box.width, height: Math.max(0, box.height - thick) };
}
