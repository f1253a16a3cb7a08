/** The alerts: a form that adds one, the alerts that are set, and those that fired. */

import { element, setAttribute, setText, span } from "../../lib/dom.js";
import { icon } from "../../lib/icon.js";
import { decimalText, percentText, priceText, volumeText } from "../../lib/number.js";
import { clockText, dateText } from "../../lib/time.js";
import { ALERT_FIELDS, alertText, TOO_MANY, withAlert } from "../../state/alerts.js";
import { chosenQuote, zoneOf } from "../../state/select.js";
import { zoneLabel } from "../../state/trust.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/alerts.js").Alert} Alert */
/** @typedef {import("../../state/alerts.js").AlertField} AlertField */
/** @typedef {import("../../state/alerts.js").FiredAlert} FiredAlert */

const FIELDS = /** @type {AlertField[]} */ (Object.keys(ALERT_FIELDS));

/** @param {import("../actions.js").Actions} actions */
export function createAlerts({ onSet, onNotify }) {
  const form = createForm((alert) => {
    if (!shown) return "";
    const alerts = withAlert(shown.settings.alerts, alert);
    if (alerts === null) return TOO_MANY;
    onSet({ alerts });
    onNotify();
    return "";
  });
  const sound = element("input", { type: "checkbox", name: "sound" });
  const soundTitle = span("option-title", "Sound");
  form.node.append(element("label", { class: "option" }, sound, soundTitle));
  const set = element("ul", { class: "alert-list" });
  const none = element(
    "p",
    { class: "alert-none" },
    "No alert is set. An alert fires once, with a sound and a notification, even while this page is in the background.",
  );
  const fired = element("ul", { class: "alert-list" });
  const noneFired = element("p", { class: "alert-none" }, "No alert has fired yet.");
  const firedTitle = element("h3", { class: "panel-title" }, "Fired");
  const node = element(
    "div",
    { class: "alerts" },
    element("section", { "aria-label": "Alerts" }, form.node, form.fault, none, set),
    element("section", { "aria-label": "Fired alerts" }, firedTitle, noneFired, fired),
  );

  /** @type {State | undefined} */
  let shown;
  sound.addEventListener("change", () => onSet({ sound: sound.checked }));

  /** @param {(all: readonly Alert[]) => readonly Alert[]} by */
  const change = (by) => shown && onSet({ alerts: by(shown.settings.alerts) });

  /** @param {Alert} alert */
  function createLine(alert) {
    const again = element("button", { type: "button", class: "button" }, "Set again");
    again.hidden = alert.armed;
    again.addEventListener("click", () =>
      change((all) => all.map((one) => (one.id === alert.id ? { ...one, armed: true } : one))),
    );
    const words = alertText(alert, shown?.instruments.get(alert.symbol));
    const name = `Remove: ${words}`;
    const remove = element("button", { type: "button", class: "mini", "aria-label": name }, icon("close"));
    remove.addEventListener("click", () => change((all) => all.filter((one) => one.id !== alert.id)));
    const text = element("span", {}, words);
    return element("li", { class: "alert", "data-armed": alert.armed }, icon("alert"), text, again, remove);
  }

  /** @type {readonly unknown[]} */
  let drawn = [];
  return {
    node,
    /** @param {State} state */
    render(state) {
      shown = state;
      const { settings, firedAlerts } = state;
      form.render(state);
      sound.checked = settings.sound;
      const from = [settings.alerts, firedAlerts, state.instruments, settings.zone];
      if (from.every((one, at) => one === drawn[at])) return;
      drawn = from;
      set.replaceChildren(...settings.alerts.map(createLine));
      setAttribute(none, "hidden", settings.alerts.length > 0);
      fired.replaceChildren(...firedAlerts.map((one) => createFiredLine(state, one)));
      setAttribute(noneFired, "hidden", firedAlerts.length > 0);
    },
  };
}

/** @param {(alert: Omit<Alert, "id" | "armed">) => string} onAdd returns what is wrong, or an empty text */
function createForm(onAdd) {
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
  const fields = FIELDS.map((value) => element("option", { value }, ALERT_FIELDS[value].title));
  const field = element("select", { class: "field", name: "field", "aria-label": "Value to watch" }, ...fields);
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
  const submit = element("button", { type: "submit", class: "button" }, "Set");
  const node = element("form", { class: "alert-form" }, symbol, field, side, value, submit);
  const fault = element("p", { class: "alert-fault", role: "alert" });

  /** @type {State | undefined} */
  let shown;
  let filledFor = "";
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    const known = shown && findSymbol(shown, symbol.value.trim());
    const added = known && {
      symbol: known,
      field: /** @type {AlertField} */ (field.value),
      above: side.value === "above",
      value: value.valueAsNumber,
    };
    const wrong = added ? onAdd(added) : `This feed has no symbol "${symbol.value.trim()}".`;
    setText(fault, wrong);
    if (!wrong) value.value = "";
  });

  return {
    node,
    fault,
    /** Offers the chosen symbol and its price. @param {State} state */
    render(state) {
      shown = state;
      const { choice } = state;
      if (!choice.symbol || choice.symbol === filledFor || document.activeElement === symbol) return;
      filledFor = choice.symbol;
      symbol.value = choice.symbol;
      const last = chosenQuote(state)?.last;
      value.placeholder = last == null ? "Value" : String(last);
    },
  };
}

/** Finds a symbol of the feed, in any case. @param {State} state @param {string} text */
function findSymbol({ instruments }, text) {
  if (instruments.has(text)) return text;
  return [...instruments.keys()].find((one) => one.toLowerCase() === text.toLowerCase());
}

/** @param {State} state @param {FiredAlert} fired */
function createFiredLine(state, { alert, value, ts }) {
  const zone = zoneOf(state);
  const time = ts === null ? "" : `${dateText(ts, zone)} ${clockText(ts, zone)} ${zoneLabel(state, ts)}`;
  return element(
    "li",
    { class: "alert" },
    span("label", time),
    element("span", {}, alertText(alert, state.instruments.get(alert.symbol))),
    element("strong", {}, valueText(state, alert, value)),
  );
}

/** @param {State} state @param {Alert} alert @param {number} value */
function valueText({ instruments }, { field, symbol }, value) {
  if (field === "percent") return percentText(value);
  if (field === "last") return priceText(value, instruments.get(symbol));
  return value < 10_000 ? decimalText(value, 0) : volumeText(value);
}
