/**
 * Headlines and scenarios. The server numbers both and sends each once.
 *
 * Their `on` is a symbol, `sector:NAME`, `class:NAME` or `all`.
 */

/** @typedef {import("./model.js").State} State */
/** @typedef {import("./model.js").Story} Story */
/** @typedef {import("./model.js").ActiveScenario} ActiveScenario */
/**
 * The newest notices, oldest first. `last` is the number of the newest.
 *
 * @template Item
 * @typedef {{ last: number, items: readonly Item[] }} NoticeList
 */

export const NOTICES_KEPT = 100;
/** @type {NoticeList<any>} */
export const NO_NOTICES = { last: 0, items: [] };
/** A tone nearer to 0 than this is neutral. */
const NEUTRAL = 0.05;

/**
 * @template Item
 * @param {NoticeList<Item>} known
 * @param {{ snapshot: boolean, first: number }} message
 * @param {readonly Item[]} items
 * @returns {NoticeList<Item>}
 */
export function takeNotices(known, { snapshot, first }, items) {
  const last = first + items.length - 1;
  if (snapshot) return { last: Math.max(0, last), items: items.slice(-NOTICES_KEPT) };
  const fresh = items.slice(Math.max(0, known.last + 1 - first));
  return fresh.length === 0 ? known : { last, items: [...known.items, ...fresh].slice(-NOTICES_KEPT) };
}

/**
 * Tells whether a notice about `on` concerns a symbol.
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
 * Names `on` for people.
 *
 * @param {Pick<State, "groups">} state
 * @param {string} on
 */
export function onText({ groups }, on) {
  if (on === "all") return "All symbols";
  return groups.get(on)?.name ?? on.replace(/^(sector|class):/, "");
}

/**
 * Returns the symbol that a headline links to: its own, or the first that it concerns.
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
 * Returns the phase of a scenario at a market time.
 *
 * @param {ActiveScenario} scenario
 * @param {number | null} marketUs
 */
export function scenarioPhase({ start, end }, marketUs) {
  if (marketUs === null || marketUs < start) return "next";
  return marketUs < end ? "running" : "over";
}
