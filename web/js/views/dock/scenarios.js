/** The scenarios of a simulated market: a form that starts one, and those that were started. */

import { element, setAttribute, setText, span } from "../../lib/dom.js";
import { clockText } from "../../lib/time.js";
import { onText, scenarioPhase } from "../../state/notices.js";
import { mayDrive, zoneOf } from "../../state/select.js";
import { zoneLabel } from "../../state/trust.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").ActiveScenario} ActiveScenario */

const PHASES = { next: "starting", running: "running", over: "over" };
const SHOWN = 12;

/** @param {Pick<import("../actions.js").Actions, "onCommand">} actions */
export function createScenarios({ onCommand }) {
  const form = createForm(onCommand);
  const none = element("p", { class: "panel-note" }, "No scenario was started yet.");
  const list = element("ul", { class: "scenario-list" });
  const title = element("h3", { class: "panel-title" }, "Started");
  const node = element(
    "div",
    { class: "scenarios" },
    element("section", { "aria-label": "Start a scenario" }, form.node, form.about, form.watching),
    element("section", { "aria-label": "Started scenarios" }, title, none, list),
  );

  let drawn = "";
  return {
    node,
    /** Chooses a scenario in the form. @param {string} name */
    choose: (name) => form.choose(name),
    /** @param {State} state */
    render(state) {
      form.render(state);
      const { catalog, scenarios, marketUs } = state;
      const recent = scenarios.items.slice(-SHOWN).toReversed();
      const phases = recent.map((scenario) => scenarioPhase(scenario, marketUs));
      setAttribute(none, "hidden", recent.length > 0);
      const key = `${scenarios.last} ${catalog === null} ${phases.join()} ${state.settings.zone}`;
      if (key === drawn) return;
      drawn = key;
      list.replaceChildren(...recent.map((scenario) => createLine(state, scenario)));
    },
  };
}

/** @param {import("../actions.js").Actions["onCommand"]} onCommand */
function createForm(onCommand) {
  const scenario = element("select", { class: "field", name: "scenario", "aria-label": "Scenario" });
  const on = element("select", { class: "field", name: "on", "aria-label": "Symbols" });
  const strength = createNumber("strength", "Strength", {});
  const seconds = createNumber("seconds", "Duration in seconds", { min: 1 });
  const labels = {
    scenario: createLabel("Scenario", scenario),
    on: createLabel("Symbols", on),
    strength: createLabel("Strength", strength),
    seconds: createLabel("Seconds", seconds),
  };
  const submit = element("button", { type: "submit", class: "button" }, "Start");
  const node = element("form", { class: "scenario-form" }, ...Object.values(labels), submit);
  const about = element("p", { class: "panel-note scenario-about" });
  const watching = element("p", { class: "panel-note" }, "Starting a scenario needs the presenter's token.");

  /** @type {State | undefined} */
  let shown;
  const chosen = () => shown?.catalog?.scenarios.find(({ name }) => name === scenario.value);
  scenario.addEventListener("change", describe);
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    const info = chosen();
    if (!info || !shown || !mayDrive(shown)) return;
    onCommand({
      command: "scenario",
      name: info.name,
      on: on.value,
      ...(info.strength !== null && strength.value !== "" ? { strength: strength.valueAsNumber } : {}),
      ...(info.seconds !== null && seconds.value !== "" ? { seconds: seconds.valueAsNumber } : {}),
    });
  });

  /** Shows the description and the usual numbers of the chosen scenario. */
  function describe() {
    const info = chosen();
    const { max_strength = 10, max_seconds = 86_400 } = shown?.catalog ?? {};
    setText(about, info ? `${info.about}${info.negative ? " A strength below 0 reverses it." : ""}` : "");
    setAttribute(labels.strength, "hidden", info?.strength == null);
    setAttribute(labels.seconds, "hidden", info?.seconds == null);
    setAttribute(strength, "max", max_strength);
    setAttribute(strength, "min", info?.negative ? -max_strength : 0);
    setAttribute(seconds, "max", max_seconds);
    strength.value = String(info?.strength ?? "");
    seconds.value = String(info?.seconds ?? "");
  }

  /** @param {State} state */
  function fill({ catalog, groups, instruments, choice }) {
    const before = on.value;
    scenario.replaceChildren(...(catalog?.scenarios ?? []).map(({ name, title }) => createOption(name, title)));
    const grouped = [...groups.values()].map((group) => createOption(group.on, group.name));
    const single = [...instruments.keys()].map((symbol) => createOption(symbol, symbol));
    on.replaceChildren(
      element("optgroup", { label: "Groups" }, createOption("all", "All symbols"), ...grouped),
      element("optgroup", { label: "Symbols" }, ...single),
    );
    on.value = before || (choice.symbol ?? "all");
    describe();
  }

  /** The scenario to choose once the form has it. */
  let wanted = "";
  function settle() {
    if (wanted === "" || scenario.options.length === 0) return;
    scenario.value = wanted;
    wanted = "";
    describe();
  }

  /** @type {readonly unknown[]} */
  let filledFrom = [];
  return {
    node,
    about,
    watching,
    /** @param {string} name */
    choose(name) {
      wanted = name;
      settle();
      // Once the panel is painted, as what is hidden takes no focus.
      requestAnimationFrame(() => requestAnimationFrame(() => submit.focus()));
    },
    /** @param {State} state */
    render(state) {
      shown = state;
      const from = [state.catalog, state.groups, state.instruments];
      if (from.some((one, at) => one !== filledFrom[at])) {
        filledFrom = from;
        fill(state);
        settle();
      }
      const isOff = !mayDrive(state) || !state.catalog;
      for (const field of [scenario, on, strength, seconds, submit]) setAttribute(field, "disabled", isOff);
      setAttribute(watching, "hidden", state.control);
    },
  };
}

/** @param {string} name @param {string} label @param {{ min?: number }} limits */
function createNumber(name, label, limits) {
  return element("input", { class: "field", name, type: "number", step: "any", "aria-label": label, ...limits });
}

/** @param {string} title @param {Node} field */
function createLabel(title, field) {
  return element("label", { class: "scenario-field" }, span("label", title), field);
}

/** @param {string} value @param {string} title */
const createOption = (value, title) => element("option", { value }, title);

/** @param {State} state @param {ActiveScenario} scenario */
function createLine(state, scenario) {
  const { name, on, strength, start, end } = scenario;
  const zone = zoneOf(state);
  const title = state.catalog?.scenarios.find((one) => one.name === name)?.title ?? name;
  const phase = scenarioPhase(scenario, state.marketUs);
  return element(
    "li",
    { class: "scenario", "data-state": phase },
    span("scenario-phase", PHASES[phase]),
    element("strong", {}, title),
    element("span", {}, onText(state, on)),
    span(
      "label",
      `strength ${strength}, ${clockText(start, zone)} to ${clockText(end, zone)} ${zoneLabel(state, end)}`,
    ),
  );
}
