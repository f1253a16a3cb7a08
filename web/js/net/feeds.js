/**
 * Asks the HTTP API for the feeds that the server can change to: their list, how files would be read, and the change.
 *
 * Not here: the pieces of an upload (`uploads.js`).
 */

/** @typedef {import("../types/http.js").Refusal} Refusal */
/** @typedef {import("../types/feeds.js").FeedList} FeedList */
/** @typedef {import("../types/feeds.js").InspectedFile} InspectedFile */
/** @typedef {import("../types/feeds.js").ReadingSettings} ReadingSettings */

/** An answer of the server that is an error. `received` is the right offset where that of a piece was wrong. */
export class ApiFault extends Error {
  /** @param {Refusal} refusal @param {number} status @param {number | null} received */
  constructor(refusal, status, received = null) {
    super(refusal.message);
    this.refusal = refusal;
    this.status = status;
    this.received = received;
  }
}

/**
 * Reads an answer as JSON.
 *
 * @param {Response} response
 * @returns {Promise<any>}
 * @throws {ApiFault} where the answer is an error
 */
export async function answerOf(response) {
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  const { code, message, remedy } = body?.error ?? {};
  const refusal =
    typeof message === "string" && typeof remedy === "string"
      ? { code, message, remedy }
      : {
          code: "not_tickcast",
          message: `the answer has the status ${response.status}, and is not one of this server`,
          remedy: response.status === 413 ? "a proxy on the way allows no bodies of this size" : "look at its log",
        };
  throw new ApiFault(refusal, response.status, typeof body?.received === "number" ? body.received : null);
}

/**
 * Returns the reason of a failure in words: that of the server, or that it could not be reached.
 *
 * @param {unknown} fault
 * @returns {Refusal}
 */
export function refusalOf(fault) {
  if (fault instanceof ApiFault) return fault.refusal;
  return { code: "not_reached", message: "the server cannot be reached", remedy: "check the network, and try again" };
}

/** @param {typeof fetch} request */
export function createFeedsApi(request) {
  /** @param {string} path @param {unknown} body @param {AbortSignal} [signal] */
  const post = async (path, body, signal) =>
    answerOf(
      await request(path, {
        method: "POST",
        headers: { accept: "application/json", "content-type": "application/json" },
        body: JSON.stringify(body),
        signal,
      }),
    );

  return {
    /** @returns {Promise<FeedList>} */
    list: async () => answerOf(await request("api/v1/feeds", { headers: { accept: "application/json" } })),

    /**
     * @param {readonly string[]} feeds
     * @param {ReadingSettings} settings
     * @param {AbortSignal} signal
     * @returns {Promise<InspectedFile[]>}
     */
    async inspect(feeds, settings, signal) {
      return (await post("api/v1/inspect", { feeds, settings }, signal)).files ?? [];
    },

    /**
     * Changes the feed for all. The answer comes when it plays.
     *
     * @param {readonly string[]} feeds
     * @param {ReadingSettings} settings
     */
    async load(feeds, settings) {
      await post("api/v1/feed", { command: "load", feeds, ...(Object.keys(settings).length > 0 && { settings }) });
    },

    /** @param {string} id of an upload */
    async remove(id) {
      await answerOf(await request(addressOf(id), { method: "DELETE", headers: { accept: "application/json" } }));
    },
  };
}

/** The address of an upload by its id. @param {string} id */
export const addressOf = (id) => `api/v1/${id.replace("upload/", "uploads/")}`;

/** @typedef {ReturnType<typeof createFeedsApi>} FeedsApi */
