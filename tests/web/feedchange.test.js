/** A server that changes to another feed: what the page forgets, what it keeps, and what it fetches again. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { createFeedData } from "../../web/js/app/feeddata.js";
import { initialState, NO_READING } from "../../web/js/state/model.js";
import { reduce } from "../../web/js/state/reduce.js";
import { isOtherFeed } from "../../web/js/state/select.js";
import { Store } from "../../web/js/state/store.js";
import { subscriptionsOf } from "../../web/js/state/subscriptions.js";
import { begun, fixture, receive } from "./reducing.js";

/** @typedef {import("../../web/js/state/model.js").State} State */

const SIMULATION = fixture("feed_simulation");
const REPLAY = { ...SIMULATION, epoch: SIMULATION.epoch + 1, source: "replay", name: "x.csv", seed: null };
const GROUP = { on: "sector:energy", name: "Energy", symbols: ["XOM"] };
/** @type {import("../../web/js/state/reduce.js").Action} */
const CATALOG = {
  type: "catalog",
  catalog: { max_strength: 1, max_seconds: 1, scenarios: [], groups: [GROUP] },
};
const INSTRUMENT = /** @type {const} */ ({
  symbol: "XYZ",
  name: "",
  class: "unknown",
  tick_size: 0.01,
  price_decimals: 2,
  price_decimals_max: 2,
  size_decimals: 0,
  basis: "trade",
  synthesised_from: null,
});

/**
 * Applies actions one after the other.
 *
 * @param {State} state
 * @param {...import("../../web/js/state/reduce.js").Action} actions
 */
const act = (state, ...actions) => actions.reduce((before, action) => reduce(before, action).state, state);

test("another feed has another source or name, a seek has neither", () => {
  assert.equal(isOtherFeed(null, SIMULATION), false, "the first one is none");
  assert.equal(isOtherFeed(SIMULATION, { ...SIMULATION, epoch: 9 }), false);
  assert.equal(isOtherFeed(SIMULATION, REPLAY), true);
  assert.equal(isOtherFeed(REPLAY, { ...REPLAY, name: "y.csv" }), true);
});

test("another feed clears what was known of the one before, and the filter", () => {
  const before = act(begun(), CATALOG, { type: "filter", text: "AAPL" });
  const { state } = receive(before, REPLAY);
  assert.deepEqual(
    [state.catalog, state.groups.size, state.sectors.size, state.filter, state.quotes.size],
    [null, 0, 0, "", 0],
  );
  const remarks = {
    assumptions: [],
    warnings: [{ file: "x", code: "c", what: "w", lines: [], played: "", other: "", flag: null }],
  };
  const known = act(state, { type: "reading", reading: remarks }, { type: "preview", key: "k", bars: [] });
  const back = receive(known, { ...SIMULATION, epoch: REPLAY.epoch + 1 }).state;
  assert.deepEqual([back.reading, back.preview.key], [NO_READING, ""]);
});

test("a seek keeps what is known of the feed", () => {
  const before = act(begun(), CATALOG, { type: "filter", text: "AAPL" });
  const { state } = receive(before, { ...SIMULATION, epoch: SIMULATION.epoch + 1 });
  assert.deepEqual([state.catalog, state.filter], [before.catalog, "AAPL"]);
});

test("a file that is read in another way loses its preview", () => {
  const list = (/** @type {number} */ decimals) =>
    /** @type {const} */ ({
      type: "symbols",
      epoch: REPLAY.epoch,
      symbols: [{ ...INSTRUMENT, price_decimals: decimals }],
    });
  const before = act(receive(initialState(), REPLAY).state, list(2), { type: "preview", key: "k", bars: [] });
  assert.equal(act(before, list(2)).preview.key, "k");
  assert.equal(act(before, list(4)).preview.key, "");
});

test("symbols that only the feed before had are not subscribed to", () => {
  const before = act(
    begun(),
    { type: "visible", part: "ticker", symbols: ["AAPL", "XYZ"] },
    { type: "visible", part: "rows", symbols: ["AAPL"] },
  );
  const state = act(receive(before, REPLAY).state, { type: "symbols", epoch: REPLAY.epoch, symbols: [INSTRUMENT] });
  const { quotes } = subscriptionsOf(state, { trades: true, depth: true });
  assert.deepEqual([...quotes.keys()], ["XYZ"]);
});

test("remarks and rejected rows of another feed are fetched, even if they are as many", async () => {
  const store = new Store(receive(initialState(), REPLAY).state);
  /** @type {string[]} */
  const fetched = [];
  const note = (/** @type {string} */ what, /** @type {any} */ answer) => async () => (fetched.push(what), answer);
  const api = /** @type {any} */ ({ reading: note("reading", NO_READING), rejected: note("rejected", []) });
  const { loadDetails } = createFeedData({ store, api, warn: assert.fail });
  const feed = { ...REPLAY, rows_rejected: 4 };
  await loadDetails(feed);
  await loadDetails(feed);
  assert.deepEqual(fetched, ["reading", "rejected"]);
  await loadDetails({ ...feed, epoch: feed.epoch + 1 });
  assert.deepEqual(fetched, ["reading", "rejected", "reading", "rejected"]);
});
