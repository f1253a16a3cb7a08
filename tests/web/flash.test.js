/** Highlights show the newest direction and end in time. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";

Object.assign(globalThis, { window: globalThis });
const { flash, endFlashes } = await import("../../web/js/lib/flash.js");

/** @returns {HTMLElement} */
const cell = () => /** @type {any} */ ({ dataset: {} });

test("a flash follows its price and is not prolonged", () => {
  const now = mock.method(performance, "now", () => 0);
  const node = cell();
  flash(node, "up");
  assert.equal(node.dataset.flash, "up");
  now.mock.mockImplementation(() => 300);
  flash(node, "down");
  assert.equal(node.dataset.flash, "down", "the colour is that of the arrow beside it");
  now.mock.mockImplementation(() => 349);
  endFlashes();
  assert.equal(node.dataset.flash, "down");
  now.mock.mockImplementation(() => 351);
  endFlashes();
  assert.equal(node.dataset.flash, undefined);
});
