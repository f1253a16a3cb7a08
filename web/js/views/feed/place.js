/** The place of the feed beside the timeline: its time, and a field that goes to a typed date, time, distance or share. */

import { element, setAttribute, setText, span } from "../../lib/dom.js";
import { createMenu } from "../../lib/menu.js";
import { EXAMPLES, placeOf } from "../../state/goto.js";
import { mayDrive, zoneOf } from "../../state/select.js";
import { positionText, progress } from "../../state/transport.js";
import { zoneLabel } from "../../state/trust.js";

/** @typedef {import("../../state/model.js").State} State */

const WATCHING = "This page can only watch: the server does not let it control the feed.";

/** @param {import("../actions.js").Actions["onCommand"]} onCommand */
export function createPlace(onCommand) {
  // No `output`, which would be read out at each change. The slider has the text for who asks.
  const time = span("transport-time");
  const { button, panel, open, close } = createMenu(
    { name: "Go to a date or time (Ctrl+G)", class: "tool transport-place" },
    time,
    span("spoken", ", go to a date or time"),
  );
  // Its name begins with what it shows.
  setAttribute(button, "aria-label", null);
  const input = element("input", {
    class: "field place-input",
    type: "text",
    id: "place",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "9:30, 14 Jun, +2h, 50%",
    "aria-describedby": "place-note",
  });
  const label = element("label", { class: "menu-note place-label", for: "place" }, "Go to a date or time");
  const note = element("p", { class: "menu-note place-note", id: "place-note", role: "status" });
  const go = element("button", { type: "submit", class: "button" }, "Go");
  const form = element(
    "form",
    { class: "place-form" },
    label,
    element("div", { class: "place-line" }, input, go),
    note,
  );
  panel.append(form);
  /** @type {State | undefined} */
  let shown;
  const zone = () => (shown ? zoneOf(shown) : "UTC");

  /** Returns the place that is typed, or what is wrong with it. */
  function typed() {
    const { feed, marketUs } = shown ?? {};
    if (!feed || feed.start === null || feed.end === null || marketUs == null) return null;
    return placeOf(input.value, { start: feed.start, end: feed.end, now: marketUs }, zone());
  }

  function preview() {
    const place = input.value.trim() === "" ? null : typed();
    setAttribute(input, "aria-invalid", null);
    setAttribute(note, "data-fault", null);
    if (shown && !mayDrive(shown)) return setText(note, WATCHING);
    setText(note, place && "us" in place ? `Goes to ${positionText(place.us, zone())}` : `Examples: ${EXAMPLES}`);
  }

  panel.addEventListener("beforetoggle", (event) => {
    if (/** @type {ToggleEvent} */ (event).newState !== "open") return;
    input.value = "";
    preview();
  });
  input.addEventListener("input", preview);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const place = typed();
    const fault = place && "fault" in place ? place.fault : null;
    if (fault !== null || !place || "fault" in place) {
      setText(note, fault ?? "");
      setAttribute(note, "data-fault", true);
      setAttribute(input, "aria-invalid", "true");
      return;
    }
    onCommand(place.command);
    close();
  });

  return {
    button,
    panel,
    open() {
      if (!button.hidden) open();
    },
    /** @param {number | null} us */
    show: (us) => setText(time, positionText(us, zone())),
    /** @param {State} state */
    render(state) {
      shown = state;
      for (const node of [input, go]) setAttribute(node, "disabled", !mayDrive(state));
      setText(label, `Go to a date or time, in ${zoneLabel(state, state.marketUs)}`);
      setAttribute(button, "hidden", !state.feed?.seekable || progress(state) === null);
    },
  };
}
