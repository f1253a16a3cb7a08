/** The script of the status page: scrapes the server every two seconds while the page is visible. */

import { setAttribute } from "./lib/dom.js";
import { recall } from "./lib/storage.js";
import { fetchStatus } from "./net/metrics.js";
import { readSettings } from "./state/settings.js";
import { createStatusPage } from "./views/status/page.js";

const INTERVAL_MS = 2_000;
const page = createStatusPage();
/** @type {import("./state/health.js").Scrape | undefined} */
let before;

async function scrape() {
  const answer = await fetchStatus();
  if (answer === "unauthorized") return location.replace("enter");
  const now = { at: performance.now() / 1e3, samples: answer.samples };
  page.show(now, before, answer.feed, Date.now() / 1e3);
  before = now;
}

async function watch() {
  if (!document.hidden) await scrape().catch(page.lost);
  setTimeout(watch, INTERVAL_MS);
}

// The theme is that of the market page.
const { theme } = readSettings(recall("tickcast.settings"));
setAttribute(document.documentElement, "data-theme", theme === "auto" ? null : theme);
void watch();
