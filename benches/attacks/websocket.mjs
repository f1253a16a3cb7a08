/** Attacks over WebSockets, written frame by frame. Each is bounded as those over HTTP. */

import { HANDSHAKE, at, head, keep, loopback, open } from "./sockets.mjs";

/** @typedef {import("./sockets.mjs").Target} Target */
/** @typedef {import("node:net").Socket} Socket */

const TEXT = 0x81;
const PING = 0x89;
const INTERVALS = ["1s", "5s", "15s", "1m", "5m", "15m", "1h", "1d"];
/** Everything that a session can subscribe to, as often as it can be. */
const EVERYTHING = [
  { channel: "quotes", symbols: ["*"], rate: "every" },
  { channel: "trades", symbols: ["*"], rate: "every", history: 50 },
  { channel: "depth", symbols: ["*"], rate: "every" },
  { channel: "news", history: 50 },
  ...INTERVALS.map((interval) => ({ channel: "bars", symbols: ["*"], interval, history: 20, rate: "every" })),
].map((request) => ({ type: "subscribe", ...request }));

/**
 * A frame with a mask of zeros, which leaves the payload as it is.
 *
 * @param {number} first
 * @param {string | Buffer} payload
 */
function frame(first, payload) {
  const body = Buffer.from(payload);
  const length = [];
  if (body.length < 126) length.push(0x80 | body.length);
  else if (body.length < 65_536) length.push(0x80 | 126, body.length >> 8, body.length & 255);
  else length.push(0x80 | 127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((shift) => (body.length >> shift) & 255));
  return Buffer.concat([Buffer.from([first, ...length, 0, 0, 0, 0]), body]);
}

/** @param {object} message */
const text = (message) => frame(TEXT, JSON.stringify(message));

/**
 * Opens a session.
 *
 * @param {Target} target
 * @param {string} attack
 * @param {string} from
 * @param {{ reads?: boolean }} [options]
 */
function session(target, attack, from, options) {
  const socket = open(target, attack, from, options);
  socket.write(`${head(target, "GET /ws", HANDSHAKE)}\r\n`);
  return socket;
}

/**
 * Sends again and again until the session ends.
 *
 * @param {Socket} socket
 * @param {number} perSecond
 * @param {() => Buffer} make
 */
function repeat(socket, perSecond, make) {
  const timer = setInterval(() => socket.writableLength < 1e6 && socket.write(make()), 1e3 / perSecond);
  return socket.on("close", () => clearInterval(timer));
}

/** Sessions that subscribe to everything and read nothing. @param {Target} target */
function unreadSessions(target) {
  keep(100, 20, (number) => {
    const socket = session(target, "unread_sessions", loopback(20, number % 2), { reads: false });
    socket.write(Buffer.concat(EVERYTHING.map(text)));
    return socket;
  });
}

/** Sessions that subscribe, and leave at once. @param {Target} target */
function reconnects(target) {
  at(40, (number) => {
    const socket = session(target, "reconnects", loopback(21, number));
    socket.write(text(EVERYTHING[0]));
    setTimeout(() => (number % 2 === 0 ? socket.destroy() : socket.resetAndDestroy()), 200);
  });
}

/** Messages of a megabyte. @param {Target} target */
function hugeMessages(target) {
  const huge = frame(TEXT, " ".repeat(1 << 20));
  at(4, (number) => session(target, "huge_messages", loopback(22, number)).write(huge));
}

/** Thousands of subscriptions, over and over. @param {Target} target */
function subscriptions(target) {
  keep(20, 4, (number) => {
    const socket = session(target, "subscriptions", loopback(23, number));
    let sent = 0;
    return repeat(socket, 40, () =>
      text({ ...EVERYTHING[sent++ % EVERYTHING.length], rate: 1 + (sent % 20), id: sent }),
    );
  });
}

/** Frames that are none. @param {Target} target */
function rubbishFrames(target) {
  const rubbish = [
    Buffer.from(Array.from({ length: 300 }, (_, n) => (n * 151 + 7) % 256)),
    frame(0xff, "reserved bits"),
    frame(0x83, "unknown opcode"),
    frame(TEXT, Buffer.from([0xc3, 0x28])),
    frame(TEXT, '{"type":'),
    Buffer.from([TEXT, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    Buffer.from([TEXT, 0x03, 0x61, 0x62, 0x63]),
  ];
  at(20, (number) => {
    const socket = session(target, "rubbish_frames", loopback(24, number));
    socket.write(rubbish[number % rubbish.length]);
    setTimeout(() => socket.destroy(), 1e3);
  });
}

/** Pings, a hundred at a time. @param {Target} target */
function pings(target) {
  const many = Buffer.concat(Array.from({ length: 100 }, () => frame(PING, "x".repeat(100))));
  keep(10, 10, (number) => repeat(session(target, "pings", loopback(25, number)), 10, () => many));
}

/** @type {Record<string, (target: Target) => void>} */
export const WEBSOCKET_ATTACKS = {
  unread_sessions: unreadSessions,
  reconnects,
  huge_messages: hugeMessages,
  subscriptions,
  rubbish_frames: rubbishFrames,
  pings,
};
