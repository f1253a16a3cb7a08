/** The rejected rows of a replayed file, by file and reason, with the place of the first. */

import { element, setAttribute, setText } from "../../lib/dom.js";
import { countText } from "../../lib/number.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").RejectedRows} RejectedRows */

const COLUMNS = ["Rows", "Reason", "File", "First at", "Value"];

export function createFilePanel() {
  const note = element("p", { class: "panel-note" });
  const body = element("tbody");
  const heads = COLUMNS.map((title) => element("th", { scope: "col" }, title));
  const table = element("table", { class: "rejected-table" }, element("thead", {}, element("tr", {}, ...heads)), body);

  /** @type {readonly RejectedRows[] | undefined} */
  let drawn;
  return {
    node: element("div", { class: "file-panel" }, note, table),
    /** @param {State} state */
    render({ rejected, feed }) {
      const all = feed?.rows_rejected ?? 0;
      setText(note, all === 0 ? "No row of the file was rejected." : `${countText(all)} rows were rejected:`);
      setAttribute(table, "hidden", rejected.length === 0);
      if (rejected === drawn) return;
      drawn = rejected;
      body.replaceChildren(...rejected.map(createLine));
    },
  };
}

/** @param {RejectedRows} rows */
function createLine({ file, reason, line, column, value, count }) {
  const position = line === null ? "" : `line ${line}${column === null ? "" : `, column ${column}`}`;
  const cells = [countText(count), reason, file, position, value ?? ""];
  return element("tr", {}, ...cells.map((text) => element("td", {}, text)));
}
