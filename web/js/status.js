/** The status page: asks every two seconds, while somebody can see it. */

import { setAttribute } from "./lib/dom.js";
import { recall } from "./lib/storage.js";
import { fetchStatus } from "./net/metrics.js";
import { readSettings } from "./state/settings.js";
import { createStatusPage } from "./views/status/page.js";

const EVERY_MS = 2_000;
const page = createStatusPage();
/** @type {import("./state/health.js").Scrape | undefined} */
let before;

async function look() {
  const asked = await fetchStatus();
  if (asked === "unauthorized") return location.replace("/enter");
  const now = { at: performance.now() / 1e3, samples: asked.samples };
  page.show(now, before, asked.feed, Date.now() / 1e3);
  before = now;
}

async function watch() {
  if (!document.hidden) await look().catch(page.lost);
  setTimeout(watch, EVERY_MS);
}

// As the market's page has it.
const { theme } = readSettings(recall("tickcast.settings"));
setAttribute(document.documentElement, "data-theme", theme === "auto" ? null : theme);
void watch();
