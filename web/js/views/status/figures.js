/** The figures of the status page: how each is computed from two scrapes. */

import { byteText, countText } from "../../lib/number.js";
import { lagText, quantile, rate, total } from "../../state/health.js";

/** @typedef {import("../../state/health.js").Scrape} Scrape */
/**
 * A text, the value of the line, and more.
 *
 * @typedef {[string, number | null, { note?: string, bad?: boolean }?]} Value
 */

/** @type {readonly { title: string, of: (now: Scrape, before: Scrape | undefined) => Value }[]} */
export const FIGURES = [
  { title: "Sessions", of: sessions },
  { title: "Below the full rate", of: throttled },
  { title: "Ticks in", of: ticks },
  { title: "Messages out", of: messages },
  { title: "Ticks merged", of: merged },
  { title: "Sent", of: sent },
  { title: "Flush to socket, 99 of 100", of: (now, before) => lag(now, before, "delivery_lag_seconds") },
  { title: "Flush to encoded, 99 of 100", of: (now, before) => lag(now, before, "flush_lag_seconds") },
  { title: "CPU", of: cpu },
  { title: "Memory", of: memory },
  { title: "Open files", of: openFiles },
  { title: "Errors", of: errors },
];

/** @param {Scrape} now @returns {Value} */
function sessions({ samples }) {
  const [websocket, events] = ["websocket", "events"].map(
    (transport) => samples.get(`sessions{transport="${transport}"}`) ?? 0,
  );
  return [countText(websocket + events), websocket + events, { note: `${websocket} WebSocket, ${events} events` }];
}

/** @param {Scrape} now @returns {Value} */
function throttled({ samples }) {
  const [skipping, lowered] = ["skipping", "lowered"].map(
    (level) => samples.get(`sessions_by_throttle_level{level="${level}"}`) ?? 0,
  );
  const note = `${skipping} skip flushes, ${lowered} lowered`;
  return [countText(skipping + lowered), skipping + lowered, { note }];
}

/** @param {Scrape} now @param {Scrape | undefined} before @returns {Value} */
function ticks(now, before) {
  const perSecond = rate(now, before, "ticks_total");
  const note = `${countText(total(now.samples, "ticks_late_total"))} late in this epoch`;
  return [rateText(perSecond), perSecond, { note }];
}

/** @param {Scrape} now @param {Scrape | undefined} before @returns {Value} */
function messages(now, before) {
  const perSecond = rate(now, before, "messages_sent_total");
  const note = `${rateText(rate(now, before, "updates_encoded_total"))} updates encoded`;
  return [rateText(perSecond), perSecond, { note }];
}

/** @param {Scrape} now @param {Scrape | undefined} before @returns {Value} */
function merged(now, before) {
  const perSecond = rate(now, before, "ticks_merged_total");
  return [rateText(perSecond), perSecond, { note: "saved by conflation, over all rates" }];
}

/** @param {Scrape} now @param {Scrape | undefined} before @returns {Value} */
function sent(now, before) {
  const bytes = rate(now, before, "message_bytes_sent_total");
  const note = `${byteText(total(now.samples, "message_bytes_sent_total"))} in all`;
  return [bytes === null ? "–" : `${byteText(bytes)}/s`, bytes, { note }];
}

/** @param {Scrape} now @param {Scrape | undefined} before @param {string} name @returns {Value} */
function lag(now, before, name) {
  const [half, most] = [0.5, 0.99].map((share) => quantile(now, before, name, share));
  return [lagText(most), most, { note: `half within ${lagText(half)}`, bad: most !== null && most > 1 }];
}

/** @param {Scrape} now @param {Scrape | undefined} before @returns {Value} */
function cpu(now, before) {
  const cores = rate(now, before, "process_cpu_seconds_total");
  return [cores === null ? "–" : `${(cores * 100).toFixed(0)} %`, cores, { note: "of one core" }];
}

/** @param {Scrape} now @returns {Value} */
function memory({ samples }) {
  const bytes = total(samples, "process_resident_memory_bytes");
  return [byteText(bytes), bytes, { note: "resident" }];
}

/** @param {Scrape} now @returns {Value} */
function openFiles({ samples }) {
  const [open, most] = [total(samples, "process_open_fds"), total(samples, "process_max_fds")];
  const note = `of ${countText(most)}, ${total(samples, "tasks")} tasks`;
  return [countText(open), open, { note, bad: open > 0.9 * most }];
}

/** @param {Scrape} now @returns {Value} */
function errors({ samples }) {
  const [count, gaps, panics] = ["errors_total", "bus_gaps_total", "panics_total"].map((name) => total(samples, name));
  return [countText(count), count, { note: `${gaps} bus gaps, ${panics} panics, see the log`, bad: count > 0 }];
}

/** @param {number | null} perSecond */
function rateText(perSecond) {
  if (perSecond === null) return "–";
  return `${countText(perSecond < 10 ? Math.round(perSecond * 10) / 10 : Math.round(perSecond))}/s`;
}
