/**
 * Holds the state of the page.
 *
 * Sends the event `change` with the action that changed the state, and `lost` with symbols that need a resync.
 */

import { reduce } from "./reduce.js";

/** @typedef {import("./model.js").State} State */
/** @typedef {import("./reduce.js").Action} Action */

export class Store extends EventTarget {
  /** @type {State} */
  #state;

  /** @param {State} initial */
  constructor(initial) {
    super();
    this.#state = initial;
  }

  get state() {
    return this.#state;
  }

  /** @param {Action} action */
  dispatch(action) {
    const { state, lost } = reduce(this.#state, action);
    const changed = state !== this.#state;
    this.#state = state;
    if (changed) this.dispatchEvent(new CustomEvent("change", { detail: action }));
    if (lost.length > 0) this.dispatchEvent(new CustomEvent("lost", { detail: lost }));
  }
}
