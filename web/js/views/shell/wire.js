/** The strip at the bottom: ticks, updates, bytes and delay of the connection, and controls for rate and format. */

import { element, setAttribute, setText, span } from "../../lib/dom.js";
import { createTurns } from "../../lib/frame.js";
import { byteText, countText, decimalText, UNKNOWN } from "../../lib/number.js";
import { rates } from "../../state/traffic.js";

/** @typedef {import("../../state/model.js").State} State */

const PERIOD_MS = 1000;

/**
 * @param {HTMLElement} root
 * @param {import("../actions.js").Actions} actions
 */
export function createWire(root, { onSet }) {
  const measures = {
    delay: measure("delay", "delay of the last message; – until the offset of the server's clock is known"),
    ticks: measure("ticks in", "ticks that the feed plays per second; at first (≥) those that this page receives"),
    updates: measure("updates out", "updates that this page receives per second"),
    merged: measure("merged", "ticks merged into one update"),
    bytes: measure("bytes/s", "bytes that this page receives per second"),
    subscribed: measure("symbols", "subscribed symbols of all symbols: rows that are scrolled out of sight need none"),
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
      const ifLive = (/** @type {string} */ text) => (live ? text : UNKNOWN);
      setText(measures.updates.value, ifLive(`${countText(Math.round(per.updates))}/s`));
      setText(measures.ticks.value, ifLive(ticksText(per)));
      const merged = per.updates > 0 ? `${decimalText(per.ticks / per.updates, 1)}×` : UNKNOWN;
      setText(measures.merged.value, ifLive(merged));
      setText(measures.bytes.value, ifLive(byteText(per.bytes)));
      setText(
        measures.subscribed.value,
        ifLive(`${countText(state.subscribed)} of ${countText(state.instruments.size)}`),
      );
      setText(measures.delay.value, ifLive(traffic.delayUs === null ? UNKNOWN : delayText(traffic.delayUs)));
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
        setAttribute(buttons[at], "data-pending", one === settings.format && one !== format);
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
  /** @type {readonly import("../../state/settings.js").UpdateRate[]} */
  let stops = [];
  input.addEventListener("input", () => onSet({ rate: stops[input.valueAsNumber] }));
  return {
    node: element("label", { class: "throttle" }, span("label", "Rate"), input, output),
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

/**
 * Writes the ticks that the feed plays per second. Until two heartbeats tell them, those that this page received are the
 * least that there can be.
 *
 * @param {import("../../state/traffic.js").Rates} per
 */
export function ticksText({ feedTicks, ticks }) {
  if (feedTicks !== null) return `${countText(Math.round(feedTicks))}/s`;
  return ticks > 0 ? `≥ ${countText(Math.round(ticks))}/s` : UNKNOWN;
}

/** @param {number} us */
function delayText(us) {
  const ms = us / 1000;
  return ms < 1 ? "< 1 ms" : `${decimalText(ms, 0)} ms`;
}

/** @param {string} title @param {string} hint */
function measure(title, hint) {
  const value = span("measure-value", UNKNOWN);
  return {
    node: element("span", { class: "measure", "data-measure": title, title: hint }, element("span", {}, title), value),
    value,
  };
}
