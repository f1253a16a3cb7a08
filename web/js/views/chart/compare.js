/** The menu that chooses up to four symbols to compare with the chart's own. */

import { element, setText, span } from "../../lib/dom.js";
import { icon } from "../../lib/icon.js";
import { createMenu } from "../../lib/menu.js";
import { matching } from "../../state/list.js";
import { MOST_COMPARED } from "../../state/panes.js";

/** @typedef {import("../../state/model.js").State} State */

const SHOWN = 8;

/** @param {{ onCompare: (symbols: readonly string[]) => void }} actions */
export function createCompare({ onCompare }) {
  const menu = createMenu({ name: "Compare" }, icon("compare"), span("tool-text", "Compare"));
  const input = element("input", {
    type: "search",
    class: "field",
    placeholder: "Symbol or name",
    "aria-label": "Symbol to compare",
  });
  const found = element("div", { class: "compare-found" });
  const note = element("p", { class: "menu-note" });
  menu.panel.append(input, found, note);
  /** @type {State | undefined} */
  let state;
  let drawn = "";
  input.addEventListener("input", () => draw());
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !state || input.value.trim() === "") return;
    event.preventDefault();
    const { choice, panes, active, instruments } = state;
    const { compare } = panes[active];
    const [first] = matching([...instruments.values()], input.value).filter(({ symbol }) => symbol !== choice.symbol);
    if (!first || (compare.length >= MOST_COMPARED && !compare.includes(first.symbol))) return;
    pick(first.symbol, !compare.includes(first.symbol));
    input.value = "";
  });
  menu.panel.addEventListener("toggle", () => draw());

  /** @param {string} symbol @param {boolean} on */
  function pick(symbol, on) {
    const compare = state?.panes[state.active].compare ?? [];
    onCompare(on ? [...compare, symbol] : compare.filter((one) => one !== symbol));
  }

  function draw() {
    if (!state || !menu.panel.matches(":popover-open")) return;
    const { choice, panes, active, instruments } = state;
    const { compare } = panes[active];
    const others = matching([...instruments.values()], input.value).filter(
      ({ symbol }) => symbol !== choice.symbol && !compare.includes(symbol),
    );
    const shown = [...compare, ...others.slice(0, SHOWN).map(({ symbol }) => symbol)];
    const key = `${shown.join()} ${compare.length}`;
    if (key === drawn) return;
    drawn = key;
    const focused = document.activeElement instanceof HTMLInputElement ? document.activeElement.value : "";
    found.replaceChildren(
      ...shown.map((symbol) => {
        const on = compare.includes(symbol);
        const box = element("input", {
          type: "checkbox",
          value: symbol,
          checked: on,
          disabled: !on && compare.length >= MOST_COMPARED,
        });
        box.addEventListener("change", () => pick(symbol, box.checked));
        return element(
          "label",
          { class: "option" },
          box,
          span("option-title", symbol),
          span("option-hint", state?.instruments.get(symbol)?.name ?? ""),
        );
      }),
    );
    const again = [...found.querySelectorAll("input")].find(({ value }) => value === focused);
    if (focused && focused !== input.value) again?.focus();
    setText(
      note,
      shown.length === 0
        ? "No symbol or name has this in it."
        : `Rebased to 100 at the left edge. Up to ${MOST_COMPARED}.`,
    );
  }

  return {
    ...menu,
    /** @param {State} next */
    render(next) {
      state = next;
      menu.button.toggleAttribute("data-on", state.panes[state.active].compare.length > 0);
      draw();
    },
  };
}
