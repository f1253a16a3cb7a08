/** The status page: figures with their last two minutes, and what was refused and why sessions ended. */

import { byId, setAttribute, setText } from "../../lib/dom.js";
import { byteText, countText } from "../../lib/number.js";
import { byLabel, lagText, quantile, rate, spanText, total } from "../../state/health.js";
import { createCounts, createFigure } from "./figure.js";

/** @typedef {import("../../state/health.js").Scrape} Scrape */
/** @typedef {import("../../state/health.js").FeedStatus} FeedStatus */

/** @param {number | null} value */
const each = (value) =>
  value === null ? "–" : `${countText(value < 10 ? Math.round(value * 10) / 10 : Math.round(value))}/s`;

/**
 * The figures in the order of the page: the title, and what a look and the one before say.
 *
 * @type {[string, (now: Scrape, before: Scrape | undefined) => [string, number | null, { note?: string, bad?: boolean }?]][]}
 */
const FIGURES = [
  [
    "Sessions",
    ({ samples }) => {
      const [websocket, events] = ["websocket", "events"].map(
        (transport) => samples.get(`sessions{transport="${transport}"}`) ?? 0,
      );
      return [countText(websocket + events), websocket + events, { note: `${websocket} WebSocket, ${events} events` }];
    },
  ],
  [
    "Below the full rate",
    ({ samples }) => {
      const [skipping, lowered] = ["skipping", "lowered"].map(
        (level) => samples.get(`sessions_by_throttle_level{level="${level}"}`) ?? 0,
      );
      return [
        countText(skipping + lowered),
        skipping + lowered,
        { note: `${skipping} skip flushes, ${lowered} lowered` },
      ];
    },
  ],
  [
    "Ticks in",
    (now, before) => {
      const ticks = rate(now, before, "ticks_total");
      return [each(ticks), ticks, { note: `${countText(total(now.samples, "ticks_late_total"))} late in this epoch` }];
    },
  ],
  [
    "Messages out",
    (now, before) => {
      const messages = rate(now, before, "messages_sent_total");
      return [
        each(messages),
        messages,
        { note: `${each(rate(now, before, "updates_encoded_total"))} updates encoded` },
      ];
    },
  ],
  [
    "Ticks merged",
    (now, before) => {
      const merged = rate(now, before, "ticks_merged_total");
      return [each(merged), merged, { note: "spared by conflation, over all rates" }];
    },
  ],
  [
    "Sent",
    (now, before) => {
      const bytes = rate(now, before, "message_bytes_sent_total");
      return [
        bytes === null ? "–" : `${byteText(bytes)}/s`,
        bytes,
        { note: `${byteText(total(now.samples, "message_bytes_sent_total"))} in all` },
      ];
    },
  ],
  [
    "Beat to socket, 99 of 100",
    (now, before) => {
      const [half, most] = [0.5, 0.99].map((share) => quantile(now, before, "delivery_lag_seconds", share));
      return [lagText(most), most, { note: `half of all within ${lagText(half)}`, bad: most !== null && most > 1 }];
    },
  ],
  [
    "Beat to encoded, 99 of 100",
    (now, before) => {
      const [half, most] = [0.5, 0.99].map((share) => quantile(now, before, "flush_lag_seconds", share));
      return [lagText(most), most, { note: `half of all within ${lagText(half)}`, bad: most !== null && most > 1 }];
    },
  ],
  [
    "CPU",
    (now, before) => {
      const cores = rate(now, before, "process_cpu_seconds_total");
      return [cores === null ? "–" : `${(cores * 100).toFixed(0)} %`, cores, { note: "of one core" }];
    },
  ],
  [
    "Memory",
    ({ samples }) => {
      const bytes = total(samples, "process_resident_memory_bytes");
      return [byteText(bytes), bytes, { note: "resident" }];
    },
  ],
  [
    "Open files",
    ({ samples }) => {
      const [open, most] = [total(samples, "process_open_fds"), total(samples, "process_max_fds")];
      return [
        countText(open),
        open,
        { note: `of ${countText(most)}; ${total(samples, "tasks")} tasks`, bad: open > 0.9 * most },
      ];
    },
  ],
  [
    "Errors",
    ({ samples }) => {
      const [errors, gaps, panics] = ["errors_total", "bus_gaps_total", "panics_total"].map((name) =>
        total(samples, name),
      );
      return [countText(errors), errors, { note: `${gaps} bus gaps, ${panics} faults; see the log`, bad: errors > 0 }];
    },
  ],
];

/** @param {number | null} micros */
const timeText = (micros) =>
  micros === null ? "no time yet" : `${new Date(micros / 1e3).toISOString().slice(0, 19).replace("T", " ")} UTC`;

export function createStatusPage() {
  const figures = FIGURES.map(([title, of]) => ({ figure: createFigure(title), of }));
  byId("figures").append(...figures.map(({ figure }) => figure.node));
  const feed = createCounts("Feed", "none");
  const refused = createCounts("Refused, by reason", "nothing");
  const ended = createCounts("Sessions that ended", "none");
  byId("tables").append(feed.node, refused.node, ended.node);
  /** @param {Scrape} look @param {string} name @param {string} label @returns {[string, string][]} */
  const counts = ({ samples }, name, label) =>
    byLabel(samples, name, label).map(([reason, count]) => [reason, countText(count)]);
  /** @param {string} text @param {"good" | "bad"} kind */
  const state = (text, kind) => {
    setText(byId("state"), text);
    setAttribute(byId("state"), "data-kind", kind);
  };
  return {
    /** @param {Scrape} now @param {Scrape | undefined} before @param {FeedStatus} status @param {number} seconds since 1970 */
    show(now, before, status, seconds) {
      state(status.fault ? "the feed has failed" : `up, ${status.state}`, status.fault ? "bad" : "good");
      const [version] = byLabel(now.samples, "build_info", "version")[0] ?? [""];
      setText(
        byId("about"),
        `version ${version}, up for ${spanText(seconds - total(now.samples, "process_start_time_seconds"))}`,
      );
      for (const { figure, of } of figures) figure.show(...of(now, before));
      const speed = typeof status.speed === "number" ? `${status.speed}x` : status.speed;
      feed.show([
        ["playing", status.name],
        ["state", status.fault ? `${status.state}: ${status.fault}` : status.state],
        ["speed", speed],
        ["market time", timeText(status.ts_market)],
        ["ticks of this epoch", countText(total(now.samples, "ticks_total"))],
        ["rows rejected", countText(total(now.samples, "rows_rejected"))],
      ]);
      refused.show(counts(now, "api_errors_total", "code"));
      ended.show(counts(now, "session_ends_total", "reason"));
    },
    lost: () => state("the server does not answer", "bad"),
  };
}
