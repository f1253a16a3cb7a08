/** Shows toasts: warnings, alerts as they fire, and headlines as they come. */

import { alertText } from "../state/alerts.js";
import { concerns, toneOf } from "../state/notices.js";
import { signalAlert } from "./alertsignal.js";

/** @typedef {import("../state/store.js").Store} Store */
/** @typedef {import("../state/reduce.js").Action} Action */

const TOAST_MS = 8000;

/** @param {Store} store */
export function createToasts(store) {
  let timer = 0;
  let { firedAlerts } = store.state;

  const dismiss = () => store.dispatch({ type: "toast", text: null });

  /** @param {string} text */
  function show(text) {
    store.dispatch({ type: "toast", text });
    clearTimeout(timer);
    timer = window.setTimeout(dismiss, TOAST_MS);
  }

  function showAlerts() {
    const { state } = store;
    if (state.firedAlerts === firedAlerts) return;
    const [newest] = firedAlerts;
    const known = newest ? state.firedAlerts.indexOf(newest) : state.firedAlerts.length;
    const fired = known < 0 ? state.firedAlerts : state.firedAlerts.slice(0, known);
    firedAlerts = state.firedAlerts;
    for (const { alert } of fired.toReversed()) {
      const text = alertText(alert, state.instruments.get(alert.symbol));
      show(`Alert: ${text}.`);
      signalAlert(text, state.settings);
    }
  }

  /** Shows the newest headline about a symbol on the charts. @param {Action} action */
  function showNews(action) {
    if (action.type !== "message" || action.message.type !== "news" || action.message.snapshot) return;
    const { state } = store;
    if (!state.settings.newsToasts || state.paused) return;
    const story = action.message.stories.findLast(({ on }) =>
      state.panes.some(({ symbol }) => symbol !== null && concerns(state, on, symbol)),
    );
    if (!story) return;
    const { word } = toneOf(story);
    show(`${word === "neutral" ? "News" : `News, ${word}`}: ${story.headline}.`);
  }

  store.addEventListener("change", (event) => {
    showAlerts();
    showNews(/** @type {CustomEvent<Action>} */ (event).detail);
  });

  return { show, dismiss };
}
