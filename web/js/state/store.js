/** Holds the state, and says `change` with the action that made another one of it, and `hole` when a symbol needs a resync. */

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
    const { state, holes } = reduce(this.#state, action);
    const changed = state !== this.#state;
    this.#state = state;
    if (changed) this.dispatchEvent(new CustomEvent("change", { detail: action }));
    if (holes.length > 0) this.dispatchEvent(new CustomEvent("hole", { detail: holes }));
  }
}
