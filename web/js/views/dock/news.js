/** The headlines of the simulated market, newest first, with their symbols and their tone. */

import { element, setAttribute, span } from "../../lib/dom.js";
import { GLYPHS } from "../../lib/number.js";
import { clockText } from "../../lib/time.js";
import { onText, symbolOf, toneOf } from "../../state/notices.js";
import { zoneOf } from "../../state/select.js";
import { zoneLabel } from "../../state/trust.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").Story} Story */

/** @param {Pick<import("../actions.js").Actions, "onChoose" | "onSet">} actions */
export function createNews({ onChoose, onSet }) {
  const toasts = element("input", { type: "checkbox" });
  toasts.addEventListener("change", () => onSet({ newsToasts: toasts.checked }));
  const toastsTitle = span("option-title", "Show headlines about the charts' symbols as they come");
  const none = element(
    "p",
    { class: "panel-note" },
    "No headlines yet. The simulated market publishes a few per hour, and a scenario can bring one.",
  );
  const list = element("ol", { class: "story-list", "aria-label": "Headlines, newest first" });
  const node = element(
    "div",
    { class: "news" },
    element("label", { class: "option" }, toasts, toastsTitle),
    none,
    list,
  );
  list.addEventListener("click", (event) => {
    const at = event.target instanceof Element ? event.target.closest("[data-symbol]") : null;
    if (at instanceof HTMLElement && at.dataset.symbol) onChoose(at.dataset.symbol);
  });

  /** @type {readonly unknown[]} */
  let drawn = [];
  return {
    node,
    /** @param {State} state */
    render(state) {
      const { news, settings, groups, instruments } = state;
      toasts.checked = settings.newsToasts;
      const sources = [news, groups, instruments, settings.zone];
      if (sources.every((one, at) => one === drawn[at])) return;
      drawn = sources;
      setAttribute(none, "hidden", news.items.length > 0);
      list.replaceChildren(...news.items.toReversed().map((story) => createLine(state, story)));
    },
  };
}

/** @param {State} state @param {Story} story */
function createLine(state, { ts, on, tone, headline }) {
  const { way, word } = toneOf({ tone });
  const zone = zoneOf(state);
  const button = element(
    "button",
    { type: "button", class: "story", "data-way": way, "data-symbol": symbolOf(state, on) },
    element("span", { class: "story-time", title: zoneLabel(state, ts) }, clockText(ts, zone)),
    span("story-tone", `${GLYPHS[way]} ${word}`),
    span("story-on", onText(state, on)),
    span("story-text", headline),
  );
  return element("li", {}, button);
}
