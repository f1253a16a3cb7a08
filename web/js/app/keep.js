/** Keeps what was set: in the browser, and what a link should carry in the page's address. */

import { keep, recall } from "../lib/storage.js";
import { readAddress, writeAddress } from "../state/address.js";
import { initialState } from "../state/model.js";
import { DEFAULT_SETTINGS, readSettings, writeSettings } from "../state/settings.js";

/** @typedef {import("../state/store.js").Store} Store */

const KEY = "tickcast.settings";

/** The state to begin with: what the address says counts before what was kept. */
export function beginning() {
  const address = readAddress(location.search);
  const kept = readSettings(recall(KEY));
  const layout = address.panes.length === 1 && !("layout" in address.settings) ? 1 : address.panes.length;
  const state = initialState({ panes: address.panes, settings: { ...kept, ...address.settings, layout: /** @type {1 | 2 | 4} */ (layout) } });
  return { state, kept };
}

/** @param {Store} store */
export function createKeeper(store) {
  let { settings, panes, active } = store.state;
  store.addEventListener("change", () => {
    const { state } = store;
    const set = state.settings !== settings;
    if (!set && state.panes === panes && state.active === active) return;
    if (set) keep(KEY, writeSettings(state.settings));
    ({ settings, panes, active } = state);
    history.replaceState(null, "", `${location.pathname}${writeAddress(state, DEFAULT_SETTINGS)}`);
  });
}
