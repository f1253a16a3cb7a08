/** Attacks over HTTP. Each is bounded: in connections, in requests a second, and to the loopback network. */

import { HANDSHAKE, at, head, keep, loopback, open } from "./sockets.mjs";

/** @typedef {import("./sockets.mjs").Target} Target */

const MANY_BARS = "/api/v1/bars?symbols=AAPL,MSFT,NVDA,AMZN,GOOGL,META,TSLA,AMD,NFLX,JPM&interval=1m&limit=5000";
const GZIPPED = [
  "/api/v1/symbols",
  "/api/v1/quotes",
  "/metrics",
  "/asyncapi.json",
  "/api/v1/bars?symbols=AAPL&interval=1m",
];
const STORMS = 5;
const STORM = JSON.stringify({ command: "scenario", name: "tick-storm", on: "AAPL", strength: 10, seconds: 15 });

/** @param {string} body @param {Record<string, string>} [headers] */
const json = (body, headers = {}) => ({
  "content-type": "application/json",
  "content-length": String(Buffer.byteLength(body)),
  ...headers,
});

/** Five tick storms on one symbol, again every ten seconds. @param {Target} target */
function storms(target) {
  const headers = json(STORM, { authorization: `Bearer ${target.token}`, connection: "close" });
  const stage = () => {
    for (let n = 0; n < STORMS; n += 1)
      open(target, "storms", loopback(1, 0)).write(`${head(target, "POST /api/v1/feed", headers)}\r\n${STORM}`);
  };
  stage();
  at(0.1, stage);
}

/** 768 connections that ask for many bars and read nothing. @param {Target} target */
function unreadBars(target) {
  keep(768, 400, () => {
    const socket = open(target, "unread_bars", loopback(2, 0), { reads: false });
    socket.write(`${head(target, `GET ${MANY_BARS}`)}\r\n`);
    return socket;
  });
}

/** Event streams of everything that nobody reads. @param {Target} target */
function unreadEvents(target) {
  keep(200, 100, (number) => {
    const socket = open(target, "unread_events", loopback(3, number % 2), { reads: false });
    socket.write(`${head(target, "GET /events?symbols=*&rate=every")}\r\n`);
    return socket;
  });
}

/**
 * Bodies that never come.
 *
 * @param {Target} target
 * @param {string} attack
 * @param {(number: number) => string} from
 * @param {number} connections
 */
function noBodies(target, attack, from, connections) {
  const headers = json("x".repeat(1_000), { authorization: `Bearer ${target.token}` });
  keep(connections, 100, (number) => {
    const socket = open(target, attack, from(number));
    socket.write(`${head(target, "POST /api/v1/feed", headers)}\r\n`);
    return socket;
  });
}

/**
 * Heads that never end, one byte a second.
 *
 * @param {Target} target
 * @param {string} attack
 * @param {(number: number) => string} from
 * @param {number} connections
 */
function slowHeads(target, attack, from, connections) {
  keep(connections, 100, (number) => {
    const socket = open(target, attack, from(number));
    socket.write(head(target, "GET /healthz"));
    const drip = setInterval(() => socket.write("x"), 1e3);
    return socket.on("close", () => clearInterval(drip));
  });
}

/** Lines that are no request, or hardly one. @param {Target} target */
function oddLines(target) {
  const { port } = target;
  const rubbish = Buffer.from(Array.from({ length: 512 }, (_, n) => (n * 167 + 13) % 256));
  const lines = [
    rubbish,
    "\r\n\r\n\r\n",
    "\0\0\0\0\r\n\r\n",
    "CONNECT example.org:443 HTTP/1.1\r\nhost: example.org\r\n\r\n",
    `OPTIONS * HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`,
    `GET http://127.0.0.1:${port}/healthz HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`,
    "GET http://example.org/ HTTP/1.1\r\nhost: example.org\r\n\r\n",
    "GET /healthz HTTP/1.1\r\n\r\n",
    "GET /healthz HTTP/9.9\r\nhost: 127.0.0.1\r\n\r\n",
    "GET /../../etc/passwd HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n",
    "GET /%00%ff%zz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n",
    `GET /${"a".repeat(20_000)} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`,
    `GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ${"y".repeat(200_000)}\r\n\r\n`,
    `GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n${Array.from({ length: 2_000 }, (_, n) => `x${n}: y\r\n`).join("")}\r\n`,
    "POST /api/v1/feed HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
  ];
  at(40, (number) => open(target, "odd_lines", loopback(4, number)).end(lines[number % lines.length]));
}

/** Wrong tokens to sign in, in headers, in cookies, and for the stream. @param {Target} target */
function wrongTokens(target) {
  at(40, (number) => {
    const token = `wrong-${number}-0123456789`;
    const body = JSON.stringify({ token });
    const requests = [
      `${head(target, "POST /api/v1/login", json(body))}\r\n${body}`,
      `${head(target, "POST /api/v1/feed", json(STORM, { authorization: `Bearer ${token}` }))}\r\n${STORM}`,
      `${head(target, "GET /api/v1/feed", { cookie: `tickcast=${token}` })}\r\n`,
      `${head(target, "GET /ws", { ...HANDSHAKE, authorization: `Bearer ${token}` })}\r\n`,
    ];
    const socket = open(target, "wrong_tokens", loopback(5, number));
    socket.write(requests[number % requests.length]);
    setTimeout(() => socket.destroy(), 1e3);
  });
}

/** Names that are not the server's. @param {Target} target */
function wrongHosts(target) {
  const hosts = ["example.org", "127.0.0.1.example.org", "localhost.example.org", "", "a b", "[::1", "x".repeat(5_000)];
  at(40, (number) => {
    const line = ["GET /", "GET /api/v1/feed", "POST /api/v1/feed", "GET /ws"][number % 4];
    const headers = { host: hosts[number % hosts.length], ...(number % 4 === 3 ? HANDSHAKE : {}) };
    open(target, "wrong_hosts", loopback(6, number)).end(`${head(target, line, headers)}\r\n`);
  });
}

/** Uploads without anything in them. @param {Target} target */
function emptyUploads(target) {
  const chunked = { "content-type": "application/json", "transfer-encoding": "chunked" };
  at(40, (number) => {
    const socket = open(target, "empty_uploads", loopback(7, number));
    const line = `POST /api/v1/${number % 4 < 2 ? "feed" : "login"}`;
    if (number % 2 === 0) socket.end(`${head(target, line, json(""))}\r\n`);
    else socket.end(`${head(target, line, chunked)}\r\n0\r\n\r\n`);
  });
}

/** Twenty answers at a time to compress. @param {Target} target */
function gzip(target) {
  at(4, (round) => {
    for (let number = 0; number < 20; number += 1) {
      const path = GZIPPED[(round + number) % GZIPPED.length];
      const headers = { "accept-encoding": "gzip", connection: "close" };
      open(target, "gzip", loopback(8, number)).write(`${head(target, `GET ${path}`, headers)}\r\n`);
    }
  });
}

/** @type {Record<string, (target: Target) => void>} */
export const HTTP_ATTACKS = {
  storms,
  unread_bars: unreadBars,
  unread_events: unreadEvents,
  no_bodies: (target) => noBodies(target, "no_bodies", (number) => loopback(9, number % 2), 200),
  slow_heads: (target) => slowHeads(target, "slow_heads", (number) => loopback(10, number % 2), 600),
  slow_heads_of_many: (target) => slowHeads(target, "slow_heads_of_many", (number) => loopback(11, number), 400),
  no_bodies_of_many: (target) => noBodies(target, "no_bodies_of_many", (number) => loopback(12, number), 100),
  odd_lines: oddLines,
  wrong_tokens: wrongTokens,
  wrong_hosts: wrongHosts,
  empty_uploads: emptyUploads,
  gzip,
};
