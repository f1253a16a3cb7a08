/** The conversation with the server: one socket, what is asked over it, and what comes back into the store. */

import { createApi } from "../net/api.js";
import { createBinary, SUBPROTOCOL } from "../net/binary.js";
import { createCatalogue } from "../net/catalogue.js";
import { createDriver } from "../net/feed.js";
import { createSession } from "../net/session.js";
import { createSocket } from "../net/socket.js";
import { decode, encode, PROTOCOL } from "../net/wire.js";
import { demand } from "../state/demand.js";
import { seriesKey } from "../state/model.js";
import { previewOf } from "../state/preview.js";
import { defaultInterval, hasTape } from "../state/select.js";
import { sinceBars, sinceDepth, sinceNews, sinceQuotes, sinceTrades } from "../state/since.js";
import { ask as askFirst, takeSocket } from "./first.js";

/** @typedef {import("../state/store.js").Store} Store */

const LEARN_MS = 250;
/** What is on the screen may change many times while it is scrolled: the server is told at most this often. */
const ASK_MS = 120;

/**
 * @param {object} given
 * @param {Store} given.store
 * @param {(text: string) => void} given.warn
 * @param {() => boolean} given.hasRoom whether the tape has a place without being opened
 * @param {() => boolean} given.showsBook whether the levels of a book have a place
 * @param {() => void} given.onStranger the server lets in who has its token, and the page has none
 */
export function createConversation({ store, warn, hasRoom, showsBook, onStranger }) {
  const api = createApi(askFirst);
  const catalogue = createCatalogue({
    api,
    wait: (ms) => new Promise((done) => void setTimeout(done, ms)),
    onFault: (fault) => warn(`The instruments could not be fetched (${fault.message}). Trying again.`),
    onSymbols(list) {
      // Asked for before the feed began anew.
      if (list.epoch < (store.state.epoch ?? 0)) return void catalogue.loadSymbols();
      binary.learn(list);
      store.dispatch({ type: "symbols", epoch: list.epoch, symbols: list.symbols });
      settle();
      loadCloses();
    },
    onCloses: ({ epoch, series }, interval) => store.dispatch({ type: "closes", epoch, series, interval }),
  });
  const session = createSession((message) => socket.send(encode(message)), {
    quotes: (symbols) => sinceQuotes(store.state, symbols),
    bars: (symbol, key) => sinceBars(store.state, symbol, key),
    trades: () => sinceTrades(store.state),
    depth: () => sinceDepth(store.state),
    news: () => sinceNews(store.state),
  });
  const driver = createDriver((message) => socket.send(encode(message)));
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
        // Why a socket was refused is told to nobody but this way.
        api.role().then(
          (role) => role === "stranger" && onStranger(),
          () => {},
        );
      }
      store.dispatch({ type: "link", link });
    },
  });

  function open() {
    binary.reset();
    const inBinary = store.state.settings.format === "binary";
    const opened =
      takeSocket(inBinary) ??
      new WebSocket(
        `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`,
        inBinary ? [SUBPROTOCOL] : [],
      );
    opened.binaryType = "arraybuffer";
    store.dispatch({
      type: "message",
      message: { type: "format", format: store.state.settings.format },
      nowMs: Date.now(),
    });
    return opened;
  }

  /** @param {unknown} frame */
  function hear(frame) {
    const message = decode(frame) ?? binary.decode(frame);
    if (!message) return;
    const bytes = typeof frame === "string" ? frame.length : /** @type {ArrayBuffer} */ (frame).byteLength;
    store.dispatch({ type: "message", message, bytes, nowMs: Date.now() });
    if (message.type === "hello") greet(message);
    if (message.type === "stopping") socket.expectStop(message.reconnect_after_ms);
    if (message.type === "driven" || message.type === "error") driver.answered(message);
    if (message.type === "error") warn(message.remedy ? `${message.message}: ${message.remedy}` : message.message);
    if (message.type !== "feed") return;
    // The first price comes before what is only told beside it.
    setTimeout(() => void learn(message), LEARN_MS);
    if (message.epoch !== store.state.listEpoch) void catalogue.loadSymbols();
    else {
      settle();
      loadCloses();
    }
  }

  /**
   * Asks only now, because the hello says how much the server reads.
   *
   * @param {import("../types/protocol.js").Hello} hello
   */
  function greet({ protocol, limits }) {
    if (protocol !== PROTOCOL) warn(`The server speaks ${protocol}. Reload the page.`);
    session.opened(limits);
  }

  /** Makes the choice one that the feed has. */
  function settle() {
    const { panes, instruments } = store.state;
    const [first] = instruments.keys();
    if (first === undefined) return;
    const active = store.state.active;
    panes.forEach((pane, at) => {
      store.dispatch({ type: "activate", pane: at });
      if (pane.symbol !== null && !instruments.has(pane.symbol)) {
        warn(`This feed has no symbol "${pane.symbol}". ${first} is shown instead.`);
        store.dispatch({ type: "choose", symbol: first });
      }
      const { symbol, interval, compare } = store.state.panes[at];
      store.dispatch({
        type: "choose",
        symbol: symbol ?? first,
        interval: interval ?? defaultInterval(instruments),
        compare: compare.filter((one) => instruments.has(one)),
      });
    });
    store.dispatch({ type: "activate", pane: active });
    ask();
  }

  let stagesOf = -1;
  let refusedSeen = 0;
  /**
   * Fetches what is told of a feed by HTTP alone: what can be staged, and which rows cannot be played.
   *
   * @param {import("../types/protocol.js").Feed} feed
   */
  async function learn({ epoch, source, rows_rejected }) {
    try {
      if (source === "simulation" && stagesOf !== epoch) {
        stagesOf = epoch;
        const { scenarios, groups, max_strength, max_seconds } = await api.scenarios();
        store.dispatch({
          type: "catalogue",
          catalogue: { scenarios, maxStrength: max_strength, maxSeconds: max_seconds },
          groups,
        });
      }
      if (rows_rejected !== refusedSeen) {
        refusedSeen = rows_rejected;
        store.dispatch({ type: "refused", rows: rows_rejected > 0 ? await api.rejected() : [] });
      }
    } catch (fault) {
      stagesOf = -1;
      refusedSeen = -1;
      warn(`What the feed has to tell could not be fetched: ${/** @type {Error} */ (fault).message}.`);
    }
  }

  /** What the picture behind the timeline was last asked for, and through which time the answer went. */
  let pictured = { key: "", marketUs: NaN, through: NaN, isNews: true };

  let askedMs = -Infinity;
  let asking = 0;
  /** Says what the page needs now, or soon where that was said a moment ago. */
  function ask() {
    if (asking) return;
    const rest = askedMs + ASK_MS - performance.now();
    if (rest > 0) asking = window.setTimeout(tell, rest);
    else tell();
  }

  function tell() {
    asking = 0;
    const { state } = store;
    if (state.listEpoch === null || state.listEpoch !== state.epoch) return;
    // The first rows come right after the first list, and are waited for.
    askedMs = state.seen.rows.length > 0 ? performance.now() : -Infinity;
    const tape = hasTape(state) && (hasRoom() || state.settings.tapeOpen);
    if (!tape && !state.tape.loading) store.dispatch({ type: "tapeLeft" });
    const wanted = demand(state, { tape, depth: showsBook() });
    store.dispatch({ type: "asked", symbols: wanted.quotes.size });
    session.want(wanted);
    if (state.settings.format !== state.format && state.link.status === "live") session.speak(state.settings.format);
  }

  /** A page that nobody looks at asks for nothing: what it lacks is fetched when it is seen again. */
  function loadCloses() {
    if (document.hidden) return;
    const { instruments } = store.state;
    void catalogue.loadCloses([...instruments.keys()], defaultInterval(instruments));
  }

  return {
    connect: () => socket.connect(),
    hurry: () => socket.hurry(),
    ask,
    loadCloses,
    drive: driver.drive,
    /** @param {readonly string[]} symbols */
    resync: (symbols) => session.resync(symbols),
    /** @param {boolean} seen */
    setVisible: (seen) => session.setVisible(seen),

    /** Fetches what the server knows of the whole tape, for the picture behind the timeline, until that is all of it. */
    async preview() {
      const { feed, epoch, marketUs, server } = store.state;
      const wanted = previewOf(store.state);
      if (!wanted || document.hidden) return;
      const before = pictured.key === wanted.key ? pictured : { marketUs: NaN, through: NaN, isNews: true };
      const isWhole = before.through >= (feed?.end ?? Infinity);
      if (isWhole || (!before.isNews && marketUs === before.marketUs)) return;
      try {
        const { through, bars, epoch: of } = await api.preview(wanted.symbol, wanted.interval, server.bars);
        if (of !== store.state.epoch || of !== epoch) return;
        pictured = { key: wanted.key, marketUs: marketUs ?? NaN, through, isNews: through !== before.through };
        store.dispatch({ type: "preview", key: wanted.key, bars });
      } catch {
        // The timeline works without its picture, and the next turn tries again.
      }
    },

    /** Fetches all bars that the server keeps before those of a pane. @param {number} at */
    async older(at) {
      const { panes, series, server, epoch } = store.state;
      const { symbol, interval } = panes[at] ?? {};
      if (!symbol || !interval) return;
      const key = seriesKey(symbol, interval);
      const known = series.get(key);
      if (!known || known.loading || known.older !== "unknown") return;
      store.dispatch({ type: "older", key, epoch, bars: null });
      try {
        const answer = await api.bars([symbol], interval, server.bars);
        store.dispatch({ type: "older", key, epoch: answer.epoch, bars: answer.series[0]?.bars ?? [] });
      } catch (fault) {
        store.dispatch({ type: "older", key, epoch, bars: [] });
        warn(`Older bars could not be fetched: ${/** @type {Error} */ (fault).message}.`);
      }
    },
  };
}
