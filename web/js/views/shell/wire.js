/** The strip along the bottom: what the feed plays, what of it arrives, how late, in which format, and at which rate. */

import { element, setAttribute, setText } from "../../lib/dom.js";
import { createTurns } from "../../lib/frame.js";
import { byteText, countText, decimalText, UNKNOWN } from "../../lib/number.js";
import { delayUs, rates } from "../../state/traffic.js";

/** @typedef {import("../../state/model.js").State} State */

const PERIOD_MS = 1000;

/**
 * @param {HTMLElement} root
 * @param {import("../actions.js").Actions} actions
 */
export function createWire(root, { onSet }) {
  const measures = {
    delay: measure("delay", "how long the last message took"),
    ticks: measure("ticks in", "events that the feed plays each second"),
    updates: measure("updates out", "updates that this page gets each second"),
    merged: measure("merged", "ticks that stand in one update"),
    bytes: measure("bytes/s", "what arrives each second"),
    live: measure("symbols", "symbols that the server sends, of all: rows that are scrolled away ask for nothing"),
  };
  const slowed = element("span", { class: "badge badge-note", id: "slowed", role: "status", hidden: true });
  const format = createFormat(onSet);
  const slider = createSlider(onSet);
  root.append(
    element("div", { class: "measures" }, ...Object.values(measures).map(({ node }) => node), slowed),
    slider.node,
    format.node,
  );
  const isTime = createTurns(PERIOD_MS, 0.8);

  return {
    /**
     * @param {State} state
     * @param {number} nowMs
     */
    render(state, nowMs) {
      const { traffic, link, maxRate } = state;
      setText(slowed, maxRate === null ? "" : `slowed to ${maxRate}/s: this browser reads too slowly`);
      setAttribute(slowed, "hidden", maxRate === null);
      format.render(state);
      slider.render(state);
      if (!isTime(nowMs)) return;
      const live = link.status === "live";
      const per = rates(traffic, nowMs);
      const say = (/** @type {string} */ text) => (live ? text : UNKNOWN);
      setText(measures.updates.value, say(`${countText(Math.round(per.updates))}/s`));
      setText(
        measures.ticks.value,
        say(per.feedTicks === null ? UNKNOWN : `${countText(Math.round(per.feedTicks))}/s`),
      );
      setText(measures.merged.value, say(per.updates > 0 ? `${decimalText(per.ticks / per.updates, 1)}×` : UNKNOWN));
      setText(measures.bytes.value, say(byteText(per.bytes)));
      setText(measures.live.value, say(`${countText(state.asked)} of ${countText(state.instruments.size)}`));
      const late = delayUs(traffic);
      setText(measures.delay.value, say(late === null ? UNKNOWN : delayText(late)));
    },
  };
}

/** @param {import("../actions.js").Actions["onSet"]} onSet */
function createFormat(onSet) {
  const formats = /** @type {const} */ (["json", "binary"]);
  const buttons = formats.map((format) => {
    const button = element(
      "button",
      { type: "button", class: "segment", "data-format": format },
      format === "json" ? "JSON" : "Binary",
    );
    button.addEventListener("click", () => onSet({ format }));
    return button;
  });
  return {
    node: element("div", { class: "segments", role: "group", "aria-label": "Format of the messages" }, ...buttons),
    /** @param {State} state */
    render({ format, settings, link }) {
      formats.forEach((one, at) => {
        setAttribute(buttons[at], "aria-pressed", String(one === (link.status === "live" ? format : settings.format)));
        setAttribute(buttons[at], "data-asked", one === settings.format && one !== format);
      });
    },
  };
}

/** @param {import("../actions.js").Actions["onSet"]} onSet */
function createSlider(onSet) {
  const input = element("input", {
    type: "range",
    min: 0,
    step: 1,
    class: "slider",
    id: "rate",
    "aria-label": "Updates per second",
  });
  const output = element("output", { class: "slider-value", for: "rate" });
  /** @type {readonly import("../../state/settings.js").Rate[]} */
  let stops = [];
  input.addEventListener("input", () => onSet({ rate: stops[input.valueAsNumber] }));
  return {
    node: element("label", { class: "throttle" }, element("span", { class: "label" }, "Rate"), input, output),
    /** @param {State} state */
    render({ server, settings }) {
      if (stops !== server.rates) {
        stops = server.rates;
        setAttribute(input, "max", stops.length - 1);
      }
      const { rate } = settings;
      const at = Math.max(
        0,
        stops.findLastIndex((stop) => stop === rate || (stop !== "every" && rate !== "every" && stop <= rate)),
      );
      if (input.valueAsNumber !== at) input.valueAsNumber = at;
      setText(output, stops[at] === "every" ? "every" : `${stops[at]}/s`);
      setAttribute(
        input,
        "aria-valuetext",
        stops[at] === "every" ? "each tick by itself" : `${stops[at]} updates per second`,
      );
    },
  };
}

/** @param {number} us */
function delayText(us) {
  const ms = us / 1000;
  return ms < 1 ? "< 1 ms" : `${decimalText(ms, 0)} ms`;
}

/** @param {string} title @param {string} hint */
function measure(title, hint) {
  const value = element("span", { class: "measure-value" }, UNKNOWN);
  return {
    node: element("span", { class: "measure", "data-measure": title, title: hint }, element("span", {}, title), value),
    value,
  };
}
