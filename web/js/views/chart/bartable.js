/** The bars of the chart as a table, newest first. */

import { createDialog } from "../../lib/dialog.js";
import { element, setText } from "../../lib/dom.js";
import { percentText, priceText, volumeText } from "../../lib/number.js";
import { barTimeText, barZone } from "../../lib/time.js";
import { percentOf } from "../../state/quotes.js";
import { chosenInstrument, seriesOf, zoneOf } from "../../state/select.js";

/** @typedef {import("../../state/model.js").State} State */

const MOST = 500;
const COLUMNS = ["Open", "High", "Low", "Close", "Change", "Volume"];

export function createBarTable() {
  const words = element("p", { class: "menu-note" });
  const body = element("tbody");
  const time = element("th", { scope: "col" });
  const caption = element("caption", { class: "spoken" });
  const table = element(
    "table",
    { class: "bar-table" },
    caption,
    element("thead", {}, element("tr", {}, time, ...COLUMNS.map((title) => element("th", { scope: "col" }, title)))),
    body,
  );
  const dialog = createDialog(
    "Bars",
    "dialog-table",
    words,
    element("div", { class: "dialog-scroll", tabindex: 0, role: "region", "aria-label": "Bars" }, table),
  );

  return {
    /** @param {State} state @param {{ from: number, to: number } | null} range in microseconds */
    open(state, range) {
      const { bars } = seriesOf(state, state.choice);
      const instrument = chosenInstrument(state);
      const { symbol, interval } = state.choice;
      const visible = bars
        .map((bar, at) => ({ bar, before: bars[at - 1] }))
        .filter(({ bar }) => !range || (bar.ts >= range.from && bar.ts <= range.to))
        .slice(-MOST)
        .toReversed();
      setText(
        words,
        visible.length === 0
          ? "The chart shows no bars."
          : `${symbol}, ${interval}: ${visible.length} visible bars, newest first, as of now.`,
      );
      setText(time, `Time (${barZone(interval ?? "1m", zoneOf(state))})`);
      setText(caption, `${symbol}, bars of ${interval}`);
      body.replaceChildren(
        ...visible.map(({ bar, before }) => {
          const change = before ? percentText(percentOf(bar.close, before.close)) : "";
          const cells = [
            priceText(bar.open, instrument),
            priceText(bar.high, instrument),
            priceText(bar.low, instrument),
            priceText(bar.close, instrument),
            change,
            volumeText(bar.volume, instrument?.size_decimals),
          ];
          return element(
            "tr",
            {},
            element(
              "th",
              { scope: "row" },
              `${barTimeText(bar.ts, interval ?? "1m", zoneOf(state))}${bar.closed ? "" : " (forming)"}`,
            ),
            ...cells.map((text) => element("td", {}, text)),
          );
        }),
      );
      dialog.open();
    },
  };
}
