/** The status page: figures with their last two minutes, the feed, rejected requests, and ended sessions. */

import { byId, setAttribute, setText } from "../../lib/dom.js";
import { countText } from "../../lib/number.js";
import { byLabel, spanText, total } from "../../state/health.js";
import { createCounts, createFigure } from "./figure.js";
import { FIGURES } from "./figures.js";

/** @typedef {import("../../state/health.js").Scrape} Scrape */
/** @typedef {import("../../types/http.js").FeedStatus} FeedStatus */

export function createStatusPage() {
  const figures = FIGURES.map(({ title, of }) => ({ figure: createFigure(title), of }));
  byId("figures").append(...figures.map(({ figure }) => figure.node));
  const feed = createCounts("Feed", "none");
  const rejected = createCounts("Rejected requests, by code", "none");
  const ended = createCounts("Ended sessions, by reason", "none");
  byId("tables").append(feed.node, rejected.node, ended.node);

  /** @param {string} text @param {"good" | "bad"} kind */
  function showState(text, kind) {
    setText(byId("state"), text);
    setAttribute(byId("state"), "data-kind", kind);
  }

  return {
    /**
     * @param {Scrape} now
     * @param {Scrape | undefined} before
     * @param {FeedStatus} status
     * @param {number} seconds since 1970
     */
    show(now, before, status, seconds) {
      showState(status.fault ? "the feed has failed" : `up, ${status.state}`, status.fault ? "bad" : "good");
      const [version] = byLabel(now.samples, "build_info", "version")[0] ?? [""];
      const uptime = spanText(seconds - total(now.samples, "process_start_time_seconds"));
      setText(byId("about"), `version ${version}, up for ${uptime}`);
      for (const { figure, of } of figures) figure.show(...of(now, before));
      feed.show(feedRows(now, status));
      rejected.show(countsBy(now, "api_errors_total", "code"));
      ended.show(countsBy(now, "session_ends_total", "reason"));
    },
    lost: () => showState("the server does not answer", "bad"),
  };
}

/** @param {Scrape} now @param {FeedStatus} status @returns {[string, string][]} */
function feedRows({ samples }, { name, state, fault, speed, ts_market }) {
  return [
    ["playing", name],
    ["state", fault ? `${state}: ${fault}` : state],
    ["speed", typeof speed === "number" ? `${speed}x` : speed],
    ["market time", timeText(ts_market)],
    ["ticks in this epoch", countText(total(samples, "ticks_total"))],
    ["rejected rows", countText(total(samples, "rows_rejected"))],
  ];
}

/** @param {Scrape} now @param {string} name @param {string} label @returns {[string, string][]} */
const countsBy = ({ samples }, name, label) =>
  byLabel(samples, name, label).map(([value, count]) => [value, countText(count)]);

/** @param {number | null} us */
const timeText = (us) =>
  us === null ? "no time yet" : `${new Date(us / 1e3).toISOString().slice(0, 19).replace("T", " ")} UTC`;
