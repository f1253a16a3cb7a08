/**
 * All views of the page. Those that show the first price are there at once. The other panels are loaded after the first
 * price, or after a delay without one.
 */

import { setAttribute } from "../../lib/dom.js";
import { endFlashes } from "../../lib/flash.js";
import { sizeOf } from "../../state/select.js";
import { createFeedView } from "../feed/feed.js";
import { createLinkView } from "./link.js";
import { createMasthead } from "./masthead.js";
import { createRefusalView } from "./refusal.js";
import { createToast } from "./toast.js";
import { createQuote } from "../quote/quote.js";
import { createSplitter } from "./splitter.js";
import { createTitle } from "./title.js";
import { createWatchlist } from "../watchlist/watchlist.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../actions.js").Actions} Actions */
/** @typedef {import("../actions.js").Moment} Moment */
/** @typedef {ReturnType<typeof import("./panels.js").createPanels>} Panels */

/** The time after which the panels are loaded without a price. */
const LATE_MS = 1000;
/** The delay before the next try, as long as the server is there. */
const AGAIN_MS = 1000;
/** The number of tries. A browser may remember that a module failed, and then only a reload helps. */
const TRIES = 5;

/**
 * @param {(id: string) => HTMLElement} byId
 * @param {readonly import("../actions.js").Command[]} commands
 * @param {Actions} actions
 */
export function createViews(byId, commands, actions) {
  // The masthead comes first: it sets the theme, from which the charts read their colours.
  const first = [
    createMasthead(byId("controls"), commands, actions),
    createLinkView(byId("link")),
    createRefusalView(byId("refusal")),
    createFeedView(byId("feed"), actions),
    createWatchlist(byId("watchlist"), actions),
    createSplitter(byId("watchlist"), actions),
    createQuote(byId("instrument")),
    createToast(byId("toasts"), actions),
    createTitle(),
  ];
  /** @type {Panels | null} */
  let panels = null;
  /** The last state that was shown. @type {[State, Moment] | null} */
  let shown = null;
  /** @type {Promise<Panels> | null} */
  let loading = null;
  let failures = 0;

  async function importPanels() {
    const { createPanels } = await import("./panels.js");
    // In a frame: charts get their size at its end, and one that is drawn without a size shows too many bars.
    await new Promise((begun) => void requestAnimationFrame(begun));
    panels = createPanels(byId, commands, actions);
    // At once, not with the next paint: until then a panel would offer what this page may not do.
    if (shown) panels.render(...shown);
    actions.onHover();
    return panels;
  }

  function load() {
    loading ??= importPanels().catch((fault) => {
      failures += 1;
      setTimeout(() => void (loading = null), AGAIN_MS);
      throw fault;
    });
    return loading;
  }
  const loadOrWarn = () =>
    void load().catch(() =>
      actions.onFault(
        `The charts and panels could not be loaded. ${failures < TRIES ? "Trying again." : "Reload the page."}`,
      ),
    );
  setTimeout(loadOrWarn, LATE_MS);

  return {
    /** Runs `run` once the panels are loaded. @param {(panels: Panels) => void} run */
    withPanels(run) {
      if (panels) run(panels);
      else void load().then(run, loadOrWarn);
    },

    /** @param {State} state @param {Moment} moment */
    render(state, moment) {
      shown = [state, moment];
      const { feed, listEpoch } = state;
      // Until then nobody knows which parts the page has.
      if (feed && listEpoch !== null) setAttribute(document.documentElement, "data-unlisted", null);
      setAttribute(document.documentElement, "data-source", feed?.source);
      setAttribute(document.documentElement, "data-symbols", sizeOf(state));
      endFlashes();
      for (const view of first) view.render(state, moment.nowMs);
      if (panels) panels.render(state, moment);
      else reserveRoom(byId, state);
      const isPriced = state.quotes.size > 0 && state.link.status === "live";
      if (loading === null && isPriced && failures < TRIES) requestAnimationFrame(() => setTimeout(loadOrWarn));
    },
  };
}

/**
 * Reserves the room of the panels, so that nothing moves when they come.
 *
 * @param {(id: string) => HTMLElement} byId
 * @param {State} state
 */
function reserveRoom(byId, { settings }) {
  setAttribute(byId("ticker"), "hidden", !settings.ticker);
  setAttribute(byId("dock"), "data-open", settings.dockOpen);
  setAttribute(byId("time-and-sales"), "data-open", settings.tradesOpen);
}
