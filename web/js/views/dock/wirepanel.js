/** The last minute of the connection: updates, the ticks in them, and bytes, second by second. */

import { element, setAttribute, setText, span, svg } from "../../lib/dom.js";
import { byteText, countText, decimalText } from "../../lib/number.js";
import { inFormat, KEPT_SECONDS } from "../../state/traffic.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/traffic.js").Second} Second */

const HEIGHT = 100;

export function createWirePanel() {
  const charts = {
    ticks: strip("Ticks in these updates", "line-3"),
    updates: strip("Updates received", "line-1"),
    bytes: strip("Bytes received", "line-2"),
  };
  const words = element("p", { class: "wire-words" });
  const node = element("div", { class: "wire-panel" }, words, ...Object.values(charts).map((chart) => chart.node));
  let drawn = 0;
  return {
    node,
    /** @param {State} state */
    render({ traffic, settings, format }) {
      const seconds = traffic.seconds.slice(0, -1);
      const newest = seconds.at(-1)?.second ?? 0;
      if (newest === drawn) return;
      drawn = newest;
      charts.ticks.draw(seconds, newest, ({ ticks }) => ticks, countText);
      charts.updates.draw(seconds, newest, ({ updates }) => updates, countText);
      charts.bytes.draw(seconds, newest, ({ bytes }) => bytes, byteText);
      setText(words, inFormat(traffic).updates === 0 ? "No updates yet." : wordsText(traffic, settings.rate, format));
    },
  };
}

/** @param {State["traffic"]} traffic @param {State["settings"]["rate"]} rate @param {State["format"]} format */
function wordsText(traffic, rate, format) {
  const { ticks, updates, bytes } = inFormat(traffic);
  const name = format === "json" ? "JSON" : "binary";
  const total = `Since ${name} began, ${countText(ticks)} ticks came in ${countText(updates)} updates`;
  const each = `${decimalText(ticks / updates, 1)} ticks and ${decimalText(bytes / updates, 0)} bytes per update`;
  const limit = rate === "every" ? "Each tick comes alone" : `A symbol has at most ${rate} updates per second`;
  return `${total}: ${each}. ${limit}: change the rate below to compare.`;
}

/** @param {string} title @param {string} colour */
function strip(title, colour) {
  const most = span("strip-most");
  const path = svg("path", { class: `strip-bars ${colour}` });
  const picture = svg(
    "svg",
    {
      class: "strip-picture",
      viewBox: `0 0 ${KEPT_SECONDS} ${HEIGHT}`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": title,
    },
    path,
  );
  return {
    node: element(
      "section",
      { class: "strip", "aria-label": title },
      element("h3", { class: "panel-title" }, title),
      most,
      picture,
    ),
    /**
     * @param {readonly Second[]} seconds
     * @param {number} newest
     * @param {(second: Second) => number} of
     * @param {(value: number) => string} write
     */
    draw(seconds, newest, of, write) {
      const shown = seconds.filter(({ second }) => second > newest - KEPT_SECONDS);
      const top = Math.max(1, ...shown.map(of));
      setAttribute(
        path,
        "d",
        shown.map((one) => bar(KEPT_SECONDS - 1 - (newest - one.second), (of(one) / top) * HEIGHT)).join(""),
      );
      const last = shown.at(-1);
      setText(most, `${write(last ? of(last) : 0)}/s now, ${write(top)}/s most`);
      setAttribute(picture, "aria-label", `${title}: ${most.textContent}`);
    },
  };
}

/** @param {number} x @param {number} height */
function bar(x, height) {
  return `M${x + 0.1} ${HEIGHT}v${-height.toFixed(1)}h.8v${height.toFixed(1)}z`;
}
