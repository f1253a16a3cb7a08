/** All instruments with their prices, by class; a listbox, so arrow keys move the choice. */

import { element, setAttribute } from "../lib/dom.js";
import { groups } from "../state/select.js";
import { createRow } from "./row.js";

/** @typedef {import("../state/model.js").State} State */
/** @typedef {ReturnType<typeof createRow>} Row */

const SKELETON_ROWS = 14;
const PAGE_ROWS = 10;

/**
 * @param {HTMLElement} root
 * @param {{ onChoose: (symbol: string) => void }} actions
 */
export function createWatchlist(root, { onChoose }) {
  const list = element("div", { class: "rows", role: "listbox", tabindex: 0, "aria-label": "Instruments" });
  root.append(list);
  skeleton(list);
  /** @type {Row[]} */
  let rows = [];
  /** @type {State["instruments"] | undefined} */
  let drawn;
  /** @type {string | null} */
  let chosen = null;
  /** Where the keys have led: ahead of `chosen` until the next frame, so that fast keys do not get lost.
   * @type {string | null} */
  let led = null;

  list.addEventListener("click", (event) => {
    const row = event.target instanceof Element ? event.target.closest(".row") : null;
    const symbol = row instanceof HTMLElement ? row.dataset.symbol : undefined;
    if (symbol) onChoose(symbol);
  });
  list.addEventListener("keydown", (event) => {
    const at = rows.findIndex(({ symbol }) => symbol === led);
    const next = move(event.key, at, rows.length);
    if (next === null || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    led = rows[next].symbol;
    onChoose(led);
  });

  /** @param {State} state */
  function build(state) {
    drawn = state.instruments;
    rows = [];
    const parts = groups(state.instruments).map(({ title, instruments }, at) => {
      const made = instruments.map((instrument) => createRow(instrument, `row-${rows.length + instruments.indexOf(instrument)}`));
      rows.push(...made);
      const heading = element("div", { class: "group-title", id: `group-${at}`, role: "presentation" }, title);
      return element("div", { role: "group", "aria-labelledby": `group-${at}` }, heading, ...made.map(({ node }) => node));
    });
    list.replaceChildren(...(rows.length > 0 ? parts : [element("p", { class: "empty" }, "This feed has no instruments.")]));
    setAttribute(list, "aria-busy", null);
  }

  /** @param {string | null} symbol */
  function follow(symbol) {
    chosen = symbol;
    const row = rows.find((one) => one.symbol === symbol);
    setAttribute(list, "aria-activedescendant", row?.node.id);
    if (row) reveal(root, row.node);
  }

  return {
    /** @param {State} state */
    render(state) {
      if (state.listEpoch === null) return;
      const fresh = drawn !== state.instruments;
      if (fresh) build(state);
      for (const row of rows) row.render(state);
      led = state.choice.symbol;
      if (fresh || chosen !== led) follow(led);
    },
  };
}

/**
 * The row that a key leads to.
 *
 * @param {string} key
 * @param {number} at -1 where none is chosen
 * @param {number} length
 * @returns {number | null}
 */
function move(key, at, length) {
  if (length === 0) return null;
  /** @type {Record<string, number>} */
  const targets = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + PAGE_ROWS, PageUp: at - PAGE_ROWS, Home: 0, End: length - 1 };
  if (!Object.hasOwn(targets, key)) return null;
  return Math.max(0, Math.min(length - 1, targets[key]));
}

/**
 * Scrolls the list alone, never the page.
 *
 * @param {HTMLElement} scroller
 * @param {HTMLElement} row
 */
function reveal(scroller, row) {
  const box = scroller.getBoundingClientRect();
  const { top, bottom, height } = row.getBoundingClientRect();
  if (top < box.top + height) scroller.scrollTop -= box.top + height - top;
  else if (bottom > box.bottom) scroller.scrollTop += bottom - box.bottom;
}

/** @param {HTMLElement} list */
function skeleton(list) {
  setAttribute(list, "aria-busy", "true");
  list.append(element("div", { class: "group-title", "aria-hidden": "true" }, "\u00a0"));
  for (let row = 0; row < SKELETON_ROWS; row += 1) {
    list.append(element("div", { class: "row skeleton", "aria-hidden": "true" }, element("span", { class: "bone" }), element("span", { class: "bone" })));
  }
}
