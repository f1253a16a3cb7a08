/**
 * Builds the parts of the page and connects them.
 *
 * Data flows one way: socket and clicks -> actions -> store -> one paint per animation frame.
 */

import { createBookmarks } from "./app/bookmarks.js";
import { requestPermission } from "./app/alertsignal.js";
import { commandOf, createCommands } from "./app/commands.js";
import { createConnection } from "./app/connection.js";
import { fetchEarly } from "./app/early.js";
import { createDrop } from "./app/drop.js";
import { createFeedData } from "./app/feeddata.js";
import { createKeeper, firstState } from "./app/keep.js";
import { saveBars, savePicture, saveTrades, saveWatchlist } from "./app/save.js";
import { createToasts } from "./app/toasts.js";
import { byId } from "./lib/dom.js";
import { createAfterPaint, createBudget, createFrame, createHold, createPace, createWait } from "./lib/frame.js";
import { createApi } from "./net/api.js";
import { TOO_MANY, withPriceAlert } from "./state/alerts.js";
import { recordingOf } from "./state/bookmarks.js";
import { pictureTitle } from "./state/exports.js";
import { intervalFault, isBarBehind } from "./state/select.js";
import { Store } from "./state/store.js";
import { commandFor, moves } from "./state/transport.js";
import { createViews } from "./views/shell/page.js";

/** The widths and heights at which panels have room. The style sheets have the same. */
const TRADES_FIT = "(min-width: 1280px)";
const BOOK_TOO_NARROW = "(min-width: 1024px) and (max-width: 1279px)";
const PAGE_SCROLLS = "(max-width: 1023px)";
const LARGE_BOOK_TOO_LOW = "(min-width: 1280px) and (max-height: 999px)";
/**
 * The pace of streaming numbers. They are painted up to ten times a second, and less often where painting would take
 * more than this share of the time, so that a slow machine does not fall behind.
 */
const STREAM = { share: 0.03, leastMs: 100, mostMs: 250 };
/**
 * After a standstill, prices older than `lateMs` are not painted for up to `mostMs`, while newer ones are on their way.
 */
const CATCH_UP = { lateMs: 1000, mostMs: 1000 };
/** The longest time for which a picture waits for the bar of a quote that has come. */
const BAR_MS = 50;
/** The interval of paints without other changes, for ages, rates and the countdown. */
const CLOCK_MS = 500;
const PREVIEW_MS = 2000;

const store = new Store(firstState());
const tradesFit = matchMedia(TRADES_FIT);
const bookTooNarrow = matchMedia(BOOK_TOO_NARROW);
const largeBookTooLow = matchMedia(LARGE_BOOK_TOO_LOW);
const pageScrolls = matchMedia(PAGE_SCROLLS);
const darkSystem = matchMedia("(prefers-color-scheme: dark)");
const look = () => {
  const { theme, colours, large } = store.state.settings;
  return `${theme === "auto" ? (darkSystem.matches ? "dark" : "light") : theme} ${colours} ${large}`;
};
const budget = createBudget(STREAM);
const afterPaint = createAfterPaint();
const holds = createHold(CATCH_UP);
const waits = createWait(BAR_MS);
const paint = createFrame(() => {
  connection.painted();
  const beganMs = performance.now();
  const { traffic } = store.state;
  const delayMs = traffic.delayUs === null ? null : traffic.delayUs / 1000;
  if (holds({ delayMs, messages: traffic.messages }, beganMs)) return;
  if (waits(isBarBehind(store.state), beganMs)) return paint();
  views.render(store.state, { nowMs: Date.now(), look: look() });
  afterPaint(() => budget.spend(performance.now() - beganMs));
});
const paintStream = createPace(paint, budget.restMs);
const toasts = createToasts(store);
const bookmarks = createBookmarks(store, { fragment: location.hash, warn: toasts.show });
const signIn = () => location.assign("enter");
const api = createApi(fetchEarly);
const feedData = createFeedData({ store, api, warn: toasts.show });
const connection = createConnection({
  store,
  api,
  warn: toasts.show,
  onFeed: feedData.loadDetails,
  hasRoom: () => tradesFit.matches,
  showsBook: () => !bookTooNarrow.matches && !(largeBookTooLow.matches && store.state.settings.large),
  onUnauthorized: signIn,
});

/** Changes what the page shows, and with it the subscriptions. @param {import("./state/reduce.js").Action} action */
function change(action) {
  store.dispatch(action);
  connection.subscribe();
}
/** @param {Partial<import("./state/settings.js").Settings>} settings */
const set = (settings) => change({ type: "set", settings });
/** @param {boolean} paused */
function pause(paused) {
  store.dispatch({ type: "pause", paused });
  watch();
}
const png = () =>
  views.withPanels(async ({ charts }) => savePicture(store.state, await charts.picture(pictureTitle(store.state))));
const tradesAsCsv = () => saveTrades(store.state);
const listAsCsv = () => saveWatchlist(store.state);
const csv = () => views.withPanels(({ charts }) => saveBars(store.state, charts.visibleRange()));
const openTable = () => views.withPanels(({ charts, table }) => table.open(store.state, charts.visibleRange()));

/** Opens a panel of the dock, and moves the focus there. @param {import("./state/settings.js").DockTab} tab */
function openPanel(tab) {
  set({ dockTab: tab, dockOpen: true });
  // Once it is shown: a hidden tab takes no focus.
  views.withPanels(({ dock }) => requestAnimationFrame(() => dock.focus(tab)));
}

/** @param {string} symbol @param {number} price @param {import("./state/alerts.js").Alert | null} alert */
function setAlert(symbol, price, alert) {
  const { settings, quotes } = store.state;
  const alerts = withPriceAlert(settings.alerts, { symbol, price, alert, last: quotes.get(symbol)?.last ?? null });
  if (alerts === null) return toasts.show(TOO_MANY);
  set({ alerts });
  requestPermission();
}

/** Bookmarks a market time, by default the present one, and opens its note. @param {number | null} [at] */
function mark(at = store.state.marketUs) {
  const { feed } = store.state;
  if (at === null || !recordingOf(feed))
    return toasts.show("Only a recording takes bookmarks: the market of now goes by.");
  const us = at - (feed?.time_shift_us ?? 0);
  if (bookmarks.has(us) || bookmarks.set(us, "")) views.withPanels(({ transport }) => transport.openBookmarks(us));
}

/** Why this page may not open files, or `null`. */
const openFault = () =>
  store.state.control ? null : "This page can only watch: sign in with the presenter's token to open files.";

/** @type {Promise<ReturnType<typeof import("./opening.js").createOpening>> | null} */
let opening = null;
/**
 * Runs `run` with the dialog for files, once it is loaded.
 *
 * @param {(dialog: Awaited<NonNullable<typeof opening>>) => void} run
 */
function openFiles(run) {
  const fault = openFault();
  if (fault !== null) return toasts.show(fault);
  opening ??= import("./opening.js").then(({ createOpening }) => createOpening({ store, warn: toasts.show }));
  opening.then(run, () => {
    opening = null;
    toasts.show("The dialog for files could not be loaded. Try again.");
  });
}

/** @param {import("./state/transport.js").Button} button */
function transport(button) {
  if (!store.state.control)
    return toasts.show("This page can only watch: the server does not let it control the feed.");
  const command = commandFor(store.state, button);
  if (command) connection.drive(command);
}

const commands = createCommands({
  store,
  set,
  choose(wanted) {
    const fault = wanted.interval ? intervalFault(store.state, wanted.interval) : null;
    if (fault) toasts.show(fault);
    else change({ type: "choose", ...wanted });
  },
  draw: (kind) => views.withPanels(({ charts }) => charts.place(kind)),
  transport,
  run: {
    pause: () => pause(!store.state.paused),
    palette: () => views.withPanels(({ palette }) => palette.open(store.state)),
    help: () =>
      views.withPanels(({ help }) => {
        help.open();
        paint();
      }),
    signIn,
    filter: () => byId("filter").focus(),
    mark: () => mark(),
    bookmarks: () => views.withPanels(({ transport }) => transport.openBookmarks(null)),
    place: () => views.withPanels(({ transport }) => transport.openPlace()),
    table: openTable,
    csv,
    png,
    trades: tradesAsCsv,
    list: listAsCsv,
    open: () => openFiles((opening) => opening.open()),
  },
});

const views = createViews(byId, commands, {
  onChoose(symbol) {
    change({ type: "choose", symbol });
    if (pageScrolls.matches) document.querySelector(".instrument-top")?.scrollIntoView();
  },
  onStep: (symbol) => change({ type: "choose", symbol }),
  onInterval: (interval) => change({ type: "choose", interval }),
  onCompare: (compare) => change({ type: "choose", compare }),
  onSet: set,
  onPanel: openPanel,
  onFilter: (text) => store.dispatch({ type: "filter", text }),
  onVisible: (part, symbols) => change({ type: "visible", part, symbols }),
  onActivate: (pane) => change({ type: "activate", pane }),
  onOlder: (pane) => void feedData.loadOlder(pane),
  onPause: pause,
  onCommand: connection.drive,
  onPlayFrom(us) {
    const { feed } = store.state;
    connection.drive({ command: "seek", time: Math.max(us, feed?.start ?? us) });
    if (feed && !moves(feed)) connection.drive({ command: "play" });
  },
  onMark: mark,
  onNote: bookmarks.set,
  onUnmark: bookmarks.remove,
  onTransport: transport,
  onAlert: setAlert,
  onDraw: (edit) => store.dispatch({ type: "draw", edit }),
  onNotify: requestPermission,
  onChartTable: openTable,
  onPicture: png,
  onExport: csv,
  onExportTrades: tradesAsCsv,
  onExportList: listAsCsv,
  onDismiss: toasts.dismiss,
  onHover: paint,
  onFault: toasts.show,
});

/**
 * Tells whether an action is part of a stream, of which more follows soon.
 *
 * @param {import("./state/reduce.js").Action} action
 */
function isStream(action) {
  if (action.type !== "message") return false;
  const { message } = action;
  if (message.type === "update" || message.type === "heartbeat") return true;
  return (message.type === "bars" || message.type === "trades" || message.type === "depth") && !message.snapshot;
}

function watch() {
  connection.setVisible(!document.hidden && !store.state.paused, !store.state.paused);
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const target = event.target instanceof Element ? event.target : null;
  // The focus may still be in a dialog that has just closed. Its keys are for the page.
  const isClosed = target?.closest("dialog:not([open])") != null;
  const field = target?.closest("input:not([type=checkbox], [type=radio], [type=range]), select, textarea, dialog");
  const typing = !isClosed && field != null;
  if (event.defaultPrevented) return;
  const command = commandOf(commands, event, { typing, single: store.state.settings.shortcuts });
  if (!command) return;
  event.preventDefault();
  command.run();
}

createKeeper(store);
createDrop({ onFiles: (files) => openFiles((dialog) => dialog.send(files)), fault: openFault });
let { firedAlerts } = store.state;
store.addEventListener("change", (event) => {
  if (isStream(/** @type {CustomEvent} */ (event).detail)) paintStream();
  else paint();
  // An alert that has fired needs no quotes.
  if (store.state.firedAlerts !== firedAlerts) connection.subscribe();
  ({ firedAlerts } = store.state);
});
store.addEventListener("change", bookmarks.follow);
store.addEventListener("lost", (event) => connection.resync(/** @type {CustomEvent<string[]>} */ (event).detail));
darkSystem.addEventListener("change", paint);
for (const query of [tradesFit, bookTooNarrow, largeBookTooLow]) query.addEventListener("change", connection.subscribe);
document.addEventListener("visibilitychange", () => {
  watch();
  if (document.hidden) return;
  if (store.state.link.status === "live") connection.loadCloses();
  else connection.retryNow();
});
document.addEventListener("keydown", onKey);
window.addEventListener("online", () => connection.retryNow());
setInterval(paint, CLOCK_MS);
setInterval(() => void feedData.loadPreview(), PREVIEW_MS);
paint();
watch();
connection.connect();
