/**
 * Reads Server-Sent Events, and polls quotes and bars over HTTP, until SIGTERM:
 * `readers.mjs ADDRESS LISTENERS POLLERS`.
 */

import { Agent, get } from "node:http";

const [address, listeners, pollers] = process.argv.slice(2);
const [host, port] = address.split(":");
const counts = { listened: 0, bytes: 0, polled: 0, rejected: 0, failed: 0 };
const agent = new Agent({ keepAlive: true });
const PATHS = ["/api/v1/quotes", "/api/v1/bars?symbols=AAPL&interval=1m&limit=300", "/api/v1/symbols", "/healthz"];

/** Reconnects after a while, as an EventSource does. */
function listen() {
  counts.listened += 1;
  const request = get({ host, port, path: "/events?symbols=*&rate=1" }, (answer) => {
    answer.on("data", (data) => (counts.bytes += data.length));
    // After half a minute to three minutes, so that listeners come and go all the time.
    setTimeout(() => request.destroy(), 30_000 + Math.random() * 150_000);
  });
  request.on("error", () => {});
  request.on("close", () => setTimeout(listen, 1_000));
}

/** @param {number} n */
function poll(n) {
  const request = get({ host, port, path: PATHS[n % PATHS.length], agent }, (answer) => {
    counts.polled += 1;
    if (answer.statusCode !== 200) counts.rejected += 1;
    answer.resume();
  });
  request.on("error", () => (counts.failed += 1));
  setTimeout(poll, 3_000 + Math.random() * 4_000, n + 1);
}

for (let n = 0; n < Number(listeners); n += 1) setTimeout(listen, n * 20);
for (let n = 0; n < Number(pollers); n += 1) setTimeout(poll, n * 100, n);
process.on("SIGTERM", () => {
  console.log(JSON.stringify(counts));
  process.exit();
});
