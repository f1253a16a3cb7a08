/** Drawings on the charts: changes and undo, bounds, texts for storage and links, places, hits, the magnet, words. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { barIndex, barStart } from "../../web/js/chart/barplace.js";
import { attracted, distance, hitOf, shapeOf } from "../../web/js/chart/drawingshapes.js";
import { durationText } from "../../web/js/lib/time.js";
import { readAddress, writeAddress } from "../../web/js/state/address.js";
import {
  bounded,
  drawingsOf,
  droppedText,
  editDrawings,
  isDrawing,
  KIND_NAMES,
  MOST_DRAWINGS,
  moved,
  nextId,
  NO_DRAWINGS,
  undoable,
} from "../../web/js/state/drawings.js";
import {
  keptDrawings,
  LINK_CHARACTERS,
  linkedDrawings,
  readDrawings,
  recalledDrawings,
  withLinked,
} from "../../web/js/state/drawingtext.js";
import { drawingName, measured, retracement } from "../../web/js/state/drawingwords.js";
import { initialState } from "../../web/js/state/model.js";
import { reduce } from "../../web/js/state/reduce.js";
import { DEFAULT_SETTINGS } from "../../web/js/state/settings.js";
import { wishOf } from "../../web/js/views/chart/drawkeys.js";

/** @typedef {import("../../web/js/state/drawings.js").Drawing} Drawing */
/** @typedef {import("../../web/js/state/drawings.js").Edit} Edit */

const TS = 1_795_341_600_000_000;
const MINUTE = 60e6;
/** @param {Partial<Drawing>} [rest] @returns {Drawing} */
const drawing = (rest) => ({
  id: 1,
  symbol: "AAPL",
  kind: "trend",
  colour: 0,
  anchors: [
    { ts: TS, price: 227.31 },
    { ts: TS + 5 * MINUTE, price: 229.5 },
  ],
  text: "",
  ...rest,
});
/** @param {Partial<Drawing>} [rest] */
const level = (rest) => drawing({ kind: "level", anchors: [{ ts: TS, price: 227.31 }], ...rest });
/** @param {Edit[]} edits */
const after = (...edits) => edits.reduce((now, edit) => editDrawings(now, edit).drawings, NO_DRAWINGS);
/** @param {readonly Drawing[]} list */
const ids = (list) => list.map(({ id }) => id).join();

test("drawings are added, changed, removed, and each step is undone", () => {
  /** @type {Edit[]} */
  const edits = [
    { edit: "put", drawing: level() },
    { edit: "put", drawing: drawing({ id: 2 }) },
    { edit: "put", drawing: level({ id: 3, symbol: "IBM" }) },
    { edit: "put", drawing: level({ colour: 3 }) },
    { edit: "remove", id: 2 },
  ];
  let now = after(...edits);
  assert.equal(ids(now.list), "1,3");
  assert.equal(now.list[0].colour, 3);
  const back = (/** @type {"undo" | "redo"} */ edit, symbol = "AAPL") =>
    (now = editDrawings(now, { edit, symbol }).drawings);
  assert.equal(ids(back("undo").list), "1,2,3");
  assert.equal(back("undo").list[0].colour, 0);
  assert.equal(ids(back("undo").list), "1,3", "the other symbol's stays");
  assert.equal(ids(back("redo").list), "1,2,3");
  assert.deepEqual(undoable(now, "AAPL"), { undo: true, redo: true });
  assert.deepEqual(undoable(now, "IBM"), { undo: true, redo: false });
  now = editDrawings(now, { edit: "put", drawing: level({ colour: 4 }) }).drawings;
  assert.deepEqual(undoable(now, "AAPL"), { undo: true, redo: false });
  assert.equal(editDrawings(now, { edit: "redo", symbol: "AAPL" }).drawings, now);
  assert.equal(ids(editDrawings(now, { edit: "clear", symbol: "AAPL" }).drawings.list), "3");
});

test("a change of nothing is no step", () => {
  const now = after({ edit: "put", drawing: level() });
  assert.equal(editDrawings(now, { edit: "remove", id: 9 }).drawings, now);
  assert.equal(editDrawings(now, { edit: "put", drawing: level({ colour: 9 }) }).drawings, now, "not valid");
  assert.equal(editDrawings(now, { edit: "clear", symbol: "IBM" }).drawings, now);
});

test("invalid drawings are reported", () => {
  assert.equal(isDrawing(drawing()), true);
  for (const bad of [
    { kind: /** @type {any} */ ("toString") },
    { anchors: [] },
    { anchors: [{ ts: TS, price: NaN }] },
    { colour: 5 },
    { id: 0.5 },
    { symbol: "" },
    { text: "x".repeat(81) },
  ])
    assert.equal(isDrawing(drawing(bad)), false, JSON.stringify(bad));
});

test("the oldest drawings go where there are too many", () => {
  const many = Array.from({ length: MOST_DRAWINGS.symbol + 2 }, (_, at) => level({ id: at + 1 }));
  const { list, dropped } = bounded(many);
  assert.equal(list.length, MOST_DRAWINGS.symbol);
  assert.equal(ids(dropped), "1,2");
  assert.match(droppedText(dropped) ?? "", /oldest drawing of AAPL was removed.*100.*1000/);
  assert.equal(droppedText([]), null);
  const all = Array.from({ length: MOST_DRAWINGS.all + 3 }, (_, at) => level({ id: at + 1, symbol: `S${at % 50}` }));
  assert.equal(ids(bounded(all).dropped), "1,2,3");
});

test("a drawing too many is said in a toast", () => {
  const list = Array.from({ length: MOST_DRAWINGS.symbol }, (_, at) => level({ id: at + 1 }));
  const state = initialState({ drawings: list });
  const next = reduce(state, { type: "draw", edit: { edit: "put", drawing: level({ id: nextId({ list }) }) } }).state;
  assert.equal(next.drawings.list.length, MOST_DRAWINGS.symbol);
  assert.match(next.toast?.text ?? "", /AAPL/);
  assert.equal(reduce(next, { type: "draw", edit: { edit: "undo", symbol: "IBM" } }).state, next);
});

const EACH = KIND_NAMES.map((kind, at) => {
  const count = kind === "level" || kind === "text" ? 1 : 2;
  const anchors = Array.from({ length: count }, (_, end) => ({ ts: TS - end * 7 * MINUTE, price: 0.00012 + end }));
  const text = kind === "text" ? "a_b*c ü%&+=" : "";
  return drawing({ id: at + 1, symbol: at < 4 ? "BTC_USD*" : "=A B", kind, colour: at % 5, anchors, text });
});

test("texts in storage give the same drawings", () => {
  assert.deepEqual(recalledDrawings(keptDrawings(EACH)), EACH);
  assert.deepEqual(
    recalledDrawings(keptDrawings([EACH[5], EACH[0]])).map(({ kind }) => kind),
    ["text", "level"],
  );
  assert.deepEqual(recalledDrawings(null), []);
  assert.deepEqual(
    readDrawings(["A*", "A*q0_1_1", "A*l0_zz", "A*l9_zz_1", "A*l0_zz_x", "A*x0_zz_1_%E0", "A*t0_a_1_b"]),
    [{ id: 6, symbol: "A", kind: "text", colour: 0, anchors: [{ ts: 1295e6, price: 1 }], text: "" }],
  );
});

test("a link opens the drawings of the charts' symbols", () => {
  const panes = ["=A B", "BTC_USD*"].map((symbol) => ({ symbol, interval: /** @type {const} */ ("1m"), compare: [] }));
  const state = { panes, active: 1, settings: DEFAULT_SETTINGS, drawings: { ...NO_DRAWINGS, list: EACH } };
  const { drawings } = readAddress(writeAddress(state));
  assert.deepEqual(
    drawings
      .toSorted((a, b) => KIND_NAMES.indexOf(a.kind) - KIND_NAMES.indexOf(b.kind))
      .map((one) => ({ ...one, id: 0 })),
    EACH.map((one) => ({ ...one, id: 0 })),
  );
  assert.equal(
    readAddress(writeAddress({ ...state, panes: [{ ...panes[0], symbol: "C" }], active: 0 })).drawings.length,
    0,
  );
});

test("a link is bounded, keeps the newest drawings, and tells the rest", () => {
  const list = Array.from({ length: 100 }, (_, at) =>
    drawing({ id: at + 1, kind: "text", anchors: [{ ts: TS, price: at }], text: "ü".repeat(20) }),
  );
  const { texts, left } = linkedDrawings(list, ["AAPL", "AAPL", null, "IBM"]);
  assert.equal(texts.length, 1);
  assert.ok(encodeURIComponent(texts[0]).length <= LINK_CHARACTERS, `${encodeURIComponent(texts[0]).length}`);
  const read = readDrawings(texts);
  assert.equal(read.length + left, 100);
  assert.ok(left > 0 && read.length > 5, `${left} left`);
  assert.equal(read.at(-1)?.anchors[0].price, 99);
});

test("drawings of a link join those of the browser once", () => {
  const both = withLinked([level({ id: 4 })], [level(), level({ id: 2, colour: 2 })]);
  assert.deepEqual(both, [level({ id: 4 }), level({ id: 5, colour: 2 })]);
});

test("a time has its place in bars of any length, and beyond them", () => {
  const bars = [0, 1, 2, 10, 11].map((minute) => ({ ts: TS + minute * MINUTE }));
  const at = (/** @type {number} */ minutes) => barIndex(bars, TS + minutes * MINUTE, MINUTE);
  assert.deepEqual([-3, -0.5, 0, 0.9, 2, 5, 10, 11, 11.9, 14].map(at), [-3, -1, 0, 0, 2, 2, 3, 4, 4, 7]);
  for (const index of [-2, 0, 3, 4, 6]) assert.equal(barIndex(bars, barStart(bars, index, MINUTE), MINUTE), index);
  assert.equal(barIndex([], TS, MINUTE), 0);
});

const ON = {
  xOf: (/** @type {number} */ ts) => (ts - TS) / MINUTE,
  yOf: (/** @type {number} */ price) => 300 - price,
  width: 400,
  height: 300,
  lineHeight: 16,
  textWidth: (/** @type {string} */ text) => 6 * text.length,
};
/** @param {import("../../web/js/state/drawings.js").DrawingKind} kind @param {readonly [number, number][]} points */
const figure = (kind, points, labels = /** @type {string[]} */ ([])) => ({
  id: 1,
  kind,
  colour: 0,
  anchors: points.map(([x, price]) => ({ ts: TS + x * MINUTE, price })),
  levels: kind === "fibonacci" ? [0, 0.5, 1].map((share) => ({ price: 100 + 100 * share, text: `${share}` })) : [],
  labels,
});
/** @param {any} drawn @param {number} x @param {number} y @param {boolean} [selected] */
const hit = (drawn, x, y, selected = false) =>
  hitOf(/** @type {any} */ (shapeOf(drawn, ON)), { x, y }, { reach: 6, selected, on: ON });

test("a line is hit near it, its ends only where it is selected", () => {
  assert.equal(distance({ x: 5, y: 5 }, { from: { x: 0, y: 0 }, to: { x: 10, y: 0 } }), 5);
  assert.equal(distance({ x: 13, y: 4 }, { from: { x: 0, y: 0 }, to: { x: 10, y: 0 } }), 5, "beyond its end");
  assert.equal(distance({ x: 3, y: 4 }, { from: { x: 0, y: 0 }, to: { x: 0, y: 0 } }), 5, "a point");
  const trend = figure("trend", [
    [100, 100],
    [200, 200],
  ]);
  assert.deepEqual(hit(trend, 150, 153), { part: "body" });
  assert.equal(hit(trend, 150, 170), null);
  assert.deepEqual(hit(trend, 200, 100), { part: "body" });
  assert.deepEqual(hit(trend, 200, 100, true), { part: "handle", at: 1 });
});

test("each kind is hit where it is drawn", () => {
  const box = /** @type {[number, number][]} */ ([
    [100, 100],
    [200, 200],
  ]);
  assert.deepEqual(hit(figure("level", [[100, 100]]), 390, 203), { part: "body" }, "a level goes from edge to edge");
  assert.deepEqual(hit(figure("rectangle", box), 150, 100), { part: "body" });
  assert.equal(hit(figure("rectangle", box), 150, 130), null, "the chart inside stays movable");
  assert.deepEqual(hit(figure("rectangle", box), 150, 130, true), { part: "body" });
  assert.deepEqual(hit(figure("fibonacci", box), 190, 150), { part: "body" }, "on the half");
  assert.deepEqual(hit(figure("text", [[100, 100]], ["words"]), 120, 200), { part: "body" });
  assert.equal(hit(figure("text", [[100, 100]], ["words"]), 160, 200), null);
});

test("the text of a measure stays in the chart", () => {
  for (const points of [
    [
      [0, 290],
      [10, 299],
    ],
    [
      [390, 2],
      [399, 1],
    ],
    [
      [0, 0],
      [400, 300],
    ],
  ]) {
    const drawn = figure("measure", /** @type {[number, number][]} */ (points), ["+1.00 (+1.00%)", "3 bars, 3m"]);
    for (const { x, y, text } of shapeOf(drawn, ON)?.labels ?? []) {
      assert.ok(x >= 0 && x + ON.textWidth(text) <= ON.width, `${text} at ${x}`);
      assert.ok(y >= 8 && y <= ON.height - 8, `${text} at ${y}`);
    }
  }
});

test("a drawing without a place is not drawn", () => {
  assert.equal(shapeOf(figure("level", [[0, 1]]), { ...ON, yOf: () => null }), null);
  assert.equal(shapeOf(figure("level", [[0, 1]]), { ...ON, xOf: () => NaN }), null);
});

test("the magnet takes the nearest price within reach", () => {
  const bars = [
    {
      index: 4,
      x: 100,
      prices: [
        { price: 10, y: 50 },
        { price: 11, y: 40 },
      ],
    },
    { index: 5, x: 108, prices: [{ price: 12, y: 44 }] },
  ];
  assert.deepEqual(attracted({ x: 101, y: 48 }, bars, 10), { index: 4, price: 10 });
  assert.deepEqual(attracted({ x: 107, y: 46 }, bars, 10), { index: 5, price: 12 });
  assert.equal(attracted({ x: 104, y: 80 }, bars, 10), null);
});

test("a retracement, a measure and a name have the instrument's digits", () => {
  const instrument = /** @type {any} */ ({ price_decimals: 2, price_decimals_max: 4 });
  const anchors = [
    { ts: TS, price: 100 },
    { ts: TS + 135 * MINUTE, price: 110 },
  ];
  assert.deepEqual(
    retracement(anchors, instrument).map(({ price, text }) => [Number(price.toFixed(6)), text.replace("  ", " ")])[2],
    [106.18, "38.2% 106.18"],
  );
  assert.deepEqual(measured(anchors, 135, instrument), ["+10.00 (+10.00%)", "135 bars, 2h 15m"]);
  assert.deepEqual(measured(anchors.toReversed(), -1, instrument), ["−10.00 (−9.09%)", "−1 bar, 2h 15m"]);
  assert.deepEqual(
    measured(
      [
        { ts: 0, price: -1 },
        { ts: 0, price: 1 },
      ],
      0,
      instrument,
    ),
    ["+2.00", "0 bars, 0s"],
  );
  assert.equal(drawingName(drawing(), instrument), "Trend line 227.31 to 229.50");
  assert.equal(drawingName(level({ kind: "text", text: "buy" }), instrument), "Text “buy” at 227.31");
  assert.deepEqual([0, 45e6, 3600e6, 90_061e6].map(durationText), ["0s", "45s", "1h", "1d 1h"]);
});

test("moving changes all anchors or one", () => {
  const up = (/** @type {{ ts: number, price: number }} */ { ts, price }) => ({ ts: ts + 1, price: price + 1 });
  assert.deepEqual(
    moved(drawing(), up).anchors.map(({ price }) => price),
    [228.31, 230.5],
  );
  assert.deepEqual(
    moved(drawing(), up, 1).anchors.map(({ ts }) => ts - TS),
    [0, 5 * MINUTE + 1],
  );
  assert.equal(drawingsOf({ list: [drawing(), level({ symbol: "IBM" })] }, "IBM").length, 1);
});

test("keys wish for what they stand for, most of them only of a selected drawing", () => {
  const of = (/** @type {string} */ key, more = {}, selected = true) =>
    wishOf({ key, ctrlKey: false, metaKey: false, shiftKey: false, ...more }, selected);
  assert.deepEqual(of("z", { ctrlKey: true }, false), { does: "action", action: "undo" });
  assert.deepEqual(of("Z", { metaKey: true, shiftKey: true }), { does: "action", action: "redo" });
  assert.deepEqual(of("y", { ctrlKey: true }), { does: "action", action: "redo" });
  assert.deepEqual([of("d", { ctrlKey: true }, false), of("c", { ctrlKey: true })], [null, null]);
  assert.deepEqual(of("ArrowLeft", { shiftKey: true }), { does: "move", bars: -10, ticks: 0 });
  assert.deepEqual(of("Tab", { shiftKey: true }), { does: "part", back: true });
  assert.deepEqual(
    [of("ArrowUp", {}, false), of("Delete", {}, false), of("Tab", {}, false), of("j")],
    Array(4).fill(null),
  );
  assert.deepEqual(of("Escape", {}, false), { does: "escape" });
});
