/** The dialog with the keys, and the settings for reading and colours. */

import { createDialog } from "../../lib/dialog.js";
import { element } from "../../lib/dom.js";
import { ANNOUNCE } from "../../state/settings.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../actions.js").Command} Command */

const PANEL_KEYS = [
  ["Arrow keys, Page up and down, Home, End", "Watchlist and heatmap: choose another symbol"],
  ["F", "Watchlist: add to the favourites, or remove"],
  ["Arrow keys, Page up and down, Home, End", "Chart: read it bar by bar"],
  ["Arrow keys, Shift, Tab, Delete, Ctrl+D", "Selected drawing: move it or its ends, delete, duplicate"],
  ["Ctrl+Z, Ctrl+Y, Escape, Alt", "Drawing: undo, redo, end, without the magnet"],
  ["Wheel, drag, pinch", "Chart: move along the time, zoom in and out"],
  ["Right click", "Chart: play from the bar there, bookmark it, save the chart"],
  ["Double click on an axis", "Chart: scale the axis automatically again"],
];
const ANNOUNCE_TITLES = { 0: "Never", 5: "Every 5 seconds", 15: "Every 15 seconds", 60: "Every minute" };

/**
 * @param {readonly Command[]} commands
 * @param {import("../actions.js").Actions} actions
 */
export function createHelp(commands, { onSet }) {
  const groups = [...new Set(commands.map(({ group }) => group))];
  const lists = groups.map((group) =>
    element(
      "section",
      {},
      element("h3", { class: "panel-title" }, group),
      element(
        "dl",
        { class: "keys" },
        ...commands
          .filter((one) => one.group === group && one.keys)
          .map(({ title, keys }) =>
            element(
              "div",
              {},
              element("dt", {}, ...keys.split(" ").map((key) => element("kbd", {}, key))),
              element("dd", {}, title),
            ),
          ),
      ),
    ),
  );
  const others = element(
    "section",
    {},
    element("h3", { class: "panel-title" }, "In a panel"),
    element(
      "dl",
      { class: "keys help-others" },
      ...PANEL_KEYS.map(([keys, text]) => element("div", {}, element("dt", {}, keys), element("dd", {}, text))),
    ),
  );
  const single = element("input", { type: "checkbox", id: "single-keys" });
  single.addEventListener("change", () => onSet({ shortcuts: single.checked }));
  const colours = element("input", { type: "checkbox", id: "vivid" });
  colours.addEventListener("change", () => onSet({ colours: colours.checked ? "vivid" : "standard" }));
  const announce = element(
    "select",
    { class: "field", id: "announce" },
    ...ANNOUNCE.map((seconds) => element("option", { value: seconds }, ANNOUNCE_TITLES[seconds])),
  );
  announce.addEventListener("change", () => onSet({ announce: Number(announce.value) }));
  const choices = element(
    "section",
    { class: "help-choices" },
    element("h3", { class: "panel-title" }, "Reading and colours"),
    element("label", { class: "option" }, single, element("span", {}, "Single keys run commands")),
    element("label", { class: "option" }, colours, element("span", {}, "Blue and orange instead of green and red")),
    element("label", { class: "option" }, element("span", {}, "Read out the chosen price"), announce),
  );
  const server = element(
    "section",
    {},
    element("h3", { class: "panel-title" }, "The server"),
    element("p", {}, element("a", { href: "status.html" }, "Server status: sessions, lags, rejections, memory")),
  );
  const dialog = createDialog(
    "Keys and settings",
    "dialog-help",
    element(
      "div",
      { class: "help dialog-scroll", tabindex: 0, role: "region", "aria-label": "Keys" },
      ...lists,
      others,
      choices,
      server,
    ),
  );
  return {
    open: dialog.open,
    /** @param {State} state */
    render({ settings }) {
      if (!dialog.node.open) return;
      single.checked = settings.shortcuts;
      colours.checked = settings.colours === "vivid";
      announce.value = String(settings.announce);
    },
  };
}
