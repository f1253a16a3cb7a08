/**
 * Builds the parts of the page and connects them; nothing else runs at load.
 *
 * One way round: socket and clicks -> actions -> store -> one picture per animation frame.
 */

import { createFrame } from "./lib/frame.js";
import { byId } from "./lib/dom.js";
import { keep, recall } from "./lib/storage.js";
import { createApi } from "./net/api.js";
import { createBinary, SUBPROTOCOL } from "./net/binary.js";
import { createCatalogue } from "./net/catalogue.js";
import { createDriver } from "./net/feed.js";
import { createSession } from "./net/session.js";
import { createSocket } from "./net/socket.js";
import { decode, encode, PROTOCOL } from "./net/wire.js";
import { isTheme, readAddress, writeAddress } from "./state/address.js";
import { initialState } from "./state/model.js";
import { defaultInterval, hasTape } from "./state/select.js";
import { sinceBars, sinceQuotes, sinceTrades } from "./state/since.js";
import { Store } from "./state/store.js";
import { createViews } from "./views/page.js";
import { createTransport } from "./views/transport.js";

const THEME_KEY = "tickcast.theme";
const TAPE_KEY = "tickcast.tape";
/** Where the tape has a place beside the chart; the style sheet says the same. */
const WIDE = "(min-width: 1280px)";
const NOTICE_MS = 8000;
/** How often the ages, the rates and the countdown are shown anew when nothing else happens. */
const CLOCK_MS = 500;

const address = readAddress(location.search);
const kept = recall(THEME_KEY);
const store = new Store(initialState({
  choice: address.choice,
  theme: address.theme ?? (isTheme(kept) ? kept : "auto"),
  tapeOpen: recall(TAPE_KEY) === "open",
}));

const wide = matchMedia(WIDE);
const system = matchMedia("(prefers-color-scheme: dark)");
const look = () => (store.state.theme === "auto" ? (system.matches ? "dark" : "light") : store.state.theme);
const mark = createFrame(() => {
  views.render(store.state, { nowMs: Date.now(), look: look() });
  transport.render(store.state);
});
const views = createViews(byId, {
  onChoose: (symbol) => choose({ symbol }),
  onInterval: (interval) => choose({ interval }),
  onTheme(theme) {
    store.dispatch({ type: "theme", theme });
    keep(THEME_KEY, theme);
    keepAddress();
  },
  onTape(open) {
    store.dispatch({ type: "tape", open });
    keep(TAPE_KEY, open ? "open" : "closed");
    choose({});
  },
  onDismiss: () => store.dispatch({ type: "notice", text: null }),
  onHover: mark,
});
const driver = createDriver((message) => socket.send(encode(message)));
const transport = createTransport(byId("transport"), { onCommand: (command) => driver.drive(command) });

const catalogue = createCatalogue({
  api: createApi((path, options) => fetch(path, options)),
  wait: (ms) => new Promise((done) => void setTimeout(done, ms)),
  onFault: (fault) => warn(`The instruments could not be fetched (${fault.message}). Trying again.`),
  onSymbols(list) {
    binary.learn(list);
    store.dispatch({ type: "symbols", epoch: list.epoch, symbols: list.symbols });
    settleChoice();
    loadCloses();
  },
  onCloses: ({ epoch, series }, interval) => store.dispatch({ type: "closes", epoch, series, interval }),
});

const session = createSession((message) => socket.send(encode(message)), {
  quotes: () => sinceQuotes(store.state),
  bars: () => sinceBars(store.state),
  trades: () => sinceTrades(store.state),
});
const binary = createBinary({ onLost: (symbols) => session.resync(symbols) });
const socket = createSocket({
  open,
  clock: { now: Date.now, after: (ms, run) => setTimeout(run, ms), cancel: (timer) => clearTimeout(timer) },
  onFrame: hear,
  onLink(link) {
    if (link.retryAt !== null) {
      session.closed();
      driver.closed();
      catalogue.drop();
    }
    store.dispatch({ type: "link", link });
  },
});

function open() {
  binary.reset();
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`, address.binary ? [SUBPROTOCOL] : []);
  socket.binaryType = "arraybuffer";
  return socket;
}

/** @param {unknown} frame */
function hear(frame) {
  const message = decode(frame) ?? binary.decode(frame);
  if (!message) return;
  store.dispatch({ type: "message", message, nowMs: Date.now() });
  if (message.type === "hello") greet(message);
  if (message.type === "stopping") socket.expectStop(message.reconnect_after_ms);
  if (message.type === "driven" || message.type === "error") driver.answered(message);
  if (message.type === "error") warn(message.remedy ? `${message.message}: ${message.remedy}` : message.message);
  if (message.type !== "feed") return;
  if (message.epoch !== store.state.listEpoch) void catalogue.loadSymbols();
  else {
    settleChoice();
    loadCloses();
  }
}

/**
 * Asks only now, because the hello says how much the server reads.
 *
 * @param {import("./net/wire.js").Hello} hello
 */
function greet({ protocol, limits }) {
  if (protocol !== PROTOCOL) warn(`The server speaks ${protocol}. Reload the page.`);
  session.opened(limits);
}

/** Makes the choice one that the feed has, and asks for its bars. */
function settleChoice() {
  const { choice, instruments } = store.state;
  const [first] = instruments.keys();
  if (choice.symbol !== null && instruments.size > 0 && !instruments.has(choice.symbol)) {
    warn(`This feed has no symbol "${choice.symbol}". ${first} is shown instead.`);
    store.dispatch({ type: "choose", symbol: first });
  }
  choose({ symbol: store.state.choice.symbol ?? first, interval: choice.interval ?? defaultInterval(instruments) });
}

/** @param {{ symbol?: string, interval?: import("./lib/time.js").Interval }} wanted */
function choose(wanted) {
  store.dispatch({ type: "choose", ...wanted });
  const { symbol, interval } = store.state.choice;
  if (symbol === null || interval === null) return;
  keepAddress();
  if (store.state.listEpoch === null || store.state.listEpoch !== store.state.epoch) return;
  const tape = hasTape(store.state) && (wide.matches || store.state.tapeOpen);
  if (!tape && !store.state.tape.loading) store.dispatch({ type: "tapeLeft" });
  session.choose({ symbol, interval, tape });
}

/** A hidden page asks for nothing: what it lacks is fetched when it is seen again. */
function loadCloses() {
  if (document.hidden) return;
  const { instruments } = store.state;
  void catalogue.loadCloses([...instruments.keys()], defaultInterval(instruments));
}

function keepAddress() {
  history.replaceState(null, "", `${location.pathname}${writeAddress(store.state, address.binary)}`);
}

let noticeTimer = 0;
/** @param {string} text */
function warn(text) {
  store.dispatch({ type: "notice", text });
  clearTimeout(noticeTimer);
  noticeTimer = window.setTimeout(() => store.dispatch({ type: "notice", text: null }), NOTICE_MS);
}

store.addEventListener("change", mark);
store.addEventListener("hole", (event) => session.resync(/** @type {CustomEvent<string[]>} */ (event).detail));
system.addEventListener("change", mark);
wide.addEventListener("change", () => choose({}));
document.addEventListener("visibilitychange", () => {
  session.setVisible(!document.hidden);
  if (document.hidden) return;
  if (store.state.link.status === "live") loadCloses();
  else socket.hurry();
});
window.addEventListener("online", () => socket.hurry());
setInterval(mark, CLOCK_MS);
mark();
session.setVisible(!document.hidden);
socket.connect();
