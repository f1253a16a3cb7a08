/**
 * Does what `reader.py` does with `ws` of Node: `node reader.mjs ws URL REQUEST HANDLER SECONDS STALL`. The handler
 * blocks the event loop, as work does.
 */

import { createRequire } from "node:module";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { WebSocket } = require("ws");

const [, url, request, ...numbers] = process.argv.slice(2);
const [handler, seconds, stall] = numbers.map(Number);
const [WARM_UP, STALL_AT] = [5, 10];
const began = performance.now() / 1e3;
const now = () => performance.now() / 1e3 - began;
const cell = new Int32Array(new SharedArrayBuffer(4));
/** @type {{ largest: number, last: number, messages: number, first_after_stall: number | null, second_after_stall: number | null, closed: string | null }} */
const report = { largest: 0, last: 0, messages: 0, first_after_stall: null, second_after_stall: null, closed: null };
let newest = 0;
/** @type {number | null} */
let stalledUntil = null;

const socket = new WebSocket(url);
socket.on("open", () => socket.send(request));
socket.on("message", (data) => {
  const text = data.toString();
  if (text === "PING\r\n") socket.send("PONG\r\n");
  report.messages += 1;
  const sent = text.includes('"quotes"') ? [...text.matchAll(/"ts_sent":(\d+)/g)].at(-1) : undefined;
  if (sent) newest = Math.max(newest, Number(sent[1]));
  let pause = handler;
  if (stall > 0 && stalledUntil === null && now() > STALL_AT) {
    pause = stall;
    stalledUntil = now() + stall;
  }
  Atomics.wait(cell, 0, 0, pause * 1e3);
  if (newest > 0) {
    const age = Date.now() / 1e3 - newest / 1e6;
    report.last = age;
    if (now() > WARM_UP) report.largest = Math.max(report.largest, age);
    if (stalledUntil !== null && sent && now() > stalledUntil + 0.001) {
      if (report.first_after_stall === null) report.first_after_stall = age;
      else if (report.second_after_stall === null && now() > stalledUntil + 0.5) report.second_after_stall = age;
    }
  }
  if (now() >= seconds) end();
});
socket.on("close", (code, reason) => end(`closed: ${code} ${reason}`));
socket.on("error", (error) => end(error.message));

/** @param {string | null} [closed] */
function end(closed = null) {
  console.log(JSON.stringify({ ...report, closed }));
  process.exit();
}
