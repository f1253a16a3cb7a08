/** Sockets of attackers: their addresses, their answers by status, and loops of a bounded rate. */

import { connect } from "node:net";

/** A server, and the token of its presenter. @typedef {{ port: number, token: string }} Target */

/** Answers and ends by attack and status, such as `odd_lines: 400`. @type {Map<string, Map<string, number>>} */
export const counts = new Map();

/** @param {string} attack @param {string} status @param {number} [more] */
export function count(attack, status, more = 1) {
  const of = counts.get(attack) ?? new Map();
  counts.set(attack, of.set(status, (of.get(status) ?? 0) + more));
}

/**
 * An address of the loopback network, the same for the same group and number.
 *
 * @param {number} group
 * @param {number} number
 */
export const loopback = (group, number) => `127.0.${group}.${2 + (number % 250)}`;

/** The headers of a WebSocket handshake. */
export const HANDSHAKE = {
  connection: "upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
};

/** The time after which an attacker that reads nothing comes again: the server has given it up before. */
const UNREAD_MS = 25_000;

/**
 * Connects from an address of the loopback network. The status of the answer, or an end without one, is counted.
 *
 * @param {Target} target @param {string} attack @param {string} from
 * @param {{ reads?: boolean }} [options] an attacker that does not read takes the first bytes only
 */
export function open({ port }, attack, from, { reads = true } = {}) {
  const socket = connect({ host: "127.0.0.1", port, localAddress: from });
  socket.on("error", () => {});
  let first = "";
  socket.on("data", (data) => {
    if (!reads) socket.pause();
    if (first.length >= 12) return;
    first += data.toString("latin1", 0, 12 - first.length);
    if (first.length >= 12) count(attack, /^HTTP\/1\.\d (\d{3})/.exec(first)?.[1] ?? "other");
  });
  socket.on("close", () => first.length < 12 && count(attack, "closed"));
  if (!reads) setTimeout(() => socket.destroy(), UNREAD_MS);
  return socket;
}

/**
 * A request without its last line.
 *
 * @param {Target} target
 * @param {string} line
 * @param {Record<string, string>} [headers]
 */
export function head({ port }, line, headers = {}) {
  const all = { host: `127.0.0.1:${port}`, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${line} HTTP/1.1\r\n${lines.join("")}`;
}

/** Does something `perSecond` times a second. @param {number} perSecond @param {(number: number) => void} attack */
export function at(perSecond, attack) {
  let number = 0;
  setInterval(() => attack(number++), 1e3 / perSecond);
}

/**
 * Keeps `connections` open: one that ends is opened again, at most `perSecond` of them in a second.
 *
 * @param {number} connections @param {number} perSecond @param {(number: number) => import("node:net").Socket} dial
 */
export function keep(connections, perSecond, dial) {
  const free = Array.from({ length: connections }, (_, number) => number);
  at(Math.min(perSecond, 100), () => {
    for (const number of free.splice(0, Math.ceil(perSecond / 100))) {
      dial(number).on("close", () => free.push(number));
    }
  });
}
