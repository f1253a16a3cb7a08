/** What was found in each chosen file: facts, remarks, questions, and its first rows with the role of each column. */

import { element, setAttribute, span } from "../../lib/dom.js";
import { factsOf, remarksOf, titleOf } from "../../state/inspected.js";
import { readFlag, ROLES, rolesOf } from "../../state/reading.js";

/** @typedef {import("../../state/openfiles.js").Opening} Opening */
/** @typedef {import("../../types/feeds.js").InspectedFile} InspectedFile */
/**
 * @typedef {object} ReportActions
 * @property {(file: number, column: number, role: string | null) => void} onRole
 * @property {(readings: readonly import("../../types/feeds.js").InspectedReading[], at: number) => void} onAnswer
 * @property {(name: string) => void} onField goes to the field of a setting
 */

/** The rows of the sample. */
const SAMPLE_ROWS = 8;
const MARKS = { warning: "Warning", rejected: "Rejected", assumed: "Assumed" };

/** @param {ReportActions} actions */
export function createReport(actions) {
  const node = element("div", { class: "open-report" });
  /** @type {readonly InspectedFile[] | undefined} */
  let drawn;

  return {
    node,
    /** Moves the focus to the role of the first column. */
    focusColumns: () => node.querySelector("select")?.focus(),
    /** @param {Opening} opening */
    render({ inspection: { files } }) {
      if (files === drawn) return;
      drawn = files;
      // The elements are new, and the focus goes to the one in the place of the old one.
      const focused = node.contains(document.activeElement) ? document.activeElement?.id : null;
      const scrolled = [...node.querySelectorAll(".open-sample")].map((one) => one.scrollLeft);
      const closed = [...node.querySelectorAll("details.open-file")].map(
        (one) => !(/** @type {HTMLDetailsElement} */ (one).open),
      );
      node.replaceChildren(
        ...files.map((file, at) =>
          fileNode(file, at, { isOnly: files.length === 1, isClosed: closed[at] ?? at > 0 }, actions),
        ),
      );
      node.querySelectorAll(".open-sample").forEach((one, at) => (one.scrollLeft = scrolled[at] ?? 0));
      if (focused) document.getElementById(focused)?.focus();
    },
  };
}

/**
 * @param {InspectedFile} file
 * @param {number} at
 * @param {{ isOnly: boolean, isClosed: boolean }} place
 * @param {ReportActions} actions
 */
function fileNode(file, at, { isOnly, isClosed }, actions) {
  const content = file.error
    ? [element("p", { class: "open-fault", role: "alert" }, ...linked(file.error.message, at, actions))]
    : [
        ...(file.questions ?? []).map((question, index) => questionNode(question, `${at}-${index}`, actions)),
        element(
          "dl",
          { class: "open-facts" },
          ...factsOf(file).map(([word, value]) =>
            element("div", {}, element("dt", {}, word), element("dd", { title: value }, value)),
          ),
        ),
      ];
  const parts = [...content, ...sampleNode(file, at, actions), ...(file.error ? [] : remarkNodes(file, at, actions))];
  const title = titleOf(file);
  if (isOnly && !file.member) return element("section", { class: "open-file", "aria-label": title }, ...parts);
  const head = element(
    "summary",
    {},
    span("open-name", title),
    file.error ? span("badge badge-note", "cannot be played") : "",
  );
  return element("details", { class: "open-file", open: !isClosed || file.error != null }, head, ...parts);
}

/**
 * @param {NonNullable<InspectedFile["questions"]>[number]} question
 * @param {string} key
 * @param {ReportActions} actions
 */
function questionNode({ what, readings }, key, { onAnswer }) {
  const buttons = readings.map(({ what: reading, flag }, at) => {
    const button = element(
      "button",
      { type: "button", class: "button", id: `open-answer-${key}-${at}` },
      reading,
      " ",
      element("code", {}, flag),
    );
    button.addEventListener("click", () => onAnswer(readings, at));
    return button;
  });
  const text = element("p", {}, element("strong", {}, "Decide: "), what);
  return element("div", { class: "open-question", role: "group", "aria-label": what }, text, ...buttons);
}

/**
 * The first rows of a file as text, with the role of each column.
 *
 * @param {InspectedFile} file
 * @param {number} at
 * @param {ReportActions} actions
 */
function sampleNode(file, at, { onRole }) {
  const { names = [], sample = [] } = file;
  const roles = rolesOf(file);
  if (roles.length === 0) return [];
  const heads = roles.map((role, column) => {
    const name = names[column] ?? `column ${column + 1}`;
    const select = roleSelect(role, `open-role-${at}-${column}`, `Role of the column ${name}`);
    select.addEventListener("change", () => onRole(at, column, select.value || null));
    return element("th", { scope: "col", "data-role": role ?? null }, span("open-column", name), select);
  });
  const rows = sample
    .slice(0, SAMPLE_ROWS)
    .map((cells) =>
      element(
        "tr",
        {},
        ...roles.map((role, column) => element("td", { "data-unused": role === null }, cells[column] ?? "")),
      ),
    );
  const table = element(
    "table",
    {},
    element("caption", { class: "spoken" }, "First rows"),
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...rows),
  );
  return [
    element(
      "div",
      { class: "open-sample", tabindex: 0, role: "region", "aria-label": `First rows of ${titleOf(file)}` },
      table,
    ),
  ];
}

/** @param {string | null} role @param {string} id @param {string} name */
function roleSelect(role, id, name) {
  const option = (/** @type {string} */ value, /** @type {string} */ word) =>
    element("option", { value, selected: value === (role ?? "") }, word);
  const groups = ROLES.map(([label, roles]) =>
    element("optgroup", { label }, ...roles.map((one) => option(one, one.replaceAll("_", " ")))),
  );
  const select = element("select", { class: "field", id, "aria-label": name }, option("", "not used"), ...groups);
  setAttribute(select, "data-unused", role === null);
  return select;
}

/** @param {InspectedFile} file @param {number} at @param {ReportActions} actions */
function remarkNodes(file, at, actions) {
  const remarks = remarksOf(file);
  if (remarks.length === 0) return [];
  const rows = remarks.map(({ kind, text, why, flag }, index) => {
    const end = flag ? [flagNode(flag, `open-flag-${at}-${index}`, actions)] : [];
    return element(
      "li",
      { "data-kind": kind },
      span("open-mark", MARKS[kind]),
      element("span", {}, text, why ? span("open-why", ` ${why}`) : "", " ", ...end),
    );
  });
  return [element("ul", { class: "open-remarks" }, ...rows)];
}

/**
 * A flag that leads to its field, where the dialog has one.
 *
 * @param {string} flag
 * @param {string} id
 * @param {ReportActions} actions
 */
function flagNode(flag, id, { onField }) {
  const code = element("code", {}, flag);
  const target = readFlag(flag);
  if (!target) return code;
  const button = element("button", { type: "button", class: "open-flag", id, title: "Go to the field" }, code);
  button.addEventListener("click", () => onField(target.name));
  return button;
}

/**
 * The parts of an error, with its flags as ways to their fields.
 *
 * @param {string} message
 * @param {number} at
 * @param {ReportActions} actions
 */
function linked(message, at, actions) {
  const parts = `${message}${/[.?!]$/.test(message) ? "" : "."}`.split(/(--[a-z][a-z-]+)/);
  return parts.map((part, index) => (index % 2 === 1 ? flagNode(part, `open-error-${at}-${index}`, actions) : part));
}
