/**
 * All views of the page. What shows the first price is there at once; the other panels are fetched when it is on the screen, or a little
 * later where it does not come.
 */

import { setAttribute } from "../../lib/dom.js";
import { putOut } from "../../lib/flash.js";
import { createFeedView } from "../feed/feed.js";
import { createLinkView } from "./link.js";
import { createMasthead } from "./masthead.js";
import { createNotice } from "./notice.js";
import { createQuote } from "../quote/quote.js";
import { createSplitter } from "./splitter.js";
import { createTitle } from "./title.js";
import { createWatchlist } from "../watchlist/watchlist.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../actions.js").Actions} Actions */
/** @typedef {import("../actions.js").Moment} Moment */
/** @typedef {ReturnType<typeof import("./panels.js").createPanels>} Panels */

/** The panels are fetched after so long, whether a price came or not. */
const LATE_MS = 1000;
/** When that failed, it is tried again after so long, as long as the server is there .. */
const AGAIN_MS = 1000;
/** .. and so often: a browser may remember that a module failed, and then only a reload helps. */
const TRIES = 5;

/**
 * @param {(id: string) => HTMLElement} byId
 * @param {readonly import("../actions.js").Command[]} commands
 * @param {Actions} actions
 */
export function createViews(byId, commands, actions) {
  // The theme comes first: the charts read their colours from what that sets.
  const first = [
    createMasthead(byId("controls"), commands, actions),
    createLinkView(byId("link")),
    createFeedView(byId("feed")),
    createWatchlist(byId("watchlist"), actions),
    createSplitter(byId("watchlist"), actions),
    createQuote(byId("instrument")),
    createNotice(byId("notices"), actions),
    createTitle(),
  ];
  /** @type {Panels | null} */
  let panels = null;
  /** @type {Promise<Panels> | null} */
  let coming = null;
  let failures = 0;

  async function fetchPanels() {
    const { createPanels } = await import("./panels.js");
    panels = createPanels(byId, commands, actions);
    actions.onHover();
    return panels;
  }

  function load() {
    coming ??= fetchPanels().catch((fault) => {
      // The server may have gone in the middle of it: once more in a moment, when it is there again.
      failures += 1;
      setTimeout(() => void (coming = null), AGAIN_MS);
      throw fault;
    });
    return coming;
  }
  const loadOrSay = () =>
    void load().catch(() =>
      actions.onFault(
        `The charts and panels could not be fetched. ${failures < TRIES ? "Trying again." : "Reload the page."}`,
      ),
    );
  setTimeout(loadOrSay, LATE_MS);

  return {
    /** @param {(panels: Panels) => void} run what needs a panel: at once, or when it is there */
    withPanels(run) {
      if (panels) run(panels);
      else void load().then(run, loadOrSay);
    },

    /** @param {State} state @param {Moment} moment */
    render(state, moment) {
      putOut();
      for (const view of first) view.render(state, moment.nowMs);
      if (panels) panels.render(state, moment);
      else keepRoom(byId, state);
      const isThere = state.quotes.size > 0 && state.link.status === "live";
      if (coming === null && isThere && failures < TRIES) requestAnimationFrame(() => setTimeout(loadOrSay));
    },
  };
}

/**
 * The room of panels that are still to come, so that nothing moves when they do.
 *
 * @param {(id: string) => HTMLElement} byId
 * @param {State} state
 */
function keepRoom(byId, { settings, feed }) {
  setAttribute(byId("ticker"), "hidden", !settings.ticker);
  setAttribute(byId("transport"), "hidden", !feed);
  setAttribute(byId("dock"), "data-open", settings.dockOpen);
  setAttribute(byId("tape"), "data-open", settings.tapeOpen);
}
