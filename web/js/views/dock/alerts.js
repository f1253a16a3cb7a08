/** The alerts: a form that sets one, those that are set, and those that rang. */

import { element, setAttribute, setText } from "../../lib/dom.js";
import { icon } from "../../lib/icon.js";
import { decimalText, percentText, priceText, volumeText } from "../../lib/number.js";
import { clockText, dateText } from "../../lib/time.js";
import { ALERT_FIELDS, alertText, MOST_ALERTS } from "../../state/alerts.js";
import { chosenQuote } from "../../state/select.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/alerts.js").Alert} Alert */
/** @typedef {import("../../state/alerts.js").AlertField} AlertField */

const FIELDS = /** @type {AlertField[]} */ (Object.keys(ALERT_FIELDS));

/** @param {import("../actions.js").Actions} actions */
export function createAlerts({ onSet, onNotify }) {
  const symbol = element("input", {
    class: "field",
    name: "symbol",
    "aria-label": "Symbol",
    placeholder: "Symbol",
    required: true,
    autocomplete: "off",
    spellcheck: "false",
    size: 10,
  });
  const field = element(
    "select",
    { class: "field", name: "field", "aria-label": "What" },
    ...FIELDS.map((value) => element("option", { value }, ALERT_FIELDS[value].title)),
  );
  const side = element(
    "select",
    { class: "field", name: "side", "aria-label": "Above or below" },
    element("option", { value: "above" }, "at or above"),
    element("option", { value: "below" }, "at or below"),
  );
  const value = element("input", {
    class: "field",
    name: "value",
    type: "number",
    step: "any",
    "aria-label": "Value",
    placeholder: "Value",
    required: true,
  });
  const sound = element("input", { type: "checkbox", name: "sound" });
  const form = element(
    "form",
    { class: "alert-form" },
    symbol,
    field,
    side,
    value,
    element("button", { type: "submit", class: "button" }, "Set"),
    element("label", { class: "option" }, sound, element("span", { class: "option-title" }, "Sound")),
  );
  const set = element("ul", { class: "alert-list" });
  const rang = element("ul", { class: "alert-list" });
  const none = element(
    "p",
    { class: "alert-none" },
    "None is set. One set here rings once, with a sound and a notification, also while this page is in the background.",
  );
  const quiet = element("p", { class: "alert-none" }, "None rang yet.");
  const fault = element("p", { class: "alert-fault", role: "alert" });
  const node = element(
    "div",
    { class: "alerts" },
    element("section", { "aria-label": "Alerts that are set" }, form, fault, none, set),
    element(
      "section",
      { "aria-label": "Alerts that rang" },
      element("h3", { class: "panel-title" }, "Rang"),
      quiet,
      rang,
    ),
  );

  /** @type {State | undefined} */
  let shown;
  sound.addEventListener("change", () => onSet({ sound: sound.checked }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!shown) return;
    const { instruments, settings } = shown;
    const wanted = symbol.value.trim();
    const known = instruments.has(wanted)
      ? wanted
      : [...instruments.keys()].find((one) => one.toLowerCase() === wanted.toLowerCase());
    const full = settings.alerts.length >= MOST_ALERTS;
    setText(
      fault,
      !known
        ? `This feed has no symbol "${wanted}".`
        : full
          ? `No more than ${MOST_ALERTS} can be set: remove one first.`
          : "",
    );
    if (!known || full) return;
    const id = Math.max(0, ...settings.alerts.map((one) => one.id)) + 1;
    onSet({
      alerts: [
        ...settings.alerts,
        {
          id,
          symbol: known,
          field: /** @type {AlertField} */ (field.value),
          above: side.value === "above",
          value: value.valueAsNumber,
          armed: true,
        },
      ],
    });
    onNotify();
    value.value = "";
  });

  /** @param {Alert} alert */
  function line(alert) {
    const again = element("button", { type: "button", class: "button" }, "Set again");
    again.hidden = alert.armed;
    again.addEventListener("click", () =>
      change((all) => all.map((one) => (one.id === alert.id ? { ...one, armed: true } : one))),
    );
    const away = element(
      "button",
      { type: "button", class: "mini", "aria-label": `Remove: ${alertText(alert)}` },
      icon("close"),
    );
    away.addEventListener("click", () => change((all) => all.filter((one) => one.id !== alert.id)));
    return element(
      "li",
      { class: "alert", "data-armed": alert.armed },
      icon("bell"),
      element("span", {}, alertText(alert)),
      again,
      away,
    );
  }

  /** @param {(all: readonly Alert[]) => readonly Alert[]} by */
  const change = (by) => shown && onSet({ alerts: by(shown.settings.alerts) });

  /** @type {readonly unknown[]} */
  let drawn = [];
  let filledFor = "";
  return {
    node,
    /** @param {State} state */
    render(state) {
      shown = state;
      const { settings, rung, choice } = state;
      if (choice.symbol && choice.symbol !== filledFor && document.activeElement !== symbol) {
        filledFor = choice.symbol;
        symbol.value = choice.symbol;
        const last = chosenQuote(state)?.last;
        value.placeholder = last == null ? "Value" : String(last);
      }
      sound.checked = settings.sound;
      if (drawn[0] === settings.alerts && drawn[1] === rung) return;
      drawn = [settings.alerts, rung];
      set.replaceChildren(...settings.alerts.map(line));
      setAttribute(none, "hidden", settings.alerts.length > 0);
      rang.replaceChildren(
        ...rung.map((ring) =>
          element(
            "li",
            { class: "alert" },
            element(
              "span",
              { class: "label" },
              ring.ts === null ? "" : `${dateText(ring.ts)} ${clockText(ring.ts)} UTC`,
            ),
            element("span", {}, alertText(ring.alert)),
            element("strong", {}, ringValue(state, ring)),
          ),
        ),
      );
      setAttribute(quiet, "hidden", rung.length > 0);
    },
  };
}

/** @param {State} state @param {import("../../state/alerts.js").Ring} ring */
function ringValue({ instruments }, { alert: { field, symbol }, value }) {
  if (field === "percent") return percentText(value);
  return field === "last"
    ? priceText(value, instruments.get(symbol))
    : value < 10_000
      ? decimalText(value, 0)
      : volumeText(value);
}
