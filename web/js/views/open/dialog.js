/** The dialog that opens files: what can be played, how it would be read, and the button that plays it for all. */

import { createDialog } from "../../lib/dialog.js";
import { element, setAttribute, setText, span } from "../../lib/dom.js";
import { icon } from "../../lib/icon.js";
import { chosenFiles, playFault, playingText } from "../../state/openfiles.js";
import { commandLine } from "../../state/reading.js";
import { createFeedList } from "./feedlist.js";
import { createFields } from "./fields.js";
import { createReport } from "./report.js";

/** @typedef {import("../../state/openfiles.js").Opening} Opening */
/** @typedef {import("../../types/http.js").Refusal} Refusal */
/**
 * @typedef {import("./feedlist.js").ListActions & Pick<import("./report.js").ReportActions, "onRole" | "onAnswer"> & {
 *   onSet: (name: string, value: string) => void, onReset: () => void, onPlay: () => void }}
 *   OpenActions
 */

const COPIED_MS = 2000;
const NOTHING_CHOSEN = "Choose files to see how they are read, or the simulated market.";
const ALONE = {
  simulation: "The simulated market has nothing to set. It begins anew, with the same seed.",
  replay: "The files that the server was started with, read as its flags say.",
};

/** @param {OpenActions} actions */
export function createOpenDialog(actions) {
  const list = createFeedList(actions);
  const fields = createFields(actions);
  const report = createReport({
    ...actions,
    onField: (name) => (name === "columns" ? report.focusColumns() : fields.focus(name)),
  });
  const note = element("p", { class: "open-empty" });
  const status = element("p", { class: "open-status", role: "status" });
  const fault = createFault();
  const command = createCommand();
  const details = element(
    "div",
    { class: "open-details", role: "region", "aria-label": "The chosen files", tabindex: 0 },
    note,
    fault.node,
    report.node,
    fields.node,
    command.node,
  );
  const refused = element("ul", { class: "open-refused", role: "alert" });
  const playing = span("open-playing");
  const failure = createFault();
  const play = element(
    "button",
    { type: "button", class: "button button-primary", id: "open-play" },
    icon("play"),
    "Play for everybody",
  );
  play.addEventListener("click", actions.onPlay);
  const dialog = createDialog(
    "Open",
    "dialog-open",
    element("div", { class: "open-body" }, element("div", { class: "open-side" }, refused, list.node), details),
    element(
      "footer",
      { class: "open-foot" },
      failure.node,
      element("div", { class: "open-end" }, playing, status, play),
    ),
  );

  return {
    open() {
      dialog.open();
      list.focus();
    },
    close: dialog.close,
    isOpen: () => dialog.node.open,

    /** @param {Opening} opening */
    render(opening) {
      const { list: feeds, inspection, failure: failed } = opening;
      list.render(opening);
      refused.replaceChildren(
        ...opening.refused.map((refusal) => element("li", { class: "open-fault" }, faultText(refusal))),
      );
      setAttribute(refused, "hidden", opening.refused.length === 0);
      const files = chosenFiles(opening);
      const alone = feeds?.feeds.find(({ id }) => opening.chosen.includes(id) && files.length === 0);
      const text = alone ? ALONE[alone.kind === "replay" ? "replay" : "simulation"] : NOTHING_CHOSEN;
      setText(note, text);
      for (const [node, isShown] of /** @type {const} */ ([
        [note, files.length === 0],
        [report.node, files.length > 0],
        [fields.node, files.length > 0],
        [command.node, files.length > 0],
      ]))
        setAttribute(node, "hidden", !isShown);
      fault.render(opening.fault ?? inspection.fault);
      report.render(opening);
      fields.render(opening);
      command.render(
        commandLine(
          files.map(({ name }) => name),
          opening.settings,
        ),
      );
      setAttribute(details, "aria-busy", String(inspection.isRunning));
      setText(playing, feeds ? `Plays now: ${playingText(opening)}` : "");
      setAttribute(playing, "title", playing.textContent);
      const why = playFault(opening);
      setAttribute(play, "disabled", why !== null);
      setText(status, statusText(opening, why));
      failure.render(failed);
    },
  };
}

/** @param {Opening} opening @param {string | null} why nothing can be played */
function statusText({ chosen, opening, inspection, list }, why) {
  if (opening) return "The server opens it. What plays now plays on until then …";
  if (inspection.isRunning) return "Reading …";
  return list?.load != null || chosen.length > 0 ? (why ?? "") : "";
}

/** @param {Refusal} refusal */
const faultText = ({ message, remedy }) => `${message}: ${remedy}.`;

/** A message of the server, with what helps. */
function createFault() {
  const text = element("p", {});
  const remedy = element("p", { class: "open-why" });
  const node = element("div", { class: "open-fault", role: "alert", hidden: true }, text, remedy);
  return {
    node,
    /** @param {Refusal | null} refusal */
    render(refusal) {
      setAttribute(node, "hidden", refusal === null);
      setText(text, refusal ? sentence(refusal.message) : "");
      setText(remedy, refusal ? sentence(refusal.remedy) : "");
    },
  };
}

/** @param {string} text */
const sentence = (text) => (/[.?!]$/.test(text) ? text : `${text}.`);

/** The command line that plays the same, to be copied. */
function createCommand() {
  const line = element("code", { class: "open-command-line" });
  const copy = element(
    "button",
    { type: "button", class: "tool", "aria-label": "Copy the command line", title: "Copy the command line" },
    icon("copy"),
  );
  const done = element("span", { class: "label", role: "status" });
  copy.addEventListener("click", async () => {
    // Only a page over HTTPS, or of this machine, has a clipboard.
    const copied = await navigator.clipboard?.writeText(line.textContent ?? "").then(
      () => true,
      () => false,
    );
    if (copied !== true) getSelection()?.selectAllChildren(line);
    setText(done, copied === true ? "Copied" : "Selected: press Ctrl+C");
    setTimeout(() => setText(done, ""), COPIED_MS);
  });
  return {
    node: element(
      "div",
      { class: "open-command", role: "group", "aria-label": "The same from the command line" },
      line,
      done,
      copy,
    ),
    /** @param {string} text */
    render: (text) => setText(line, text),
  };
}
