/**
 * The market of a peer: 40 symbols, as JSON of the size of tickcast's, at some rates.
 *
 *     node peer.mjs ws PORT RATES        a server by `ws` of Node; `/5` has 5 messages a second
 *     node peer.mjs nats PORT RATES      publishes `rate.5` and so on to nats-server, which listens on this port
 */

import { createRequire } from "node:module";
import { connect } from "node:net";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { WebSocketServer } = require("ws");

const [kind, port, rates] = process.argv.slice(2);
const QUOTE =
  '{"symbol":"AAPL00","first_seq":11,"seq":14,"ts_event":1795341600190000,"last":227.33,"bid":227.32,"ask":227.34,' +
  '"open":226.00,"high":228.10,"low":225.90,"volume":1203500,"vwap":227.0313,"change":-1.03}';
const QUOTES = Array(40).fill(QUOTE).join(",");
const message = () => `{"type":"update","epoch":1,"ts_sent":${Date.now() * 1e3},"quotes":[${QUOTES}]}`;
const each = (/** @type {(rate: string) => void} */ run) =>
  rates.split(",").forEach((rate) => setInterval(() => run(rate), 1e3 / (Number(rate) || 100)));

if (kind === "ws") {
  const server = new WebSocketServer({ port: Number(port), host: "127.0.0.1" });
  /** @type {Map<unknown, string>} */
  const wants = new Map();
  server.on("connection", (/** @type {any} */ socket, /** @type {any} */ request) => {
    wants.set(socket, request.url.slice(1));
    socket.on("close", () => wants.delete(socket));
    socket.on("error", () => {});
  });
  each((rate) => {
    const text = message();
    server.clients.forEach((/** @type {any} */ socket) => wants.get(socket) === rate && socket.send(text));
  });
} else {
  const socket = connect(Number(port), "127.0.0.1", () => socket.write('CONNECT {"verbose":false}\r\n'));
  socket.on("data", (data) => String(data).includes("PING") && socket.write("PONG\r\n"));
  each((rate) => {
    const text = message();
    socket.write(`PUB rate.${rate} ${Buffer.byteLength(text)}\r\n${text}\r\n`);
  });
}
console.log("ready");
