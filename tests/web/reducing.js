/** Shared steps of the tests of the reducer: fixtures in, states out. */

import { readFileSync } from "node:fs";
import { initialState } from "../../web/js/state/model.js";
import { reduce } from "../../web/js/state/reduce.js";
import { seriesOf } from "../../web/js/state/select.js";

/** @typedef {import("../../web/js/state/model.js").State} State */

/** The time at which messages are received. */
export const NOW_MS = 1_795_341_600_300;

/** Reads an example of the wire contract. @param {string} name */
export const fixture = (name) =>
  JSON.parse(readFileSync(new URL(`../fixtures/wire/${name}.json`, import.meta.url), "utf8"));

/**
 * Reduces messages one after the other.
 *
 * @param {State} state
 * @param {...any} messages
 */
export function receive(state, ...messages) {
  /** @type {string[]} */
  const lost = [];
  for (const message of messages) {
    const result = reduce(state, { type: "message", message, nowMs: NOW_MS });
    state = result.state;
    lost.push(...result.lost);
  }
  return { state, lost };
}

/** Returns the bars of the chart. @param {State} state */
export const chosen = (state) => seriesOf(state, state.choice);

/** Returns the state after the first messages. */
export const begun = () => receive(initialState(), fixture("feed_simulation"), fixture("snapshot")).state;

/** Returns a state with a chosen symbol, whose bars are on their way. @returns {State} */
export function charted() {
  const { state } = reduce(begun(), { type: "choose", symbol: "AAPL", interval: "1m" });
  return state;
}
