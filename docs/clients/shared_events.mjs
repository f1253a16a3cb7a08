/**
 * Shares one stream of Server-Sent Events among all tabs of a browser.
 *
 *     import { watchShared } from "./shared_events.mjs";
 *     const stop = watchShared({ url: "/events?symbols=AAPL,BTC-USD&rate=2", onUpdate: console.log });
 *
 * Over HTTP/1.1 a browser has at most six connections to one host, for all tabs together. With one stream in each tab,
 * the seventh tab waits for ever, and so does each other request to this host. So one tab has the connection, and it
 * passes the messages on to the others. When it is closed, another one takes over.
 */

const SILENCE_MS = 6000; // The server sends a message each second, so a longer silence means a dead connection.
const BASE_MS = 500;
const CAP_MS = 10_000;

/**
 * Calls `onUpdate` with each new quote in each tab that uses the same `url`. Returns a function that stops this tab.
 */
export function watchShared({ url, onUpdate, onNote = console.warn }) {
  const name = `tickcast ${new URL(url, location.href)}`;
  const channel = new BroadcastChannel(name);
  const stopping = new AbortController();
  let feed = null; // the newest message of this type
  let known = new Map(); // the newest quote of each symbol
  let isLeader = false;

  channel.onmessage = ({ data }) => {
    if (data.message) receive(data.message);
    else if (isLeader && feed) {
      // A tab has joined, and gets the state as the server would send it. The others know it already.
      channel.postMessage({ message: feed });
      channel.postMessage({ message: { type: "snapshot", epoch: feed.epoch, quotes: [...known.values()] } });
    }
  };

  function receive(message) {
    if (message.type === "feed") {
      if (message.epoch !== feed?.epoch) known = new Map(); // Snapshots follow.
      feed = message;
    } else if (["snapshot", "update"].includes(message.type) && message.epoch === feed?.epoch) {
      for (const quote of message.quotes) {
        if (quote.seq <= (known.get(quote.symbol)?.seq ?? 0)) continue; // Already known.
        known.set(quote.symbol, quote);
        onUpdate(quote);
      }
    }
  }

  /** Keeps the connection until this tab is stopped or closed. */
  function lead() {
    isLeader = true;
    let attempt = 0;
    let timer = null;
    let events = null;

    function connect() {
      events = new EventSource(url);
      events.onmessage = ({ data }) => {
        attempt = 0;
        watchSilence();
        const message = JSON.parse(data);
        channel.postMessage({ message });
        receive(message);
      };
      events.onerror = () => {
        // The browser reconnects by itself, after the time that the server told it, but not after a status such as 503.
        if (events.readyState === EventSource.CLOSED) reconnect("the server refuses the stream");
        else watchSilence();
      };
      watchSilence();
    }

    function watchSilence() {
      clearTimeout(timer);
      timer = setTimeout(() => reconnect("silence"), SILENCE_MS);
    }

    function reconnect(why) {
      onNote(`connection lost (${why}), reconnecting`);
      events.close();
      clearTimeout(timer);
      // Random, so that not all clients reconnect at once.
      timer = setTimeout(connect, Math.random() * Math.min(CAP_MS, BASE_MS * 2 ** attempt));
      attempt = Math.min(attempt + 1, 10);
    }

    connect();
    return new Promise((done) =>
      stopping.signal.addEventListener("abort", () => {
        clearTimeout(timer);
        events.close();
        done();
      }),
    );
  }

  if (navigator.locks) {
    // One tab has the lock. The browser gives it to the next one when that tab is closed or has crashed.
    navigator.locks.request(name, { signal: stopping.signal }, lead).catch(() => {}); // Stopped while it waited.
    channel.postMessage({ join: true });
  } else {
    onNote("this tab has a connection of its own: tabs can share one over HTTPS and on localhost only");
    void lead();
  }

  return () => {
    stopping.abort();
    channel.close();
  };
}
