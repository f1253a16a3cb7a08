/** The fields for how files are read, named as the flags are. What was found stands in each as its placeholder. */

import { element, setAttribute, setText } from "../../lib/dom.js";
import { FIELDS, flagOf } from "../../state/reading.js";

/** @typedef {import("../../state/openfiles.js").Opening} Opening */
/** @typedef {import("../../state/reading.js").Field} Field */

/** @param {{ onSet: (name: string, value: string) => void, onReset: () => void }} actions */
export function createFields({ onSet, onReset }) {
  const zones = element("datalist", { id: "open-zones" });
  const fields = FIELDS.map((field) => createField(field, onSet));
  const of = (/** @type {boolean} */ main) =>
    fields.filter((_, at) => (FIELDS[at].main === true) === main).map(({ node }) => node);
  const reset = element("button", { type: "button", class: "button", hidden: true }, "Detect everything again");
  reset.addEventListener("click", onReset);
  const more = element(
    "details",
    { class: "open-more" },
    element("summary", {}, "More"),
    element("div", { class: "open-fields" }, ...of(false)),
  );
  const node = element(
    "section",
    { class: "open-settings", "aria-label": "How the files are read" },
    element("div", { class: "open-fields" }, ...of(true)),
    more,
    reset,
    zones,
  );

  return {
    node,
    /** Moves the focus to a field. @param {string} name */
    focus(name) {
      const at = FIELDS.findIndex((field) => field.name === name);
      if (at < 0) return;
      if (!FIELDS[at].main) more.open = true;
      fields[at].focus();
    },

    /** @param {Opening} opening */
    render(opening) {
      if (zones.childElementCount === 0) {
        const names = ["UTC", ...Intl.supportedValuesOf("timeZone")];
        zones.append(...names.map((value) => element("option", { value })));
      }
      for (const field of fields) field.render(opening);
      setAttribute(reset, "hidden", Object.keys(opening.settings).length === 0);
    },
  };
}

/** @param {Field} field @param {(name: string, value: string) => void} onSet */
function createField({ name, title, choices, example, found }, onSet) {
  const id = `open-${name}`;
  const detected = element("option", { value: "" }, "detected");
  const input = choices
    ? element(
        "select",
        { class: "field", id },
        detected,
        ...choices.map(([value, word]) => element("option", { value }, word)),
      )
    : element("input", {
        class: "field",
        id,
        type: "text",
        autocomplete: "off",
        spellcheck: "false",
        list: name === "tz" ? "open-zones" : null,
      });
  input.addEventListener(choices ? "change" : "input", () => onSet(name, input.value));
  const label = element("label", { for: id }, title, " ", element("code", {}, flagOf(name)));

  return {
    node: element("div", { class: "open-field" }, label, input),
    focus() {
      input.focus();
      input.scrollIntoView({ block: "nearest" });
    },
    /** @param {Opening} opening */
    render({ settings, inspection: { files, fault } }) {
      const value = settings[name] ?? "";
      if (input.value !== value && document.activeElement !== input) input.value = value;
      if (choices && input.value !== value) input.value = value;
      const words = [...new Set(files.map((file) => found?.(file) ?? null))];
      const word = words.length === 1 ? words[0] : words.length > 1 ? "differs" : null;
      if (choices) setText(detected, word && value === "" ? `detected: ${word}` : "detected");
      else setAttribute(input, "placeholder", word ?? (example ? `such as ${example}` : "detected"));
      setAttribute(input, "aria-invalid", isAbout(fault, name) ? "true" : null);
      setAttribute(input, "data-set", value !== "");
    },
  };
}

/**
 * Tells whether an error is about a setting.
 *
 * @param {import("../../types/http.js").Refusal | null} fault
 * @param {string} name
 */
function isAbout(fault, name) {
  return (
    fault?.message.includes(`\`${name.replaceAll("_", "-")}\``) === true ||
    fault?.message.includes(`\`${name}\``) === true
  );
}
