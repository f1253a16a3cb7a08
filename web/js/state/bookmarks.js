/**
 * Bookmarks with notes on a recording. Their times are those of the recording itself, also where it plays as if now.
 * Pure.
 */

import { dateText, clockText } from "../lib/time.js";

/** @typedef {import("./model.js").Feed} Feed */
/** @typedef {{ us: number, note: string }} Bookmark */
/**
 * A recording, known by its name and its first and last time.
 *
 * @typedef {{ name: string, start: number, end: number }} Recording
 */
/** @typedef {{ recording: Recording | null, list: readonly Bookmark[] }} Bookmarks `list` is sorted by time */
/** @typedef {{ start: number, end: number, list: readonly Bookmark[] }} LinkedBookmarks as a link has them */

export const MOST_BOOKMARKS = 100;
export const MOST_NOTE = 200;
/** The recordings whose bookmarks are kept. */
export const MOST_RECORDINGS = 30;
export const TOO_MANY_BOOKMARKS = `There are ${MOST_BOOKMARKS} bookmarks, and no more are kept: delete one first.`;
const OF = "of";
const MARK = "mark";
const SEPARATOR = "~";

/** @type {Bookmarks} */
export const NO_BOOKMARKS = { recording: null, list: [] };

/**
 * Returns the recording of a feed, or `null` where it is none that could be played again.
 *
 * @param {Feed | null} feed
 * @returns {Recording | null}
 */
export function recordingOf(feed) {
  if (feed?.source !== "replay" || feed.start === null || feed.end === null) return null;
  return { name: feed.name, start: feed.start - feed.time_shift_us, end: feed.end - feed.time_shift_us };
}

/** @param {Recording | null} a @param {Recording | null} b */
export function isSameRecording(a, b) {
  return a?.name === b?.name && a?.start === b?.start && a?.end === b?.end;
}

/**
 * Adds a bookmark, or changes the note of one, and returns `null` where there is no room.
 *
 * @param {readonly Bookmark[]} list
 * @param {number} us
 * @param {string} note
 * @returns {readonly Bookmark[] | null}
 */
export function withBookmark(list, us, note) {
  const others = list.filter((one) => one.us !== us);
  if (others.length >= MOST_BOOKMARKS) return null;
  return [...others, { us, note: note.trim().slice(0, MOST_NOTE) }].sort((a, b) => a.us - b.us);
}

/** @param {readonly Bookmark[]} list @param {number} us */
export const withoutBookmark = (list, us) => list.filter((one) => one.us !== us);

/**
 * Adds bookmarks to others, as far as there is room. Of two at one time, the added one stays.
 *
 * @param {readonly Bookmark[]} list
 * @param {readonly Bookmark[]} added
 */
export function merged(list, added) {
  return added.reduce((all, { us, note }) => withBookmark(all, us, note) ?? all, list);
}

/**
 * @param {Bookmark} bookmark
 * @param {number} shiftUs that the feed adds to the recording's times
 * @param {string} [zone]
 */
export function bookmarkText({ us, note }, shiftUs, zone = "UTC") {
  const at = us + shiftUs;
  return `${dateText(at, zone)} ${clockText(at, zone)}${note === "" ? "" : ` ${note}`}`;
}

/**
 * Reads the kept bookmarks of a recording.
 *
 * @param {string | null} kept a JSON text
 * @param {Recording} recording
 * @returns {readonly Bookmark[]}
 */
export function readBookmarks(kept, recording) {
  return entries(kept).find(([one]) => one === keyOf(recording))?.[1] ?? [];
}

/**
 * Puts the bookmarks of a recording into the kept text, and drops those of the recording that was changed longest ago
 * where there are too many.
 *
 * @param {string | null} kept
 * @param {Recording} recording
 * @param {readonly Bookmark[]} list
 */
export function writeBookmarks(kept, recording, list) {
  const others = entries(kept).filter(([one]) => one !== keyOf(recording));
  const all = list.length > 0 ? [...others, [keyOf(recording), list]] : others;
  return JSON.stringify(all.slice(-MOST_RECORDINGS));
}

/** Writes the fragment of a link, which no server gets. @param {Bookmarks} bookmarks */
export function writeFragment({ recording, list }) {
  if (!recording || list.length === 0) return "";
  const query = new URLSearchParams({ [OF]: `${recording.start}${SEPARATOR}${recording.end}` });
  for (const { us, note } of list) query.append(MARK, note === "" ? String(us) : `${us}${SEPARATOR}${note}`);
  return `#${query}`;
}

/**
 * @param {string} fragment
 * @returns {LinkedBookmarks | null}
 */
export function readFragment(fragment) {
  const query = new URLSearchParams(fragment.replace(/^#/, ""));
  const [start, end] = (query.get(OF) ?? "").split(SEPARATOR).map(Number);
  const given = query.getAll(MARK).map((text) => {
    const [us, ...note] = text.split(SEPARATOR);
    return { us: us === "" ? NaN : Number(us), note: note.join(SEPARATOR) };
  });
  const list = merged([], given.filter(isBookmark));
  return Number.isSafeInteger(start) && Number.isSafeInteger(end) && list.length > 0 ? { start, end, list } : null;
}

/**
 * Returns the bookmarks of a link where they are of this recording. Its name may be another one elsewhere.
 *
 * @param {LinkedBookmarks | null} linked
 * @param {Recording} recording
 */
export function linkedTo(linked, { start, end }) {
  return linked?.start === start && linked.end === end ? linked.list : [];
}

/**
 * @param {string | null} kept
 * @returns {[string, readonly Bookmark[]][]}
 */
function entries(kept) {
  try {
    const all = JSON.parse(kept ?? "[]");
    return Array.isArray(all) ? all.flatMap(entryOf) : [];
  } catch {
    return [];
  }
}

/** @param {unknown} given @returns {[string, readonly Bookmark[]][]} one, or none where it is invalid */
function entryOf(given) {
  if (!Array.isArray(given) || typeof given[0] !== "string" || !Array.isArray(given[1])) return [];
  return [[given[0], merged([], given[1].filter(isBookmark))]];
}

/** @param {any} given @returns {given is Bookmark} */
const isBookmark = (given) => Number.isSafeInteger(given?.us) && typeof given.note === "string";

/** @param {Recording} recording */
const keyOf = ({ name, start, end }) => [start, end, name].join(" ");
