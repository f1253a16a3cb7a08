/** What the dialog for files shows: the feeds, the uploads, the chosen ones, and how they would be read. Pure. */

import { byteText, countText, decimalText } from "../lib/number.js";

/** @typedef {import("../types/http.js").Refusal} Refusal */
/** @typedef {import("../types/feeds.js").ListedFeed} ListedFeed */
/** @typedef {import("../types/feeds.js").FeedList} FeedList */
/** @typedef {import("../types/feeds.js").SentFile} SentFile */
/** @typedef {import("../types/feeds.js").InspectedFile} InspectedFile */
/** @typedef {import("../types/feeds.js").ReadingSettings} ReadingSettings */
/**
 * `opening`: the server opens the chosen feeds. `refused` are files that were not sent.
 *
 * @typedef {object} Opening
 * @property {FeedList | null} list
 * @property {Refusal | null} fault of the list
 * @property {readonly SentFile[]} sent
 * @property {readonly Refusal[]} refused
 * @property {readonly string[]} chosen ids
 * @property {string} filter
 * @property {ReadingSettings} settings
 * @property {{ isRunning: boolean, files: readonly InspectedFile[], of: readonly string[], fault: Refusal | null }}
 *   inspection
 * @property {boolean} opening
 * @property {Refusal | null} failure why the chosen feeds do not play
 */

/** @type {Opening} */
export const NOTHING_OPEN = {
  list: null,
  fault: null,
  sent: [],
  refused: [],
  chosen: [],
  filter: "",
  settings: {},
  inspection: { isRunning: false, files: [], of: [], fault: null },
  opening: false,
  failure: null,
};

/** The number of files from which a list has a filter. */
export const MANY_FILES = 8;

/** Tells whether a feed plays alone. @param {Pick<ListedFeed, "kind">} feed */
export const playsAlone = ({ kind }) => kind === "simulation" || kind === "replay";

/**
 * Chooses a feed or leaves it out. Files are played together, others alone.
 *
 * @param {Opening} opening
 * @param {string} id
 * @param {boolean} isChosen
 * @returns {readonly string[]}
 */
export function chosenWith({ list, chosen }, id, isChosen) {
  const feeds = list?.feeds ?? [];
  const feed = feeds.find((one) => one.id === id);
  if (!isChosen) return chosen.filter((one) => one !== id);
  if (!feed || playsAlone(feed)) return [id];
  const files = chosen.filter((one) => one !== id && feeds.some((other) => other.id === one && !playsAlone(other)));
  return [...files, id];
}

/**
 * Returns the chosen files that can be inspected. A feed of the start and the simulation have nothing to set.
 *
 * @param {Opening} opening
 */
export function chosenFiles({ list, chosen }) {
  const feeds = list?.feeds ?? [];
  return chosen.flatMap((id) => feeds.find((feed) => feed.id === id && !playsAlone(feed)) ?? []);
}

/**
 * Returns the files of the library whose names have all words of the filter.
 *
 * @param {Opening} opening
 */
export function libraryFiles({ list, filter }) {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const files = (list?.feeds ?? []).filter(({ kind }) => kind === "library");
  return {
    all: files.length,
    shown: files.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word))),
  };
}

/**
 * Returns the uploads: those that this page sends, and the others of the server.
 *
 * @param {Opening} opening
 * @returns {{ feed: ListedFeed | null, file: SentFile | null }[]}
 */
export function uploadsOf({ list, sent }) {
  const feeds = (list?.feeds ?? []).filter(({ kind }) => kind === "upload");
  const own = sent.map((file) => ({ file, feed: feeds.find(({ id }) => id === file.id) ?? null }));
  const others = feeds.filter(({ id }) => !sent.some((file) => file.id === id));
  return [...others.map((feed) => ({ feed, file: null })), ...own];
}

/**
 * Names what plays now.
 *
 * @param {Opening} opening
 */
export function playingText({ list }) {
  if (!list) return "";
  const names = list.playing.map((id) => list.feeds.find((feed) => feed.id === id)?.name ?? id);
  return names.join(", ");
}

/**
 * Checks files against the limits of the server before they are sent.
 *
 * @param {readonly { name: string, size: number }[]} files
 * @param {Opening} opening
 * @returns {(Refusal | null)[]} `null` for those that may be sent
 */
export function checkFiles(files, { list, sent }) {
  const limits = list?.limits;
  const uploads = uploadsOf({ ...NOTHING_OPEN, list, sent }).map(({ feed, file }) => feed?.bytes ?? file?.bytes ?? 0);
  let [number, total] = [uploads.length, uploads.reduce((sum, bytes) => sum + bytes, 0)];
  return files.map(({ name, size }) => {
    const refusal = limits ? checkFile({ name, size }, limits, { number, total }) : null;
    if (!refusal) [number, total] = [number + 1, total + size];
    return refusal;
  });
}

/**
 * @param {{ name: string, size: number }} file
 * @param {import("../types/feeds.js").UploadLimits} limits
 * @param {{ number: number, total: number }} held
 * @returns {Refusal | null}
 */
function checkFile({ name, size }, { upload_bytes, uploads, total_bytes }, { number, total }) {
  const refuse = (/** @type {string} */ message, /** @type {string} */ remedy) => ({
    code: "not_sent",
    message: `${name}: ${message}`,
    remedy,
  });
  if (uploads === 0) {
    return refuse("this server takes no uploads", "start it without --no-uploads, or put the file into its --library");
  }
  if (size === 0) return refuse("the file is empty", "choose another one; a folder cannot be sent, but its files can");
  if (size > upload_bytes) {
    return refuse(
      `it has ${sizeText(size, upload_bytes)}, and the server takes ${sizeText(upload_bytes, size)}`,
      "pack it with gzip or zstd, or start the server with a higher --upload-bytes",
    );
  }
  if (number >= uploads) {
    return refuse(
      `the server holds ${countText(uploads)} uploads at most`,
      "delete one, or start the server with a higher --uploads",
    );
  }
  if (total + size > total_bytes) {
    return refuse(
      `all uploads together would have ${byteText(total + size)}, and the server takes ${byteText(total_bytes)}`,
      "delete one, or start the server with a higher --upload-total-bytes",
    );
  }
  return null;
}

/**
 * Writes a size, with all its digits where it would look like another one.
 *
 * @param {number} bytes
 * @param {number} other
 */
function sizeText(bytes, other) {
  return byteText(bytes) === byteText(other) ? `${decimalText(bytes, 0)} bytes` : byteText(bytes);
}

/**
 * Tells why the chosen feeds cannot be played now, or `null` where they can.
 *
 * @param {Opening} opening
 * @returns {string | null}
 */
export function playFault(opening) {
  const { list, chosen, inspection } = opening;
  if (!list) return "The list of files is on its way.";
  if (list.load !== null) return `The feed cannot be changed: ${list.load}.`;
  if (opening.opening) return "The server opens the files.";
  if (chosen.length === 0) return "Choose what to play.";
  if (inspection.files.some(({ questions }) => (questions ?? []).length > 0)) return "Decide the question above first.";
  return null;
}
