/**
 * Opens files: keeps what the dialog shows, and does what a person asks for there.
 *
 * Loaded when it is needed.
 */

import { createFeedsApi, refusalOf } from "../net/feeds.js";
import { createUploads } from "../net/uploads.js";
import { checkFiles, chosenFiles, chosenWith, NOTHING_OPEN, playFault } from "../state/openfiles.js";
import { columnsWith, withAnswer, withSetting } from "../state/reading.js";

/** @typedef {import("../state/openfiles.js").Opening} Opening */

/** The rest after a change of a setting before the files are inspected again. */
const INSPECT_MS = 300;

/**
 * @param {object} options
 * @param {(opening: Opening) => void} options.onChange
 * @param {() => void} options.onPlay called when the chosen feeds play
 * @param {(text: string) => void} options.warn
 * @param {() => boolean} options.isShown the dialog is open
 */
export function createOpenFiles({ onChange, onPlay, warn, isShown }) {
  const api = createFeedsApi((path, options) => fetch(path, options));
  const uploads = createUploads({
    request: (path, options) => fetch(path, options),
    wait: (ms) => new Promise((done) => void setTimeout(done, ms)),
    now: () => performance.now(),
    onChange: takeSent,
  });
  /** @type {Opening} */
  let opening = NOTHING_OPEN;
  let inspecting = new AbortController();
  let timer = 0;
  /** The numbers of the files that came with the last drop. They are chosen together. */
  let dropped = new Set();
  /** What was chosen before them. They take its place. @type {Set<string>} */
  let earlier = new Set();
  /** The chosen feeds play. They stay chosen, so that their settings can be changed, until others are chosen. */
  let isPlayed = false;

  /** @param {Partial<Opening>} changes */
  function change(changes) {
    opening = { ...opening, ...changes };
    onChange(opening);
  }

  async function refresh() {
    try {
      const list = await api.list();
      const known = new Set(list.feeds.map(({ id }) => id));
      const sent = opening.sent.filter(({ status, id }) => status !== "done" || (id !== null && known.has(id)));
      const chosen = opening.chosen.filter((id) => known.has(id));
      const isSame = chosen.length === opening.chosen.length;
      change({ list, fault: null, sent, chosen });
      if (!isSame) inspectNow();
    } catch (fault) {
      change({ fault: refusalOf(fault) });
    }
  }

  /** @param {import("../types/feeds.js").SentFile} file */
  function takeSent(file) {
    const { sent } = opening;
    const at = sent.findIndex(({ number }) => number === file.number);
    change({ sent: at < 0 ? [...sent, file] : sent.with(at, file) });
    if (uploads.isBusy()) addEventListener("beforeunload", ask);
    else removeEventListener("beforeunload", ask);
    if (file.status === "done") void takeDone(file);
  }

  /** Chooses a file that has been sent, together with the others that were dropped with it. */
  async function takeDone(/** @type {import("../types/feeds.js").SentFile} */ { number, id }) {
    await refresh();
    if (id === null || !dropped.has(number)) return;
    opening = { ...opening, chosen: opening.chosen.filter((one) => !earlier.has(one)) };
    choose(id, true);
    if (!isShown()) warn(`${opening.sent.find((file) => file.number === number)?.name ?? "The file"} has been sent.`);
  }

  /** @param {string} id @param {boolean} isChosen */
  function choose(id, isChosen) {
    const before = isPlayed && isChosen ? { ...opening, chosen: [] } : opening;
    isPlayed = false;
    const chosen = chosenWith(before, id, isChosen);
    const settings = chosen.some((one) => before.chosen.includes(one)) ? opening.settings : {};
    change({ chosen, settings, failure: null, refused: [] });
    inspectNow();
  }

  /** @param {import("../types/feeds.js").ReadingSettings} settings */
  function set(settings) {
    change({ settings, failure: null, inspection: { ...opening.inspection, isRunning: true } });
    clearTimeout(timer);
    timer = window.setTimeout(inspectNow, INSPECT_MS);
  }

  /** Inspects the chosen files. Only the newest answer counts. */
  async function inspectNow() {
    clearTimeout(timer);
    inspecting.abort();
    const files = chosenFiles(opening).filter(({ complete }) => complete !== false);
    if (files.length === 0) return change({ inspection: NOTHING_OPEN.inspection });
    const own = (inspecting = new AbortController());
    const of = files.map(({ id }) => id);
    const before = opening.inspection;
    const kept = of.join() === before.of.join() ? before.files : [];
    change({ inspection: { isRunning: true, files: kept, of, fault: null } });
    try {
      const found = await api.inspect(of, opening.settings, own.signal);
      if (!own.signal.aborted) change({ inspection: { isRunning: false, files: found, of, fault: null } });
    } catch (fault) {
      if (own.signal.aborted) return;
      change({ inspection: { isRunning: false, files: kept, of, fault: refusalOf(fault) } });
    }
  }

  return {
    refresh,
    get opening() {
      return opening;
    },

    /** Sends files. They are played together if they are chosen so. @param {readonly File[]} files */
    async send(files) {
      if (!opening.list) await refresh();
      const refusals = checkFiles(files, opening);
      change({ refused: refusals.filter((refusal) => refusal !== null), failure: null });
      const taken = files.filter((_, at) => refusals[at] === null);
      earlier = new Set(opening.chosen);
      dropped = new Set(taken.map((file) => uploads.add(file, file.name).number));
    },

    choose,
    /** @param {string} filter */
    filter: (filter) => change({ filter }),
    /** @param {string} name @param {string} value */
    set: (name, value) => set(withSetting(opening.settings, name, value)),
    reset: () => set({}),

    /** Gives a column of a file another role. @param {number} file @param {number} at @param {string | null} role */
    setRole(file, at, role) {
      const { settings, inspection } = opening;
      const columns = columnsWith(settings.columns ?? "", inspection.files[file], at, role);
      set(withSetting(settings, "columns", columns));
    },

    /**
     * Answers a question of a file.
     *
     * @param {readonly import("../types/feeds.js").InspectedReading[]} readings
     * @param {number} at
     */
    answer: (readings, at) => set(withAnswer(opening.settings, readings, at)),

    /** @param {number} number of a file that is being sent */
    cancel(number) {
      uploads.cancel(number);
      change({ sent: opening.sent.filter((file) => file.number !== number) });
      if (!uploads.isBusy()) removeEventListener("beforeunload", ask);
      void refresh();
    },

    /** @param {number} number */
    again: (number) => uploads.again(number),

    /** Deletes an upload from the server. @param {string} id */
    async remove(id) {
      try {
        await api.remove(id);
        change({ chosen: opening.chosen.filter((one) => one !== id) });
        inspectNow();
      } catch (fault) {
        change({ refused: [refusalOf(fault)] });
      }
      await refresh();
    },

    /** Plays what is chosen, for all. */
    async play() {
      if (playFault(opening) !== null) return;
      change({ opening: true, failure: null });
      try {
        await api.load(opening.chosen, chosenFiles(opening).length > 0 ? opening.settings : {});
        isPlayed = true;
        change({ opening: false });
        onPlay();
      } catch (fault) {
        const failure = refusalOf(fault);
        change({ opening: false, failure });
        if (!isShown()) warn(`${failure.message}: ${failure.remedy}`);
      }
      void refresh();
    },
  };
}

/** Asks before the page is left while files are sent. @param {BeforeUnloadEvent} event */
function ask(event) {
  event.preventDefault();
}

/** @typedef {ReturnType<typeof createOpenFiles>} OpenFiles */
