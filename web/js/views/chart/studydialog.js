/** The dialog with the numbers and colours of the indicators. */

import { createDialog } from "../../lib/dialog.js";
import { element, setAttribute } from "../../lib/dom.js";
import { INDICATORS } from "../../state/settings.js";
import { isWithin, STUDIES, studyName, studyOf, withStudy } from "../../state/studies.js";

/** @typedef {import("../../state/settings.js").Settings} Settings */
/** @typedef {import("../../state/studies.js").IndicatorId} IndicatorId */

/** The names of the line colours, which are similar in both themes. */
const COLOURS = ["Blue", "Amber", "Purple", "Teal", "Pink"];
const AUTOMATIC = "auto";

/** @param {{ onSet: (settings: Partial<Settings>) => void }} actions */
export function createStudyDialog({ onSet }) {
  /** @type {Settings | null} */
  let settings = null;
  const rows = INDICATORS.map((id) => createRow(id, { set, onShown: show }));
  const reset = element("button", { type: "button", class: "button" }, "Back to the usual");
  reset.addEventListener("click", () => onSet({ studies: [] }));
  const dialog = createDialog(
    "Indicators",
    "dialog-studies",
    element(
      "div",
      { class: "dialog-scroll studies", tabindex: 0, role: "region", "aria-label": "Indicators" },
      ...rows.map(({ node }) => node),
    ),
    element(
      "p",
      { class: "menu-note" },
      "Kept in this browser and in the link. The volume profile spreads the volume of each bar from its low to its high.",
    ),
    element("div", { class: "study-end" }, reset),
  );

  /** @param {IndicatorId} id @param {import("../../state/studies.js").Chosen} chosen */
  function set(id, chosen) {
    onSet({ studies: withStudy(settings?.studies ?? [], id, chosen) });
  }
  /** @param {IndicatorId} id @param {boolean} on */
  function show(id, on) {
    onSet({ indicators: INDICATORS.filter((one) => (one === id ? on : settings?.indicators.includes(one))) });
  }

  return {
    open: dialog.open,
    /** @param {Settings} next */
    render(next) {
      settings = next;
      if (!dialog.node.open) return;
      for (const row of rows) row.render(next);
      setAttribute(reset, "disabled", next.studies.length === 0);
    },
  };
}

/**
 * @param {IndicatorId} id
 * @param {{ set: (id: IndicatorId, chosen: import("../../state/studies.js").Chosen) => void, onShown: (id: IndicatorId,
 *   on: boolean) => void }} actions
 */
function createRow(id, { set, onShown }) {
  const { fields } = STUDIES[id];
  const name = studyName(id);
  const box = element("input", { type: "checkbox" });
  box.addEventListener("change", () => onShown(id, box.checked));
  const inputs = fields.map(({ title, least, most, step = 1 }) => {
    const look = { type: "number", class: "field", min: least, max: most, step, "aria-label": `${name}: ${title}` };
    return element("input", { ...look, required: true });
  });
  const colour = element(
    "select",
    { class: "field", "aria-label": `${name}: colour` },
    element("option", { value: AUTOMATIC }, "Next colour"),
    ...COLOURS.map((title, at) => element("option", { value: at }, title)),
  );
  const changed = () => {
    const values = inputs.map((input) => Number(input.value));
    const isValid = values.every((value, at) => isWithin(value, fields[at]));
    inputs.forEach((input, at) => setAttribute(input, "aria-invalid", !isWithin(values[at], fields[at]) && "true"));
    if (isValid) set(id, { values, colour: colour.value === AUTOMATIC ? null : Number(colour.value) });
  };
  for (const field of [...inputs, colour]) field.addEventListener("change", changed);
  const node = element(
    "div",
    { class: "study", role: "group", "aria-label": name },
    element("label", { class: "option" }, box, element("span", {}, name)),
    element(
      "div",
      { class: "study-fields" },
      ...inputs.map((input, at) => element("label", { class: "study-field" }, fields[at].title, input)),
    ),
    // The profile has the colours of rising and falling bars.
    ...(id === "profile" ? [] : [colour]),
  );
  return {
    node,
    /** @param {Settings} settings */
    render({ indicators, studies }) {
      const { values, colour: chosen } = studyOf(studies, id);
      if (box.checked !== indicators.includes(id)) box.checked = !box.checked;
      // What a person writes is left alone until all of it is valid.
      const isWritten = inputs.some((input) => input.hasAttribute("aria-invalid"));
      inputs.forEach((input, at) => {
        if (!isWritten && input !== document.activeElement && input.value !== String(values[at]))
          input.value = String(values[at]);
      });
      const shown = chosen === null ? AUTOMATIC : String(chosen);
      if (colour.value !== shown && colour !== document.activeElement) colour.value = shown;
    },
  };
}
