/** Fetches the metrics and the feed of the server, for the status page. */

/** @typedef {import("../types/http.js").Samples} Samples */
/** @typedef {import("../types/http.js").FeedStatus} FeedStatus */

/**
 * Parses the samples of an OpenMetrics text, by name with labels and without our prefix.
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
 * @returns {Promise<{ samples: Samples, feed: FeedStatus } | "unauthorized">}
 * @throws where the server gives no such answer
 */
export async function fetchStatus() {
  const [metrics, feed] = await Promise.all(["metrics", "api/v1/feed"].map((address) => fetch(address)));
  if (metrics.status === 401 || feed.status === 401) return "unauthorized";
  if (!metrics.ok || !feed.ok) throw new Error(`the server answers ${metrics.status} and ${feed.status}`);
  return { samples: parseMetrics(await metrics.text()), feed: await feed.json() };
}
