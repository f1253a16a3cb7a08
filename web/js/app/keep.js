/** Keeps the settings and drawings in the browser, and the view in the address of the page. */

import { keep, recall } from "../lib/storage.js";
import { writeFragment } from "../state/bookmarks.js";
import { readAddress, writeAddress } from "../state/address.js";
import { keptDrawings, recalledDrawings, withLinked } from "../state/drawingtext.js";
import { initialState, NO_PANE } from "../state/model.js";
import { readSettings, writeSettings } from "../state/settings.js";

/** @typedef {import("../state/store.js").Store} Store */

const KEY = "tickcast.settings";
const DRAWINGS_KEY = "tickcast.drawings";

/** Returns the first state, from the kept settings and then from the address. */
export function firstState() {
  const address = readAddress(location.search);
  const kept = readSettings(recall(KEY));
  const settings = { ...kept, ...address.settings };
  const panes = Array.from({ length: settings.layout }, (_, at) => address.panes[at] ?? NO_PANE);
  const drawings = withLinked(recalledDrawings(recall(DRAWINGS_KEY)), address.drawings);
  return initialState({ panes, settings, drawings });
}

/** @param {Store} store */
export function createKeeper(store) {
  let { settings, panes, active, bookmarks, drawings } = store.state;
  // Those of a link are kept at once: the address of the next visit may not have them.
  if (drawings.list.length > 0) keep(DRAWINGS_KEY, keptDrawings(drawings.list));
  store.addEventListener("change", () => {
    const { state } = store;
    const set = state.settings !== settings;
    const drew = state.drawings.list !== drawings.list;
    const isMarked = state.bookmarks !== bookmarks;
    if (!set && !drew && !isMarked && state.panes === panes && state.active === active) return;
    if (set) keep(KEY, writeSettings(state.settings));
    if (drew) keep(DRAWINGS_KEY, keptDrawings(state.drawings.list));
    ({ settings, panes, active, bookmarks, drawings } = state);
    // Until the recording is known, the bookmarks of the link stay.
    const fragment = bookmarks.recording ? writeFragment(bookmarks) : location.hash;
    history.replaceState(null, "", `${location.pathname}${writeAddress(state)}${fragment}`);
  });
}
