/** The dock below the charts: one panel at a time, chosen by its tab. */

import { element, setAttribute, setName, setText } from "../../lib/dom.js";
import { icon } from "../../lib/icon.js";
import { clockText } from "../../lib/time.js";
import { isStale, sizeOf, zoneOf } from "../../state/select.js";
import { zoneLabel } from "../../state/trust.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/settings.js").DockTab} DockTab */
/**
 * `source`: the only kind of feed that has it. `isWide`: it compares symbols, and one alone needs none.
 *
 * @typedef {{ id: DockTab, title: string, node: HTMLElement, source?: "simulation" | "replay", isWide?: boolean, render: (state: State,
 *   nowMs: number, look: string) => void }} Tab
 */

/**
 * @param {HTMLElement} root
 * @param {readonly Tab[]} tabs
 * @param {import("../actions.js").Actions} actions
 */
export function createDock(root, tabs, { onSet }) {
  /** The tabs that this feed has. @type {readonly Tab[]} */
  let shown = tabs;
  const toggle = element(
    "button",
    { type: "button", class: "tool dock-toggle", "aria-controls": "dock-body" },
    icon("fold"),
  );
  const buttons = tabs.map(({ id, title }) =>
    element(
      "button",
      { type: "button", class: "tab", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}` },
      title,
    ),
  );
  const panels = tabs.map(({ id, node }) =>
    element("div", { class: "dock-panel", role: "tabpanel", id: `panel-${id}`, "aria-labelledby": `tab-${id}` }, node),
  );
  const bar = element("div", { class: "tabs", role: "tablist", "aria-label": "Panels" }, ...buttons);
  // Hidden from screen readers: the link status is read out.
  const note = element("p", { class: "dock-note", "aria-hidden": "true" });
  root.append(
    element("div", { class: "dock-bar" }, bar, note, toggle),
    element("div", { class: "dock-body", id: "dock-body" }, ...panels),
  );
  let open = true;
  toggle.addEventListener("click", () => onSet({ dockOpen: !open }));
  buttons.forEach((button, at) =>
    button.addEventListener("click", () => onSet({ dockTab: tabs[at].id, dockOpen: true })),
  );
  bar.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = shown.findIndex((tab) => buttons[tabs.indexOf(tab)] === document.activeElement);
    if (!by || at < 0) return;
    const next = shown[(at + by + shown.length) % shown.length];
    buttons[tabs.indexOf(next)].focus();
    onSet({ dockTab: next.id });
  });

  return {
    /** Moves the focus to a tab, and the page where the dock is. @param {DockTab} tab */
    focus(tab) {
      const button = buttons[tabs.findIndex(({ id }) => id === tab)];
      button.focus();
      root.scrollIntoView({ block: "nearest" });
    },

    /** @param {State} state @param {number} nowMs @param {string} look */
    render(state, nowMs, look) {
      const { dockOpen, dockTab } = state.settings;
      setText(
        note,
        isStale(state) && state.marketUs !== null
          ? `No connection: as of ${clockText(state.marketUs, zoneOf(state))} ${zoneLabel(state, state.marketUs)}`
          : "",
      );
      open = dockOpen;
      setAttribute(root, "data-open", open);
      setAttribute(toggle, "aria-expanded", String(open));
      setName(toggle, open ? "Close the panel" : "Open the panel");
      shown = tabs.filter((tab) => isUseful(tab, state));
      const chosen = (shown.find(({ id }) => id === dockTab) ?? shown.find(({ id }) => id === "file") ?? shown[0]).id;
      tabs.forEach((tab, at) => {
        const { id, render } = tab;
        const on = id === chosen;
        setAttribute(buttons[at], "hidden", !shown.includes(tab));
        setAttribute(buttons[at], "aria-selected", String(on));
        setAttribute(buttons[at], "tabindex", on ? 0 : -1);
        setAttribute(panels[at], "hidden", !on || !open);
        if (on && open) render(state, nowMs, look);
      });
    },
  };
}

/** @param {Tab} tab @param {State} state */
function isUseful({ source, isWide }, state) {
  return (source === undefined || source === state.feed?.source) && !(isWide && sizeOf(state) === "one");
}
