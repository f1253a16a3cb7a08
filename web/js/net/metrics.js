/** Asks the server for what it counts. */

/** @typedef {import("../types/http.js").Samples} Samples */
/** @typedef {import("../types/http.js").FeedStatus} FeedStatus */

/**
 * The samples of an OpenMetrics text, by name with labels; the names without our prefix.
 *
 * @param {string} text
 * @returns {Samples}
 */
export function parseMetrics(text) {
  /** @type {Samples} */
  const samples = new Map();
  for (const line of text.split("\n")) {
    const space = line.lastIndexOf(" ");
    const value = Number(line.slice(space + 1));
    if (line.startsWith("tickcast_") && space > 0 && !Number.isNaN(value))
      samples.set(line.slice("tickcast_".length, space), value);
  }
  return samples;
}

/**
 * @returns {Promise<{ samples: Samples, feed: FeedStatus } | "stranger">}
 * @throws when the server does not answer, or not with that
 */
export async function askServer() {
  const [metrics, feed] = await Promise.all(["/metrics", "/api/v1/feed"].map((address) => fetch(address)));
  if (metrics.status === 401 || feed.status === 401) return "stranger";
  if (!metrics.ok || !feed.ok) throw new Error(`the server answers ${metrics.status} and ${feed.status}`);
  return { samples: parseMetrics(await metrics.text()), feed: await feed.json() };
}
