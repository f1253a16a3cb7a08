/** Headlines and scenarios: each is numbered and told once; whom they are about is a symbol, a sector, a class or all. */

/** @typedef {import("./model.js").State} State */
/** @typedef {import("./model.js").Story} Story */
/** @typedef {import("./model.js").Scene} Scene */
/**
 * The newest of them, oldest first; `last` is the number of the newest.
 *
 * @template Item
 * @typedef {{ last: number, items: readonly Item[] }} Happenings
 */

export const HAPPENINGS_KEPT = 100;
/** @type {Happenings<any>} */
export const NO_HAPPENINGS = { last: 0, items: [] };
/** A tone nearer to 0 than this is neither good nor bad. */
const NEUTRAL = 0.05;

/**
 * @template Item
 * @param {Happenings<Item>} known
 * @param {{ snapshot: boolean, first: number }} message
 * @param {readonly Item[]} items
 * @returns {Happenings<Item>}
 */
export function takeHappenings(known, { snapshot, first }, items) {
  const last = first + items.length - 1;
  if (snapshot) return { last: Math.max(0, last), items: items.slice(-HAPPENINGS_KEPT) };
  const fresh = items.slice(Math.max(0, known.last + 1 - first));
  return fresh.length === 0 ? known : { last, items: [...known.items, ...fresh].slice(-HAPPENINGS_KEPT) };
}

/**
 * Whether what is about `on` is about a symbol too.
 *
 * @param {Pick<State, "instruments" | "groups">} state
 * @param {string} on
 * @param {string} symbol
 */
export function concerns({ instruments, groups }, on, symbol) {
  if (on === "all" || on === symbol) return true;
  if (on.startsWith("class:")) return instruments.get(symbol)?.class === on.slice("class:".length);
  return groups.get(on)?.symbols.includes(symbol) ?? false;
}

/**
 * Whom it is about, for people.
 *
 * @param {Pick<State, "groups">} state
 * @param {string} on
 */
export function onText({ groups }, on) {
  if (on === "all") return "All symbols";
  return groups.get(on)?.name ?? on.replace(/^(sector|class):/, "");
}

/**
 * The symbol that a headline leads to: its own, or the first of those it is about.
 *
 * @param {Pick<State, "instruments" | "groups">} state
 * @param {string} on
 */
export function symbolOf(state, on) {
  if (state.instruments.has(on)) return on;
  return [...state.instruments.keys()].find((symbol) => concerns(state, on, symbol)) ?? null;
}

/** @param {Pick<Story, "tone">} story */
export function toneOf({ tone }) {
  if (Math.abs(tone) < NEUTRAL) return { way: /** @type {const} */ ("flat"), word: "neutral" };
  return tone > 0
    ? { way: /** @type {const} */ ("up"), word: "good" }
    : { way: /** @type {const} */ ("down"), word: "bad" };
}

/**
 * How a scenario stands at a market time.
 *
 * @param {Scene} scene
 * @param {number | null} marketUs
 */
export function sceneState({ start, end }, marketUs) {
  if (marketUs === null || marketUs < start) return "next";
  return marketUs < end ? "running" : "over";
}
