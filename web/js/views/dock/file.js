/** What of a replayed file could not be played: by file and reason, with where the first such row is. */

import { element, setAttribute, setText } from "../../lib/dom.js";
import { countText } from "../../lib/number.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").RejectedRows} RejectedRows */

const COLUMNS = ["Rows", "Why", "File", "First at", "What stands there"];

export function createFilePanel() {
  const note = element("p", { class: "panel-note" });
  const body = element("tbody");
  const table = element(
    "table",
    { class: "refused-table" },
    element("thead", {}, element("tr", {}, ...COLUMNS.map((title) => element("th", { scope: "col" }, title)))),
    body,
  );
  const node = element("div", { class: "file-panel" }, note, table);

  /** @param {RejectedRows} rows */
  function line({ file, reason, line: at, column, value, count }) {
    const place = at === null ? "" : `line ${at}${column === null ? "" : `, column ${column}`}`;
    return element(
      "tr",
      {},
      ...[countText(count), reason, file, place, value ?? ""].map((text) => element("td", {}, text)),
    );
  }

  /** @type {readonly RejectedRows[] | undefined} */
  let drawn;
  return {
    node,
    /** @param {State} state */
    render({ refused, feed }) {
      const all = feed?.rows_rejected ?? 0;
      setText(
        note,
        all === 0
          ? "Every row of the file can be played."
          : `${countText(all)} rows could not be played, and were left out:`,
      );
      setAttribute(table, "hidden", refused.length === 0);
      if (refused === drawn) return;
      drawn = refused;
      body.replaceChildren(...refused.map(line));
    },
  };
}
