/** The list of what can be played: the simulation, the files of the start, the library, and uploads. */

import { element, setAttribute, setName, setText, span } from "../../lib/dom.js";
import { icon } from "../../lib/icon.js";
import { byteText } from "../../lib/number.js";
import { dateText } from "../../lib/time.js";
import { libraryFiles, MANY_FILES, playsAlone, uploadsOf } from "../../state/openfiles.js";
import { createKeyed } from "./keyed.js";

/** @typedef {import("../../state/openfiles.js").Opening} Opening */
/** @typedef {import("../../types/feeds.js").ListedFeed} ListedFeed */
/** @typedef {import("../../types/feeds.js").SentFile} SentFile */
/** @typedef {{ feed: ListedFeed, isChosen: boolean, plays: boolean }} Row */
/** @typedef {{ feed: ListedFeed | null, file: SentFile | null, isChosen: boolean, plays: boolean }} Upload */
/**
 * @typedef {object} ListActions
 * @property {(id: string, isChosen: boolean) => void} onChoose
 * @property {(filter: string) => void} onFilter
 * @property {(files: File[]) => void} onFiles
 * @property {(number: number) => void} onCancel
 * @property {(number: number) => void} onAgain
 * @property {(id: string) => void} onRemove
 */

/** The most files of the library that are listed at once. */
const SHOWN = 200;

/** @param {ListActions} actions */
export function createFeedList(actions) {
  const picker = element("input", {
    type: "file",
    multiple: true,
    class: "spoken",
    tabindex: -1,
    "aria-hidden": "true",
  });
  const pick = element("button", { type: "button", class: "button open-pick" }, icon("up"), "Choose files…");
  pick.addEventListener("click", () => picker.click());
  picker.addEventListener("change", () => {
    actions.onFiles([...(picker.files ?? [])]);
    picker.value = "";
  });
  const drop = element("p", { class: "menu-note" }, "or drop them anywhere on the page");
  const filter = element("input", {
    type: "search",
    class: "field open-filter",
    placeholder: "Filter files",
    "aria-label": "Filter the files of the library",
    autocomplete: "off",
    spellcheck: "false",
    hidden: true,
  });
  filter.addEventListener("input", () => actions.onFilter(filter.value));
  const more = element("p", { class: "menu-note", role: "status" });

  const markets = createGroup("Market");
  const library = createGroup("Library");
  library.head.after(filter);
  library.node.append(more);
  const uploads = createGroup("Uploads");
  const showMarkets = createKeyed(markets.list, (id) => createRow(id, actions));
  const showLibrary = createKeyed(library.list, (id) => createRow(id, actions));
  const showUploads = createKeyed(uploads.list, () => createUpload(actions));
  const node = element(
    "div",
    { class: "open-list", role: "group", "aria-label": "What can be played" },
    element("div", { class: "open-add" }, pick, picker, drop),
    uploads.node,
    markets.node,
    library.node,
  );

  return {
    node,
    focus: () => pick.focus(),
    /** @param {Opening} opening */
    render(opening) {
      const { list, chosen } = opening;
      const takesUploads = (list?.limits.uploads ?? 0) > 0;
      setAttribute(pick, "disabled", list !== null && !takesUploads);
      setText(
        drop,
        list && !takesUploads ? "This server takes no uploads (--no-uploads)." : "or drop them anywhere on the page",
      );
      const row = (/** @type {ListedFeed} */ feed) =>
        /** @type {const} */ ([
          feed.id,
          { feed, isChosen: chosen.includes(feed.id), plays: list?.playing.includes(feed.id) === true },
        ]);
      const alone = (list?.feeds ?? []).filter(playsAlone);
      showMarkets(alone.map(row));
      setAttribute(markets.node, "hidden", alone.length === 0);
      const { all, shown } = libraryFiles(opening);
      showLibrary(shown.slice(0, SHOWN).map(row));
      setAttribute(library.node, "hidden", all === 0);
      setAttribute(filter, "hidden", all < MANY_FILES);
      setText(more, moreText(all, shown.length));
      const sent = uploadsOf(opening);
      setAttribute(uploads.node, "hidden", sent.length === 0);
      showUploads(
        sent.map(({ feed, file }) => {
          const id = feed?.id ?? file?.id ?? "";
          const key = file ? `sent ${file.number}` : id;
          return [key, { feed, file, isChosen: chosen.includes(id), plays: list?.playing.includes(id) === true }];
        }),
      );
    },
  };
}

/** @param {number} all @param {number} shown */
function moreText(all, shown) {
  if (shown === 0 && all > 0) return "No file has all of this in its name.";
  return shown > SHOWN ? `${shown - SHOWN} more: filter by a part of their names.` : "";
}

/** @param {string} title */
function createGroup(title) {
  const head = element("h3", { class: "panel-title" }, title);
  const list = element("ul", { class: "open-rows" });
  return { head, list, node: element("section", { class: "open-group" }, head, list) };
}

/** The check box of a feed with its name. @param {string} kind @param {(isChosen: boolean) => void} onChoose */
function createChoice(kind, onChoose) {
  const input = element("input", { type: kind, ...(kind === "radio" && { name: "open-alone" }) });
  const name = span("open-name");
  const hint = span("option-hint");
  const plays = element("span", { class: "badge open-plays", hidden: true }, "plays");
  input.addEventListener("change", () => onChoose(input.checked));
  return {
    node: element("label", { class: "option open-choice" }, input, name, plays, hint),
    /**
     * @param {string} text
     * @param {string} note
     * @param {{ isChosen: boolean, plays: boolean, isOff?: boolean }} look
     */
    render(text, note, { isChosen, plays: isPlaying, isOff = false }) {
      setText(name, text);
      setAttribute(name, "title", text);
      setText(hint, note);
      if (input.checked !== isChosen) input.checked = isChosen;
      setAttribute(input, "disabled", isOff);
      setAttribute(plays, "hidden", !isPlaying);
    },
  };
}

/** @param {string} id @param {ListActions} actions */
function createRow(id, { onChoose }) {
  const kind = id === "simulation" || id === "start" ? "radio" : "checkbox";
  const choice = createChoice(kind, (isChosen) => onChoose(id, isChosen));
  return {
    node: element("li", { class: "open-row" }, choice.node),
    /** @param {Row} row */
    render: ({ feed, ...look }) => choice.render(feed.name, noteOf(feed), look),
  };
}

/** @param {ListedFeed} feed */
function noteOf({ kind, bytes, modified }) {
  if (kind === "replay") return "files of the start";
  const date = modified === undefined ? [] : [dateText(modified)];
  return bytes === undefined ? "" : [byteText(bytes), ...date].join(" · ");
}

/** @param {ListActions} actions */
function createUpload({ onChoose, onCancel, onAgain, onRemove }) {
  /** @type {Upload | undefined} */
  let shown;
  const idOf = () => shown?.feed?.id ?? shown?.file?.id ?? null;
  const choice = createChoice("checkbox", (isChosen) => {
    const id = idOf();
    if (id !== null) onChoose(id, isChosen);
  });
  const again = element(
    "button",
    { type: "button", class: "mini", "aria-label": "Send again", hidden: true },
    icon("redo"),
  );
  again.addEventListener("click", () => shown?.file && onAgain(shown.file.number));
  const glyph = icon("close");
  const remove = element("button", { type: "button", class: "mini" }, glyph);
  remove.addEventListener("click", () => {
    const id = idOf();
    if (shown?.file && shown.file.status !== "done") onCancel(shown.file.number);
    else if (id !== null) onRemove(id);
  });
  const progress = element("progress", { class: "open-progress", max: 1 });
  const fault = element("p", { class: "open-fault", role: "alert" });

  return {
    node: element(
      "li",
      { class: "open-row" },
      element("div", { class: "open-line" }, choice.node, again, remove),
      progress,
      fault,
    ),
    /** @param {Upload} upload */
    render(upload) {
      shown = upload;
      const { feed, file, ...look } = upload;
      const name = feed?.name ?? file?.name ?? "";
      const isSent = file ? file.status === "done" : feed?.complete === true;
      const bytes = feed?.bytes ?? file?.bytes ?? 0;
      const sent = file?.sent ?? feed?.received ?? 0;
      choice.render(name, isSent ? byteText(bytes) : sentText(file, sent, bytes), { ...look, isOff: !isSent });
      setAttribute(progress, "hidden", isSent || file?.status === "failed");
      setAttribute(progress, "aria-label", `${name}: sent`);
      progress.value = bytes === 0 ? 0 : sent / bytes;
      setName(
        remove,
        file && !isSent ? `Cancel ${name}` : look.plays ? `${name} plays and cannot be deleted` : `Delete ${name}`,
      );
      setAttribute(remove, "disabled", look.plays);
      glyph.show(file && !isSent ? "close" : "trash");
      setAttribute(again, "hidden", file?.status !== "failed");
      setName(again, `Send ${name} again`);
      setText(fault, file?.fault ? `${file.fault.message}: ${file.fault.remedy}.` : "");
      setAttribute(fault, "hidden", !file?.fault);
    },
  };
}

/** @param {SentFile | null} file @param {number} sent @param {number} bytes */
function sentText(file, sent, bytes) {
  if (file?.status === "failed") return "not sent";
  if (file?.status === "waiting") return `waits · ${byteText(bytes)}`;
  const of = `${byteText(sent)} of ${byteText(bytes)}`;
  return file?.status === "retrying" ? `tries again · ${of}` : of;
}
