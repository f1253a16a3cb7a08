/** The menu of the time zone: UTC, that of this machine, or any other by its name. */

import { element, setAttribute, setText, span } from "../../lib/dom.js";
import { createMenu } from "../../lib/menu.js";
import { allZones, isZone, localZone, offsetText, zoneText } from "../../lib/zone.js";
import { zoneOf } from "../../state/select.js";
import { zoneDoubt } from "../../state/trust.js";

/** @typedef {import("../../state/model.js").State} State */

const UNKNOWN_ZONE = "The browser knows no zone of this name, such as America/New_York.";

/** @param {{ onSet: import("../actions.js").Actions["onSet"] }} actions */
export function createZoneMenu({ onSet }) {
  const name = span("market-zone", "UTC");
  const menu = createMenu({ name: "Time zone", class: "tool zone-button" }, name);
  const utc = createChoice("UTC", "UTC", onSet);
  const local = createChoice("local", "This machine", onSet);
  const list = element("datalist", { id: "zones" });
  const other = element("input", {
    type: "text",
    class: "field",
    id: "zone-name",
    list: "zones",
    placeholder: "America/New_York",
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": "zone-note",
  });
  const note = element("p", { class: "menu-note", id: "zone-note", role: "status" });
  menu.panel.classList.add("menu-options");
  menu.panel.append(
    utc.node,
    local.node,
    element("label", { class: "option" }, span("option-title", "Another"), other, list),
    note,
  );
  other.addEventListener("change", () => {
    const text = other.value.trim();
    const known = allZones().find((zone) => zone.toLowerCase() === text.toLowerCase()) ?? text;
    if (isZone(known)) onSet({ zone: known });
    else setText(note, text === "" ? "" : UNKNOWN_ZONE);
  });
  menu.panel.addEventListener("beforetoggle", () => {
    if (list.childElementCount === 0) list.append(...allZones().map((value) => element("option", { value })));
  });

  /** What the menu shows: its setting, and the name of the zone. */
  let drawn = "";
  return {
    nodes: [menu.button, menu.panel],
    /** @param {State} state */
    render(state) {
      const { settings, marketUs } = state;
      const zone = zoneOf(state);
      const us = marketUs ?? 0;
      const { mark, title } = zoneDoubt(state);
      const text = zoneText(us, zone) + mark;
      setText(name, text);
      if (drawn === `${settings.zone} ${text}`) return;
      drawn = `${settings.zone} ${text}`;
      const named = zone === "UTC" ? "UTC" : `${zone}, ${offsetText(us, zone)}`;
      const full = [named, title].filter(Boolean).join(". ");
      setAttribute(menu.button, "title", `Time zone: ${full}`);
      setAttribute(menu.button, "aria-label", `Time zone: ${full}`);
      utc.show(settings.zone === "UTC", "");
      local.show(settings.zone === "local", localZone());
      const isOther = settings.zone !== "UTC" && settings.zone !== "local";
      other.value = isOther ? settings.zone : "";
      setText(note, isOther ? offsetText(us, zone) : "");
    },
  };
}

/** @param {string} zone @param {string} title @param {import("../actions.js").Actions["onSet"]} onSet */
function createChoice(zone, title, onSet) {
  const input = element("input", { type: "radio", name: "zone", value: zone });
  const hint = span("option-hint");
  input.addEventListener("change", () => onSet({ zone }));
  return {
    node: element("label", { class: "option" }, input, span("option-title", title), hint),
    /** @param {boolean} isOn @param {string} text */
    show(isOn, text) {
      input.checked = isOn;
      setText(hint, text);
    },
  };
}
