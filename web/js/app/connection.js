/** Connects the store with the server: one socket, its subscriptions, and the messages that come back. */

import { createClock } from "../net/clock.js";
import { SUBPROTOCOL } from "../net/binary/decoder.js";
import { createDriver } from "../net/driver.js";
import { createLoader } from "../net/loader.js";
import { createRemote } from "../net/remote.js";
import { createSession } from "../net/session.js";
import { createSocket, LOST_AFTER } from "../net/socket.js";
import { encode, PROTOCOL } from "../net/wire.js";
import { estimate } from "../state/clock.js";
import { defaultInterval, hasTrades, isOtherFeed } from "../state/select.js";
import { sinceBars, sinceDepth, sinceNews, sinceQuotes, sinceTrades, sinceWatched } from "../state/since.js";
import { subscriptionsOf } from "../state/subscriptions.js";
import { earlyWorker, isEarly, replayMessages } from "./early.js";

/** @typedef {import("../state/store.js").Store} Store */

/** The delay before the details of a feed are fetched, so that the first price comes first. */
const DETAILS_MS = 250;
/** The reason where the server would take this page, and yet no WebSocket opens. */
const NO_UPGRADE = {
  code: "no_upgrade",
  message: "the server takes this page, but no WebSocket to it opens",
  remedy: "a proxy on the way has to pass on the headers `Upgrade` and `Connection`; docs/deploy has files for some",
};
/** The longest time for which a batch of updates counts as not taken while the page paints nothing. */
const TAKEN_MS = 500;
/** The least time between two changes of subscriptions, as scrolling changes them many times a second. */
const SUBSCRIBE_MS = 120;

const ADDRESS = new URL("ws", location.href.replace("http", "ws")).href;

/**
 * @param {object} options
 * @param {Store} options.store
 * @param {import("../net/api.js").Api} options.api
 * @param {(text: string) => void} options.warn
 * @param {(feed: import("../types/protocol.js").Feed) => void} options.onFeed called some time after a feed message
 * @param {() => boolean} options.hasRoom the layout has room for time and sales
 * @param {() => boolean} options.showsBook the layout has room for the order book
 * @param {() => void} options.onUnauthorized the server needs a token that this page does not have
 */
export function createConnection({ store, api, warn, onFeed, hasRoom, showsBook, onUnauthorized }) {
  const loader = createLoader({
    api,
    wait: (ms) => new Promise((done) => void setTimeout(done, ms)),
    onFault: (fault) => warn(`The instruments could not be loaded (${fault.message}). Trying again.`),
    onSymbols(list) {
      // A list that was requested before a new epoch began.
      if (list.epoch < (store.state.epoch ?? 0)) return void loader.loadSymbols();
      remote.setSymbols(list);
      session.listed(new Set(list.symbols.map(({ symbol }) => symbol)));
      store.dispatch({ type: "symbols", epoch: list.epoch, symbols: list.symbols });
      settleChoice();
      loadCloses();
    },
    onCloses: ({ epoch, series }, interval) => store.dispatch({ type: "closes", epoch, series, interval }),
  });
  const session = createSession((message) => socket.send(encode(message)), {
    quotes: (symbols) => sinceQuotes(store.state, symbols),
    bars: (symbol, key) => sinceBars(store.state, symbol, key),
    watched: (symbols) => sinceWatched(store.state, symbols),
    trades: () => sinceTrades(store.state),
    depth: () => sinceDepth(store.state),
    news: () => sinceNews(store.state),
  });
  const now = () => ({ nowMs: Date.now(), steadyMs: performance.now() });
  const clock = createClock({
    send: (message) => socket.send(encode(message)),
    now,
    isKnown: () => estimate(store.state.clock, now()) !== null,
  });
  const driver = createDriver((message) => socket.send(encode(message)));
  const remote = createRemote(earlyWorker(), 1);
  /** The first connection is open already. */
  let isFirst = true;
  /** A batch was received that is not painted yet, and its timer. */
  let taking = 0;
  const socket = createSocket({
    open,
    clock: { now: Date.now, after: (ms, run) => setTimeout(run, ms), cancel: (timer) => clearTimeout(timer) },
    onFrame: receive,
    onLink(link) {
      const wasLive = ["live", "stopping"].includes(store.state.link.status);
      store.dispatch({ type: "link", link });
      if (link.retryAt === null) return;
      closed();
      // All pages of a server lose it at once, and it has taken them: they must not all ask it at once.
      if (!wasLive) void explain();
    },
  });

  function open() {
    const { format } = store.state.settings;
    const isOpen = isFirst && isEarly(format === "binary");
    const opened = isOpen ? remote.attach() : remote.open(ADDRESS, format === "binary" ? [SUBPROTOCOL] : []);
    if (isFirst) replayMessages();
    isFirst = false;
    clearTimeout(taking);
    taking = 0;
    store.dispatch({ type: "message", message: { type: "format", format }, nowMs: Date.now() });
    return opened;
  }

  function closed() {
    session.closed();
    clock.closed();
    driver.closed();
    loader.drop();
  }

  /** Finds out why there is no connection. A server that is not there gives no reason. */
  async function explain() {
    const { attempt } = store.state.link;
    const answer = await api.askRefusal().catch(() => null);
    // Meanwhile there was another attempt.
    if (store.state.link.attempt !== attempt || store.state.link.status === "live") return;
    if (answer !== null && answer !== "admitted" && answer.code === "token_needed") return onUnauthorized();
    const refusal = answer === "admitted" ? (attempt >= LOST_AFTER ? NO_UPGRADE : null) : answer;
    store.dispatch({ type: "refused", refusal });
  }

  /** @param {import("../net/remote.js").Batch} batch */
  function receive({ entries, lost, urgent, receivedMs }) {
    const waitedMs = performance.timeOrigin + performance.now() - receivedMs;
    for (const entry of entries) handle(entry, waitedMs);
    if (lost.length > 0) session.resync(lost);
    if (urgent) return;
    // Updates are taken when they are painted. Nothing else waits for a picture, and a hidden page has none.
    if (document.hidden || !entries.some(({ message }) => message.type === "update")) return remote.taken();
    taking = window.setTimeout(taken, TAKEN_MS);
  }

  /** Takes the next batch if the last one was painted. */
  function taken() {
    if (taking === 0) return;
    clearTimeout(taking);
    taking = 0;
    remote.taken();
  }

  /** @param {import("../net/conflater.js").Entry} entry @param {number} waitedMs since the newest message came */
  function handle({ message, bytes, messages, updates }, waitedMs) {
    const trip = message.type === "time" ? clock.answered(message, waitedMs) : null;
    const { feed } = store.state;
    store.dispatch({ type: "message", message, bytes, messages, updates, trip, ...now() });
    clock.tick();
    if (message.type === "hello") begin(message);
    if (message.type === "feed") takeFeed(message, feed);
    if (message.type === "stopping") socket.expectStop(message.reconnect_after_ms);
    if (message.type === "driven" || message.type === "error") driver.answered(message);
    if (message.type === "error") warn(message.remedy ? `${message.message}: ${message.remedy}` : message.message);
  }

  /**
   * Begins the session once the limits of the server are known.
   *
   * @param {import("../types/protocol.js").Hello} hello
   */
  function begin({ protocol, limits }) {
    if (protocol !== PROTOCOL) warn(`The server speaks ${protocol}. Reload the page.`);
    session.opened(limits);
    clock.opened();
  }

  /** @param {import("../types/protocol.js").Feed} feed @param {import("../types/protocol.js").Feed | null} before */
  function takeFeed(feed, before) {
    if (isOtherFeed(before, feed)) warn(`Now plays: ${feed.name}.`);
    setTimeout(() => onFeed(feed), DETAILS_MS);
    if (feed.epoch !== store.state.listEpoch) return void loader.loadSymbols();
    settleChoice();
    loadCloses();
  }

  const firstInterval = () => defaultInterval(store.state.instruments, store.state.feed, store.state.server.bars);
  /** The interval that was given to panes without one, and the feed that it suits. */
  let given = { name: "", interval: /** @type {import("../lib/time.js").Interval | null} */ (null) };
  let isSettled = false;

  /** Replaces chosen symbols and intervals that the feed does not have. A change of the feed has its own message. */
  function settleChoice() {
    const { panes, instruments, active, feed } = store.state;
    const [first] = instruments.keys();
    // The feed tells which interval to begin with.
    if (first === undefined || !feed) return;
    const known = given.interval;
    const isOther = feed.name !== given.name;
    const begins = firstInterval();
    given = { name: feed.name, interval: begins };
    panes.forEach((pane, at) => {
      store.dispatch({ type: "activate", pane: at });
      if (pane.symbol !== null && !instruments.has(pane.symbol)) {
        if (!isSettled) warn(`This feed has no symbol "${pane.symbol}". ${first} is shown instead.`);
        store.dispatch({ type: "choose", symbol: first });
      }
      const { symbol, interval, compare } = store.state.panes[at];
      store.dispatch({
        type: "choose",
        symbol: symbol ?? first,
        interval: interval === null || (isOther && interval === known) ? begins : interval,
        compare: compare.filter((one) => instruments.has(one)),
      });
    });
    store.dispatch({ type: "activate", pane: active });
    isSettled = true;
    subscribe();
  }

  let subscribedMs = -Infinity;
  let timer = 0;
  /** Subscribes to what the page needs, at once or after the rest of the least time. */
  function subscribe() {
    if (timer) return;
    const rest = subscribedMs + SUBSCRIBE_MS - performance.now();
    if (rest > 0) timer = window.setTimeout(subscribeNow, rest);
    else subscribeNow();
  }

  function subscribeNow() {
    timer = 0;
    const { state } = store;
    if (state.listEpoch === null || state.listEpoch !== state.epoch) return;
    // The first rows must not wait: they follow the first list.
    subscribedMs = state.visible.rows.length > 0 ? performance.now() : -Infinity;
    const trades = hasTrades(state) && (hasRoom() || state.settings.tradesOpen);
    if (!trades && !state.trades.loading) store.dispatch({ type: "tradesHidden" });
    const wanted = subscriptionsOf(state, { trades, depth: showsBook() });
    store.dispatch({ type: "subscribed", symbols: wanted.quotes.size });
    session.setSubscriptions(wanted);
    const { format } = state.settings;
    if (format !== state.format && state.link.status === "live") session.setFormat(format);
  }

  /** Loads the closes of the sparklines. A hidden page loads them when it is visible again. */
  function loadCloses() {
    if (document.hidden) return;
    const { instruments } = store.state;
    void loader.loadCloses([...instruments.keys()], firstInterval());
  }

  return {
    connect: () => socket.connect(),
    /** Tells that a picture was made, or skipped, with all that was received. */
    painted: taken,
    retryNow: () => socket.retryNow(),
    subscribe,
    loadCloses,
    drive: driver.drive,
    /** @param {readonly string[]} symbols */
    resync: (symbols) => session.resync(symbols),
    /** @param {boolean} visible @param {boolean} ringing */
    setVisible: (visible, ringing) => session.setVisible(visible, ringing),
  };
}
