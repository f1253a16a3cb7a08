/** Keeps the settings in the browser, and the view in the address of the page. */

import { keep, recall } from "../lib/storage.js";
import { writeFragment } from "../state/bookmarks.js";
import { readAddress, writeAddress } from "../state/address.js";
import { initialState, NO_PANE } from "../state/model.js";
import { readSettings, writeSettings } from "../state/settings.js";

/** @typedef {import("../state/store.js").Store} Store */

const KEY = "tickcast.settings";

/** Returns the first state, from the kept settings and then from the address. */
export function firstState() {
  const address = readAddress(location.search);
  const kept = readSettings(recall(KEY));
  const settings = { ...kept, ...address.settings };
  const panes = Array.from({ length: settings.layout }, (_, at) => address.panes[at] ?? NO_PANE);
  return initialState({ panes, settings });
}

/** @param {Store} store */
export function createKeeper(store) {
  let { settings, panes, active, bookmarks } = store.state;
  store.addEventListener("change", () => {
    const { state } = store;
    const set = state.settings !== settings;
    const isMarked = state.bookmarks !== bookmarks;
    if (!set && !isMarked && state.panes === panes && state.active === active) return;
    if (set) keep(KEY, writeSettings(state.settings));
    ({ settings, panes, active, bookmarks } = state);
    // Until the recording is known, the bookmarks of the link stay.
    const fragment = bookmarks.recording ? writeFragment(bookmarks) : location.hash;
    history.replaceState(null, "", `${location.pathname}${writeAddress(state)}${fragment}`);
  });
}
