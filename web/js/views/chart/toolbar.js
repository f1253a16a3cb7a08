/** The toolbar of the charts: interval, type, scale, indicators, comparison and layout. */

import { element, setAttribute, setText, span } from "../../lib/dom.js";
import { icon } from "../../lib/icon.js";
import { CHART_KINDS, INDICATORS, LAYOUTS, SCALES } from "../../state/settings.js";
import { STUDIES, studyName } from "../../state/studies.js";
import { createCompare } from "./compare.js";
import { createIntervals } from "./intervals.js";
import { createOptions } from "./options.js";
import { createStudyDialog } from "./studydialog.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/settings.js").Settings} Settings */

const KIND_TITLES = { candles: "Candles", bars: "Bars", line: "Line", area: "Area" };
const SCALE_TITLES = { linear: "Linear", log: "Logarithmic", percent: "Percent" };
const SCALE_SHORT = { linear: "Lin", log: "Log", percent: "%" };
const LAYOUT_ICONS = /** @type {const} */ ({ 1: "one", 2: "two", 4: "four" });
/** What several charts may have in common. */
const TOGGLES = /** @type {const} */ ([
  { value: "crosshair", glyph: "cross", name: "Common crosshair" },
  { value: "linked", glyph: "link", name: "Linked symbols: a chosen symbol is for all charts" },
]);
const EXTRAS = /** @type {const} */ ([
  { value: "volume", title: "Volume", hint: "below the bars" },
  { value: "bidAsk", title: "Bid and ask", hint: "as lines" },
]);

/**
 * @param {HTMLElement} root
 * @param {import("../actions.js").Actions} actions
 */
export function createToolbar(root, { onInterval, onSet, onCompare, onChartTable, onPicture, onExport }) {
  const group = element("div", { class: "intervals", role: "group", "aria-label": "Bar length" });
  const intervals = createIntervals(group, { onInterval });
  const shape = icon("candles");
  const kind = createOptions({
    name: "Chart type",
    kind: "radio",
    options: CHART_KINDS.map((value) => ({ value, title: KIND_TITLES[value] })),
    label: [shape],
    onPick: (value) => onSet({ kind: value }),
  });
  const scaleName = span("tool-text");
  const scale = createOptions({
    name: "Price scale",
    kind: "radio",
    options: SCALES.map((value) => ({ value, title: SCALE_TITLES[value] })),
    label: [icon("scale"), scaleName],
    onPick: (value) => onSet({ scale: value }),
  });
  /** @type {Settings | undefined} */
  let settings;
  const studies = createOptions({
    name: "Indicators",
    kind: "checkbox",
    options: [...INDICATORS.map((value) => ({ value, title: studyName(value), hint: STUDIES[value].hint })), ...EXTRAS],
    label: [icon("indicator"), span("tool-text", "Indicators")],
    onPick(value, on) {
      if (value === "volume" || value === "bidAsk") onSet({ [value]: on });
      else onSet({ indicators: INDICATORS.filter((one) => (one === value ? on : settings?.indicators.includes(one))) });
    },
  });
  const dialog = createStudyDialog({ onSet });
  const adjust = element("button", { type: "button", class: "button menu-end" }, "Numbers and colours");
  adjust.addEventListener("click", () => {
    studies.close();
    dialog.open();
    if (settings) dialog.render(settings);
  });
  studies.panel.append(adjust);
  const compare = createCompare({ onCompare });
  const layouts = LAYOUTS.map((count) => {
    const label = count === 1 ? "One chart" : `${count} charts`;
    const button = element(
      "button",
      {
        type: "button",
        class: "tool",
        "data-layout": count,
        "aria-pressed": "false",
        "aria-label": label,
        title: label,
      },
      icon(LAYOUT_ICONS[count]),
    );
    button.addEventListener("click", () => onSet({ layout: count }));
    return button;
  });
  /** @param {import("../../lib/icon.js").IconName} glyph @param {string} name @param {() => void} run */
  const tool = (glyph, name, run) => {
    const button = element("button", { type: "button", class: "tool", "aria-label": name, title: name }, icon(glyph));
    button.addEventListener("click", run);
    return button;
  };
  const toggles = TOGGLES.map(({ value, glyph, name }) => {
    const button = tool(glyph, name, () => onSet({ [value]: !settings?.[value] }));
    button.classList.add("tool-shared");
    return Object.assign(button, { hidden: true });
  });
  root.append(
    group,
    element(
      "div",
      { class: "tools" },
      kind.button,
      kind.panel,
      scale.button,
      scale.panel,
      studies.button,
      studies.panel,
      compare.button,
      compare.panel,
    ),
    element(
      "div",
      { class: "tools tools-end" },
      element("div", { class: "tools", role: "group", "aria-label": "Layout" }, ...layouts, ...toggles),
      tool("table", "Bars as a table", onChartTable),
      tool("download", "Bars as CSV", onExport),
      tool("camera", "Chart as PNG", onPicture),
    ),
  );

  return {
    /** @param {State} state */
    render(state) {
      settings = state.settings;
      intervals.render(state);
      shape.show(settings.kind);
      kind.render([settings.kind]);
      scale.render([settings.scale]);
      setText(scaleName, SCALE_SHORT[settings.scale]);
      setAttribute(scale.button, "aria-label", `Price scale: ${SCALE_SHORT[settings.scale]}`);
      studies.render(
        [...settings.indicators, ...EXTRAS.map(({ value }) => value).filter((value) => settings?.[value])],
        settings.indicators.length > 0,
      );
      compare.render(state);
      dialog.render(settings);
      TOGGLES.forEach(({ value }, at) => {
        setAttribute(toggles[at], "hidden", settings?.layout === 1);
        setAttribute(toggles[at], "aria-pressed", String(settings?.[value]));
      });
      LAYOUTS.forEach((count, at) => setAttribute(layouts[at], "aria-pressed", String(count === settings?.layout)));
    },
  };
}
