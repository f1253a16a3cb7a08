/** The command palette: finds symbols and commands while a person types, and runs the chosen one. */

import { createDialog } from "../../lib/dialog.js";
import { element, setAttribute, span } from "../../lib/dom.js";
import { matching } from "../../state/list.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../actions.js").Command} Command */

const SHOWN = 12;

/**
 * @param {readonly Command[]} commands
 * @param {import("../actions.js").Actions & { onScenario: (name: string) => void }} actions
 */
export function createPalette(commands, { onChoose, onSet, onScenario }) {
  const input = element("input", {
    class: "field palette-input",
    type: "text",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": "palette-list",
    "aria-autocomplete": "list",
    "aria-label": "Symbol, scenario or command",
    placeholder: "Symbol, scenario or command",
    autocomplete: "off",
    spellcheck: "false",
  });
  const list = element("div", { class: "palette-list", role: "listbox", id: "palette-list", "aria-label": "Found" });
  const none = element("p", { class: "menu-note", role: "status" });
  const dialog = createDialog("Symbols and commands", "dialog-palette", input, list, none);
  /** @type {State | undefined} */
  let shown;
  /** @type {{ title: string, hint: string, run: () => void }[]} */
  let found = [];
  let at = 0;

  function find() {
    const text = input.value.trim().toLowerCase();
    const some = commands
      .filter(({ title, group }) => `${group} ${title}`.toLowerCase().includes(text))
      .map(({ title, group, keys, run }) => ({ title, hint: keys ? `${group} · ${keys}` : group, run }));
    const symbols =
      text === ""
        ? []
        : matching([...(shown?.instruments.values() ?? [])], text)
            .slice(0, SHOWN)
            .map(({ symbol, name }) => ({ title: symbol, hint: name || "symbol", run: () => onChoose(symbol) }));
    const scenarios =
      text === ""
        ? []
        : (shown?.catalog?.scenarios ?? [])
            .filter(({ name, title }) => `scenario ${name} ${title}`.toLowerCase().includes(text))
            .map(({ name, title }) => ({
              title,
              hint: "scenario",
              run() {
                onSet({ dockTab: "scenarios", dockOpen: true });
                onScenario(name);
              },
            }));
    found = [...symbols, ...scenarios, ...some].slice(0, SHOWN);
    at = 0;
    list.replaceChildren(
      ...found.map(({ title, hint }, index) =>
        element(
          "div",
          { class: "palette-item", role: "option", id: `found-${index}`, "data-index": index },
          element("span", {}, title),
          span("option-hint", hint),
        ),
      ),
    );
    none.textContent = found.length === 0 ? "No symbol, scenario or command has this in its name." : "";
    mark();
  }

  function mark() {
    [...list.children].forEach((node, index) => setAttribute(node, "aria-selected", String(index === at)));
    setAttribute(input, "aria-activedescendant", found[at] ? `found-${at}` : null);
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} index */
  function run(index) {
    const one = found[index];
    if (!one) return;
    dialog.close();
    one.run();
  }

  input.addEventListener("input", find);
  input.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && found.length > 0) at = (at + by + found.length) % found.length;
    else if (event.key === "Enter") run(at);
    else return;
    event.preventDefault();
    mark();
  });
  list.addEventListener("click", (event) => {
    const item = event.target instanceof Element ? event.target.closest("[data-index]") : null;
    if (item instanceof HTMLElement) run(Number(item.dataset.index));
  });

  return {
    /** @param {State} state */
    open(state) {
      shown = state;
      input.value = "";
      find();
      dialog.open();
      input.focus();
    },

    /** Finds what has come since it was opened. @param {State} state */
    render(state) {
      if (!dialog.node.open || (state.catalog === shown?.catalog && state.instruments === shown?.instruments)) return;
      shown = state;
      find();
    },
  };
}
