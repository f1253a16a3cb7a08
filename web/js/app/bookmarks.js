/** Keeps the bookmarks of each recording in the browser, and takes those of a link. */

import { keep, recall } from "../lib/storage.js";
import {
  isSameRecording,
  linkedTo,
  merged,
  readBookmarks,
  readFragment,
  recordingOf,
  TOO_MANY_BOOKMARKS,
  withBookmark,
  withoutBookmark,
  writeBookmarks,
} from "../state/bookmarks.js";

/** @typedef {import("../state/store.js").Store} Store */

const KEY = "tickcast.bookmarks";

/**
 * @param {Store} store
 * @param {{ fragment: string, warn: (text: string) => void }} options the fragment of the address as the page was opened
 */
export function createBookmarks(store, { fragment, warn }) {
  let linked = readFragment(fragment);

  /** Shows the bookmarks of the recording that the feed plays. */
  function follow() {
    const { feed, bookmarks } = store.state;
    const recording = recordingOf(feed);
    if (feed === null || isSameRecording(recording, bookmarks.recording)) return;
    if (!recording) return store.dispatch({ type: "bookmarks", bookmarks: { recording, list: [] } });
    const given = linkedTo(linked, recording);
    if (linked && given.length === 0) warn("The bookmarks of the link are of another recording.");
    linked = null;
    const list = merged(readBookmarks(recall(KEY), recording), given);
    store.dispatch({ type: "bookmarks", bookmarks: { recording, list } });
    if (given.length > 0) keep(KEY, writeBookmarks(recall(KEY), recording, list));
  }

  /** @param {readonly import("../state/bookmarks.js").Bookmark[]} list */
  function show(list) {
    const { recording } = store.state.bookmarks;
    if (!recording) return;
    store.dispatch({ type: "bookmarks", bookmarks: { recording, list } });
    keep(KEY, writeBookmarks(recall(KEY), recording, list));
  }

  return {
    follow,
    /**
     * Sets the note of the bookmark at a time of the recording, and the bookmark where there is none.
     *
     * @param {number} us
     * @param {string} note
     * @returns {boolean} `false` where there was no room
     */
    set(us, note) {
      const list = withBookmark(store.state.bookmarks.list, us, note);
      if (list === null) warn(TOO_MANY_BOOKMARKS);
      else show(list);
      return list !== null;
    },
    /** @param {number} us */
    remove: (us) => show(withoutBookmark(store.state.bookmarks.list, us)),
    /** @param {number} us */
    has: (us) => store.state.bookmarks.list.some((one) => one.us === us),
  };
}
