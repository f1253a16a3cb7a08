/** The remarks about the replayed files: warnings, rejected rows with the place of the first, and assumptions. */

import { element, setAttribute, setText } from "../../lib/dom.js";
import { countText } from "../../lib/number.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").Reading} Reading */
/** @typedef {import("../../state/model.js").RejectedRows} RejectedRows */
/** @typedef {import("../../state/model.js").FileAssumption} FileAssumption */
/** @typedef {import("../../state/model.js").FileWarning} FileWarning */

const REJECTED = ["Rows", "Reason", "File", "First at", "Value"];
const WARNINGS = ["Warning", "Played", "Or else", "Decides", "File"];
const ASSUMPTIONS = ["Assumed", "Because", "Changes it", "File"];

export function createFilePanel() {
  const note = element("p", { class: "panel-note" });
  const rejectedTable = createTable("file-table rejected-table", REJECTED);
  const warningTable = createTable("file-table warning-table", WARNINGS);
  const assumptionTable = createTable("file-table assumption-table", ASSUMPTIONS);

  /** @type {readonly RejectedRows[] | undefined} */
  let drawn;
  /** @type {Reading | undefined} */
  let drawnReading;
  return {
    node: element("div", { class: "file-panel" }, warningTable.node, note, rejectedTable.node, assumptionTable.node),
    /** @param {State} state */
    render({ rejected, reading, feed }) {
      const all = feed?.rows_rejected ?? 0;
      setText(note, all === 0 ? "No row of the file was rejected." : `${countText(all)} rows were rejected:`);
      if (rejected !== drawn) {
        drawn = rejected;
        rejectedTable.show(rejected.map(rejectedCells));
      }
      if (reading !== drawnReading) {
        drawnReading = reading;
        warningTable.show(reading.warnings.map(warningCells));
        assumptionTable.show(reading.assumptions.map(assumptionCells));
      }
    },
  };
}

/**
 * Creates a table that is hidden while it has no rows.
 *
 * @param {string} name its classes
 * @param {string[]} titles
 */
function createTable(name, titles) {
  const body = element("tbody");
  const heads = titles.map((title) => element("th", { scope: "col" }, title));
  const node = element("table", { class: name, hidden: true }, element("thead", {}, element("tr", {}, ...heads)), body);
  return {
    node,
    /** @param {string[][]} rows */
    show(rows) {
      setAttribute(node, "hidden", rows.length === 0);
      body.replaceChildren(...rows.map((row) => element("tr", {}, ...row.map((text) => element("td", {}, text)))));
    },
  };
}

/** @param {RejectedRows} rows */
function rejectedCells({ file, reason, line, column, value, count }) {
  const position = line === null ? "" : `line ${line}${column === null ? "" : `, column ${column}`}`;
  return [countText(count), reason, file, position, value ?? ""];
}

/** @param {FileWarning} warning */
function warningCells({ file, what, lines, played, other, flag }) {
  const position = lines.length === 0 ? "" : ` (line${lines.length === 1 ? "" : "s"} ${lines.join(", ")})`;
  return [what + position, played, other, flag ?? "", file];
}

/** @param {FileAssumption} assumption */
function assumptionCells({ file, what, why, flag }) {
  return [what, why, flag ?? "", file];
}
