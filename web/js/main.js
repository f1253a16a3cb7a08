/**
 * Builds the parts of the page and connects them; nothing else runs at load.
 *
 * One way round: socket and clicks -> actions -> store -> one picture per animation frame.
 */

import { createConversation } from "./app/conversation.js";
import { beginning, createKeeper } from "./app/keep.js";
import { saveBars, savePicture } from "./app/save.js";
import { byId } from "./lib/dom.js";
import { createFrame } from "./lib/frame.js";
import { Store } from "./state/store.js";
import { createViews } from "./views/page.js";

/** Where the tape has a place beside the chart; the style sheet says the same. */
const WIDE = "(min-width: 1280px)";
const NOTICE_MS = 8000;
/** How often the ages, the rates and the countdown are shown anew when nothing else happens. */
const CLOCK_MS = 500;

const store = new Store(beginning());
const wide = matchMedia(WIDE);
const system = matchMedia("(prefers-color-scheme: dark)");
const look = () => {
  const { theme, colours } = store.state.settings;
  return `${theme === "auto" ? (system.matches ? "dark" : "light") : theme} ${colours}`;
};
const mark = createFrame(() => views.render(store.state, { nowMs: Date.now(), look: look() }));
const talk = createConversation({ store, warn, hasRoom: () => wide.matches });

const views = createViews(byId, {
  onChoose: (symbol) => change({ type: "choose", symbol }),
  onInterval: (interval) => change({ type: "choose", interval }),
  onCompare: (compare) => change({ type: "choose", compare }),
  onSet: (settings) => change({ type: "set", settings }),
  onFilter: (text) => store.dispatch({ type: "filter", text }),
  onSeen: (part, symbols) => change({ type: "seen", part, symbols }),
  onActivate: (pane) => change({ type: "activate", pane }),
  onOlder: (pane) => void talk.older(pane),
  onPause(paused) {
    store.dispatch({ type: "pause", paused });
    watch();
  },
  onChartTable: () => {},
  onPicture: () => savePicture(store.state, views.charts.picture()),
  onExport: () => saveBars(store.state, views.charts.seenRange()),
  onDismiss: () => store.dispatch({ type: "notice", text: null }),
  onHover: mark,
});

/** What changes what is shown may change what is needed. @param {import("./state/reduce.js").Action} action */
function change(action) {
  store.dispatch(action);
  talk.ask();
}

function watch() {
  talk.setVisible(!document.hidden && !store.state.paused);
}

let noticeTimer = 0;
/** @param {string} text */
function warn(text) {
  store.dispatch({ type: "notice", text });
  clearTimeout(noticeTimer);
  noticeTimer = window.setTimeout(() => store.dispatch({ type: "notice", text: null }), NOTICE_MS);
}

createKeeper(store);
store.addEventListener("change", mark);
store.addEventListener("hole", (event) => talk.resync(/** @type {CustomEvent<string[]>} */ (event).detail));
system.addEventListener("change", mark);
wide.addEventListener("change", () => talk.ask());
document.addEventListener("visibilitychange", () => {
  watch();
  if (document.hidden) return;
  if (store.state.link.status === "live") talk.loadCloses();
  else talk.hurry();
});
window.addEventListener("online", () => talk.hurry());
setInterval(mark, CLOCK_MS);
mark();
watch();
talk.connect();
