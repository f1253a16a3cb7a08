/**
 * Builds the parts of the page and connects them; nothing else runs at load.
 *
 * One way round: socket and clicks -> actions -> store -> one picture per animation frame.
 */

import { askToNotify, ring } from "./app/bell.js";
import { commandOf, createCommands } from "./app/commands.js";
import { createConversation } from "./app/conversation.js";
import { beginning, createKeeper } from "./app/keep.js";
import { saveBars, savePicture } from "./app/save.js";
import { byId } from "./lib/dom.js";
import { createAfterPaint, createBudget, createFrame, createHold, createPace } from "./lib/frame.js";
import { alertText } from "./state/alerts.js";
import { concerns, toneOf } from "./state/happenings.js";
import { Store } from "./state/store.js";
import { delayUs } from "./state/traffic.js";
import { commandFor } from "./state/transport.js";
import { createViews } from "./views/shell/page.js";

/** Where the tape has a place beside the chart; the style sheet says the same. */
const WIDE = "(min-width: 1280px)";
/** Where there is no room for the levels of a book, and where there is none if all is large; the style sheet says the same. */
const NARROW = "(min-width: 1024px) and (max-width: 1279px)";
const LOW = "(min-width: 1280px) and (max-height: 999px)";
const NOTICE_MS = 8000;
/**
 * Painting is what a page costs. Numbers that stream are painted up to ten times a second, as more cannot be read, and less often where
 * that would take more than this share of the time: a slow machine paints the newest numbers a little later instead of falling behind.
 */
const STREAM = { share: 0.03, leastMs: 100, mostMs: 250 };
/** After a standstill prices up to so old are shown; while older ones come, what stood before it stands on, for so long at most. */
const CATCH_UP = { lateMs: 1000, mostMs: 1000 };
/** How often the ages, the rates and the countdown are shown anew when nothing else happens. */
const CLOCK_MS = 500;
/** How often the picture behind the timeline grows. */
const PREVIEW_MS = 2000;

const store = new Store(beginning());
const wide = matchMedia(WIDE);
const narrow = matchMedia(NARROW);
const low = matchMedia(LOW);
const system = matchMedia("(prefers-color-scheme: dark)");
const look = () => {
  const { theme, colours, large } = store.state.settings;
  return `${theme === "auto" ? (system.matches ? "dark" : "light") : theme} ${colours} ${large}`;
};
const budget = createBudget(STREAM);
const afterPaint = createAfterPaint();
const holds = createHold(CATCH_UP);
const mark = createFrame(() => {
  const beganMs = performance.now();
  const { traffic } = store.state;
  if (holds({ delayMs: (delayUs(traffic) ?? 0) / 1000, messages: traffic.messages }, beganMs)) return;
  views.render(store.state, { nowMs: Date.now(), look: look() });
  afterPaint(() => budget.spend(performance.now() - beganMs));
});
const markStream = createPace(mark, budget.restMs);
const enter = () => location.assign("/enter");
const talk = createConversation({
  store,
  warn,
  hasRoom: () => wide.matches,
  showsBook: () => !narrow.matches && !(low.matches && store.state.settings.large),
  onStranger: enter,
});

/** What changes what is shown may change what is needed. @param {import("./state/reduce.js").Action} action */
function change(action) {
  store.dispatch(action);
  talk.ask();
}
/** @param {Partial<import("./state/settings.js").Settings>} settings */
const set = (settings) => change({ type: "set", settings });
/** @param {boolean} paused */
function pause(paused) {
  store.dispatch({ type: "pause", paused });
  watch();
}
const png = () => views.withPanels(({ charts }) => savePicture(store.state, charts.picture()));
const csv = () => views.withPanels(({ charts }) => saveBars(store.state, charts.seenRange()));
const openTable = () => views.withPanels(({ charts, table }) => table.open(store.state, charts.seenRange()));

/** @param {import("./state/transport.js").Button} button */
function deck(button) {
  if (!store.state.control) return warn("This page only watches: the server does not let it drive the feed.");
  const command = commandFor(store.state, button);
  if (command) talk.drive(command);
}

const commands = createCommands({
  store,
  set,
  choose: (wanted) => change({ type: "choose", ...wanted }),
  deck,
  run: {
    pause: () => pause(!store.state.paused),
    palette: () => views.withPanels(({ palette }) => palette.open(store.state)),
    help: () =>
      views.withPanels(({ help }) => {
        help.open();
        mark();
      }),
    enter,
    filter: () => byId("filter").focus(),
    table: openTable,
    csv,
    png,
  },
});

const views = createViews(byId, commands, {
  onChoose: (symbol) => change({ type: "choose", symbol }),
  onInterval: (interval) => change({ type: "choose", interval }),
  onCompare: (compare) => change({ type: "choose", compare }),
  onSet: set,
  onFilter: (text) => store.dispatch({ type: "filter", text }),
  onSeen: (part, symbols) => change({ type: "seen", part, symbols }),
  onActivate: (pane) => change({ type: "activate", pane }),
  onOlder: (pane) => void talk.older(pane),
  onPause: pause,
  onCommand: talk.drive,
  onDeck: deck,
  onNotify: askToNotify,
  onChartTable: openTable,
  onPicture: png,
  onExport: csv,
  onDismiss: () => store.dispatch({ type: "notice", text: null }),
  onHover: mark,
  onFault: warn,
});

/** Whether more of the same kind follows in a moment; all else is painted at once. @param {import("./state/reduce.js").Action} action */
function isStream(action) {
  if (action.type !== "message") return false;
  const { message } = action;
  return (
    message.type === "update" ||
    message.type === "heartbeat" ||
    ((message.type === "bars" || message.type === "trades" || message.type === "depth") && !message.snapshot)
  );
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

let { rung } = store.state;
function hearAlerts() {
  const { state } = store;
  const { settings } = state;
  if (state.rung === rung) return;
  const known = rung.length > 0 ? state.rung.indexOf(rung[0]) : state.rung.length;
  const news = known < 0 ? state.rung : state.rung.slice(0, known);
  rung = state.rung;
  talk.ask();
  for (const { alert } of news.toReversed()) {
    warn(`Alert: ${alertText(alert)}.`);
    ring(alertText(alert), settings);
  }
}

/** Says the newest headline about what the charts show; those that were there before the page are not news. @param {import("./state/reduce.js").Action} action */
function hearNews(action) {
  if (action.type !== "message" || action.message.type !== "news" || action.message.snapshot) return;
  const { state } = store;
  const told = action.message.stories.findLast(({ on }) =>
    state.panes.some(({ symbol }) => symbol !== null && concerns(state, on, symbol)),
  );
  if (told && state.settings.newsNotices && !state.paused)
    warn(`${toneOf(told).word === "neutral" ? "News" : `News, ${toneOf(told).word}`}: ${told.headline}.`);
}

createKeeper(store);
store.addEventListener("change", (event) =>
  isStream(/** @type {CustomEvent} */ (event).detail) ? markStream() : mark(),
);
store.addEventListener("change", hearAlerts);
store.addEventListener("change", (event) => hearNews(/** @type {CustomEvent} */ (event).detail));
store.addEventListener("hole", (event) => talk.resync(/** @type {CustomEvent<string[]>} */ (event).detail));
system.addEventListener("change", mark);
wide.addEventListener("change", () => talk.ask());
narrow.addEventListener("change", () => talk.ask());
low.addEventListener("change", () => talk.ask());
document.addEventListener("visibilitychange", () => {
  watch();
  if (document.hidden) return;
  if (store.state.link.status === "live") talk.loadCloses();
  else talk.hurry();
});
document.addEventListener("keydown", (event) => {
  const at = event.target instanceof Element ? event.target : null;
  // A dialog that was closed a moment ago may still have the focus: a key in it is for the page again.
  const left = at?.closest("dialog:not([open])") != null;
  const typing =
    !left && at?.closest("input:not([type=checkbox], [type=radio], [type=range]), select, textarea, dialog") != null;
  const command = event.defaultPrevented
    ? undefined
    : commandOf(commands, event, { typing, single: store.state.settings.shortcuts });
  if (!command) return;
  event.preventDefault();
  command.run();
});
window.addEventListener("online", () => talk.hurry());
setInterval(mark, CLOCK_MS);
setInterval(() => void talk.preview(), PREVIEW_MS);
mark();
watch();
talk.connect();
