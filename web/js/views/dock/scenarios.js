/** What can be staged on the simulated market: a form for who may drive it, and what runs, for all. */

import { element, setAttribute, setText } from "../../lib/dom.js";
import { clockText } from "../../lib/time.js";
import { onText, sceneState } from "../../state/happenings.js";
import { mayDrive } from "../../state/select.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").Scene} Scene */

const WORDS = { next: "about to begin", running: "running", over: "over" };
const SHOWN = 12;

/** @param {Pick<import("../actions.js").Actions, "onCommand">} actions */
export function createScenarios({ onCommand }) {
  const which = element("select", { class: "field", name: "scenario", "aria-label": "Scenario" });
  const on = element("select", { class: "field", name: "on", "aria-label": "On which symbols" });
  const strength = element("input", {
    class: "field",
    name: "strength",
    type: "number",
    step: "any",
    "aria-label": "Strength",
  });
  const seconds = element("input", {
    class: "field",
    name: "seconds",
    type: "number",
    step: "any",
    min: 1,
    "aria-label": "Duration in seconds",
  });
  const strengthLabel = element(
    "label",
    { class: "stage-field" },
    element("span", { class: "label" }, "Strength"),
    strength,
  );
  const secondsLabel = element(
    "label",
    { class: "stage-field" },
    element("span", { class: "label" }, "Seconds"),
    seconds,
  );
  const submit = element("button", { type: "submit", class: "button" }, "Stage it");
  const about = element("p", { class: "panel-note stage-about" });
  const watching = element("p", { class: "panel-note" }, "Only who may drive the feed can stage scenarios.");
  const form = element(
    "form",
    { class: "stage-form" },
    element("label", { class: "stage-field" }, element("span", { class: "label" }, "Scenario"), which),
    element("label", { class: "stage-field" }, element("span", { class: "label" }, "On"), on),
    strengthLabel,
    secondsLabel,
    submit,
  );
  const none = element("p", { class: "panel-note" }, "None was staged yet.");
  const list = element("ul", { class: "scene-list" });
  const node = element(
    "div",
    { class: "stage" },
    element("section", { "aria-label": "Stage a scenario" }, form, about, watching),
    element(
      "section",
      { "aria-label": "Scenarios that were staged" },
      element("h3", { class: "panel-title" }, "Staged"),
      none,
      list,
    ),
  );

  /** @type {State | undefined} */
  let shown;
  const offer = () => shown?.catalogue?.scenarios.find(({ name }) => name === which.value);
  which.addEventListener("change", describe);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = offer();
    if (!chosen || !shown || !mayDrive(shown)) return;
    onCommand({
      command: "scenario",
      name: chosen.name,
      on: on.value,
      ...(chosen.strength !== null && strength.value !== "" ? { strength: strength.valueAsNumber } : {}),
      ...(chosen.seconds !== null && seconds.value !== "" ? { seconds: seconds.valueAsNumber } : {}),
    });
  });

  /** What the chosen one is, and its usual numbers. */
  function describe() {
    const chosen = offer();
    const { maxStrength = 10, maxSeconds = 86_400 } = shown?.catalogue ?? {};
    setText(about, chosen ? `${chosen.about}${chosen.negative ? " A strength below 0 turns it round." : ""}` : "");
    setAttribute(strengthLabel, "hidden", chosen?.strength == null);
    setAttribute(secondsLabel, "hidden", chosen?.seconds == null);
    setAttribute(strength, "max", maxStrength);
    setAttribute(strength, "min", chosen?.negative ? -maxStrength : 0);
    setAttribute(seconds, "max", maxSeconds);
    strength.value = String(chosen?.strength ?? "");
    seconds.value = String(chosen?.seconds ?? "");
  }

  /** @param {State} state */
  function fill({ catalogue, groups, instruments, choice }) {
    const before = on.value;
    which.replaceChildren(
      ...(catalogue?.scenarios ?? []).map(({ name, title }) => element("option", { value: name }, title)),
    );
    const option = (/** @type {string} */ value, /** @type {string} */ title) => element("option", { value }, title);
    const choices = [
      option("all", "All symbols"),
      ...[...groups.values()].map((group) => option(group.on, group.name)),
    ];
    on.replaceChildren(
      element("optgroup", { label: "Groups" }, ...choices),
      element("optgroup", { label: "Symbols" }, ...[...instruments.keys()].map((symbol) => option(symbol, symbol))),
    );
    on.value = before && before !== "" ? before : (choice.symbol ?? "all");
    describe();
  }

  /** @param {State} state @param {Scene} scene */
  function line(state, scene) {
    const title = state.catalogue?.scenarios.find(({ name }) => name === scene.name)?.title ?? scene.name;
    const how = sceneState(scene, state.marketUs);
    return element(
      "li",
      { class: "scene", "data-state": how },
      element("span", { class: "scene-state" }, WORDS[how]),
      element("strong", {}, title),
      element("span", {}, onText(state, scene.on)),
      element(
        "span",
        { class: "label" },
        `strength ${scene.strength}, ${clockText(scene.start)} to ${clockText(scene.end)} UTC`,
      ),
    );
  }

  /** @type {readonly unknown[]} */
  let filledOf = [];
  let drawn = "";
  return {
    node,
    /** @param {State} state */
    render(state) {
      shown = state;
      const { catalogue, groups, instruments, scenes } = state;
      if (filledOf[0] !== catalogue || filledOf[1] !== groups || filledOf[2] !== instruments) {
        filledOf = [catalogue, groups, instruments];
        fill(state);
      }
      for (const field of [which, on, strength, seconds, submit])
        setAttribute(field, "disabled", !mayDrive(state) || !catalogue);
      setAttribute(watching, "hidden", state.control);
      const recent = scenes.items.slice(-SHOWN).toReversed();
      const key = `${scenes.last} ${catalogue === null} ${recent.map((scene) => sceneState(scene, state.marketUs)).join()}`;
      setAttribute(none, "hidden", recent.length > 0);
      if (key === drawn) return;
      drawn = key;
      list.replaceChildren(...recent.map((scene) => line(state, scene)));
    },
  };
}
