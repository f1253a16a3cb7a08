/** The market at a glance: movers, breadth and tiles. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { FULL_PERCENT, nameFor, strength } from "../../web/js/chart/heatmap.js";
import { breadth, byGroup, heldMovers, movers, shares } from "../../web/js/state/market.js";
import { squarify } from "../../web/js/state/treemap.js";

/**
 * @param {Record<string, [number | null, object?]>} given change of each at a last price of 100
 * @param {string} [heatSize]
 * @returns {any}
 */
function market(given, heatSize = "turnover") {
  const entries = Object.entries(given);
  return {
    settings: { grouping: "sector", heatSize },
    sectors: new Map([...Object.keys(given)].map((symbol) => [symbol, symbol[0]])),
    instruments: new Map(
      [...Object.keys(given), "?"].map((symbol) => /** @type {const} */ ([symbol, { symbol, class: symbol[0] }])),
    ),
    quotes: new Map(
      entries.map(
        ([symbol, [change, rest]]) =>
          /** @type {const} */ ([
            symbol,
            { symbol, last: 100, change, volume: 1, vwap: 100, high: 110, low: 90, ...rest },
          ]),
      ),
    ),
  };
}

test("movers are the largest changes of each direction", () => {
  const { gainers, losers } = movers(market({ a: [1], b: [3], c: [-2], d: [0], e: [-5], f: [null] }), 1);
  assert.deepEqual(
    [gainers, losers].map((list) => list.map(({ symbol }) => symbol)),
    [["b"], ["e"]],
  );
  assert.deepEqual(movers(market({ a: [1] }), 5).losers, []);
});

test("held movers have the values of now, and leave with their direction", () => {
  const held = movers(market({ a: [1], b: [3], c: [-2] }), 2);
  const later = heldMovers(market({ a: [5], b: [2], c: [-1] }), held);
  assert.deepEqual(
    later?.gainers.map(({ symbol, percent }) => [symbol, Math.round(percent)]),
    [
      ["b", 2],
      ["a", 5],
    ],
    "the order is held, the values are not",
  );
  assert.equal(heldMovers(market({ a: [1], b: [-3], c: [-2] }), held), null);
  assert.equal(heldMovers(market({ a: [1], b: [3], c: [null] }), held), null);
});

test("breadth counts each symbol once, and the day's extremes", () => {
  const found = breadth(
    market({ a: [1, { last: 110 }], b: [-1, { last: 90 }], c: [0], d: [2, { high: 100, low: 100 }], e: [null] }),
  );
  assert.deepEqual(found, { up: 2, down: 1, flat: 1, unknown: 2, highs: 1, lows: 1 });
});

test("a symbol without turnover has the median weight", () => {
  const weights = new Map(
    shares(
      market({ a: [1, { volume: 1 }], b: [1, { volume: 100 }], c: [1, { volume: 10_000 }], d: [1, { volume: null }] }),
    ).map(({ symbol, weight }) => [symbol, weight]),
  );
  assert.equal(weights.get("d"), weights.get("b"));
  assert.ok(Number(weights.get("a")) < Number(weights.get("b")) && Number(weights.get("b")) < Number(weights.get("c")));
  assert.deepEqual(
    byGroup(shares(market({ a1: [1], a2: [1], b: [1] }))).map(({ group, members }) => [group, members.length]),
    [
      ["a", 2],
      ["b", 1],
      ["Instruments", 1],
    ],
  );
});

/** @param {number[]} weights @param {{ width: number, height: number }} size */
function check(weights, { width, height }) {
  const tiles = squarify(weights, (weight) => weight, { x: 3, y: 5, width, height });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  assert.equal(tiles.length, weights.length);
  for (const { item, box } of tiles) {
    assert.ok(
      Math.abs(box.width * box.height - (item / total) * width * height) < 1e-6 * width * height,
      "areas are as the weights",
    );
    assert.ok(
      box.x >= 3 - 1e-6 &&
        box.y >= 5 - 1e-6 &&
        box.x + box.width <= 3 + width + 1e-6 &&
        box.y + box.height <= 5 + height + 1e-6,
      "inside the box",
    );
  }
  tiles.forEach(({ box: a }, at) => {
    for (const { box: b } of tiles.slice(at + 1)) {
      const [wide, high] = [
        Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x),
        Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y),
      ];
      assert.ok(wide < 1e-6 || high < 1e-6, "no two lie over each other");
    }
  });
  return tiles;
}

test("tiles fill the box by weight and do not overlap", () => {
  check([6, 6, 4, 3, 2, 2, 1], { width: 6, height: 4 });
  check([1], { width: 10, height: 1 });
  check(
    Array.from({ length: 200 }, (_, at) => 1 + ((at * 7919) % 97)),
    { width: 800, height: 200 },
  );
});

test("the example of the paper gives the tiles of the paper", () => {
  const [first, second] = check([6, 6, 4, 3, 2, 2, 1], { width: 6, height: 4 });
  assert.deepEqual(
    [first.box, second.box],
    [
      { x: 3, y: 5, width: 3, height: 2 },
      { x: 3, y: 7, width: 3, height: 2 },
    ],
  );
});

test("items without weight and boxes without room have no tiles", () => {
  assert.deepEqual(
    squarify([0, -1], (weight) => weight, { x: 0, y: 0, width: 5, height: 5 }),
    [],
  );
  assert.deepEqual(
    squarify([1, 2], (weight) => weight, { x: 0, y: 0, width: 0, height: 5 }),
    [],
  );
});

test("colour strength is visible at once and limited", () => {
  assert.equal(strength(0), 0);
  assert.equal(strength(-0.004), 0, "what is written 0.00% has no side");
  assert.ok(strength(0.01) > 0.15);
  assert.equal(strength(-FULL_PERCENT), strength(FULL_PERCENT * 3));
});

test("the size of tiles is turnover, volume, or equal", () => {
  const given = /** @type {Record<string, [number, object]>} */ ({
    a: [1, { volume: 4, vwap: 100 }],
    b: [1, { volume: 100, vwap: 1 }],
  });
  const weights = (/** @type {string} */ size) => shares(market(given, size)).map(({ weight }) => Math.round(weight));
  assert.deepEqual(weights("turnover"), [20, 10, 20]);
  assert.deepEqual(weights("volume"), [2, 10, 10]);
  assert.deepEqual(weights("equal"), [1, 1, 1]);
});

test("a small tile has the first part of a name", () => {
  const widthOf = (/** @type {string} */ text) => text.length;
  assert.equal(nameFor("BTC-USD", 70, widthOf), "BTC-USD");
  assert.equal(nameFor("BTC-USD", 40, widthOf), "BTC");
  assert.equal(nameFor("GOOGL", 10, widthOf), "GOOGL");
});
