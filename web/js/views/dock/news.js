/** The headlines of the simulated market, the newest on top: whom each is about, and whether it is good or bad. */

import { element, setAttribute, setText } from "../../lib/dom.js";
import { GLYPHS } from "../../lib/number.js";
import { clockText } from "../../lib/time.js";
import { onText, symbolOf, toneOf } from "../../state/happenings.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").Story} Story */

/** @param {Pick<import("../actions.js").Actions, "onChoose" | "onSet">} actions */
export function createNews({ onChoose, onSet }) {
  const notices = element("input", { type: "checkbox" });
  notices.addEventListener("change", () => onSet({ newsNotices: notices.checked }));
  const none = element("p", { class: "panel-note" });
  const list = element("ol", { class: "story-list", "aria-label": "Headlines, the newest first" });
  const node = element(
    "div",
    { class: "news" },
    element(
      "label",
      { class: "option" },
      notices,
      element("span", { class: "option-title" }, "Say headlines about what the charts show"),
    ),
    none,
    list,
  );
  list.addEventListener("click", (event) => {
    const at = event.target instanceof Element ? event.target.closest("[data-symbol]") : null;
    if (at instanceof HTMLElement && at.dataset.symbol) onChoose(at.dataset.symbol);
  });

  /** @param {State} state @param {Story} story */
  function line(state, story) {
    const { way, word } = toneOf(story);
    const whom = onText(state, story.on);
    return element(
      "li",
      {},
      element(
        "button",
        { type: "button", class: "story", "data-way": way, "data-symbol": symbolOf(state, story.on) },
        element("span", { class: "story-time" }, clockText(story.ts)),
        element("span", { class: "story-tone" }, `${GLYPHS[way]} ${word}`),
        element("span", { class: "story-on" }, whom),
        element("span", { class: "story-text" }, story.headline),
      ),
    );
  }

  /** @type {readonly unknown[]} */
  let drawn = [];
  return {
    node,
    /** @param {State} state */
    render(state) {
      const { news, settings, groups, instruments } = state;
      notices.checked = settings.newsNotices;
      if (drawn[0] === news && drawn[1] === groups && drawn[2] === instruments) return;
      drawn = [news, groups, instruments];
      setAttribute(none, "hidden", news.items.length > 0);
      setText(none, "No headlines yet. The simulated market publishes some in an hour, and a scenario can bring one.");
      list.replaceChildren(...news.items.toReversed().map((story) => line(state, story)));
    },
  };
}
