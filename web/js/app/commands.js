/** The commands of the keys and of the palette. */

import { INTERVALS } from "../lib/time.js";
import { KIND_NAMES } from "../state/drawings.js";
import { KIND_TITLES } from "../state/drawingwords.js";
import { studyName } from "../state/studies.js";
import { CHART_KINDS, INDICATORS, LAYOUTS, SCALES, THEMES } from "../state/settings.js";

/** @typedef {import("../state/store.js").Store} Store */
/** @typedef {import("../state/settings.js").Settings} Settings */
/**
 * `keys` is empty where it has none.
 *
 * @typedef {{ title: string, group: string, keys: string, run: () => void }} Command
 */

/** @type {readonly [import("../state/transport.js").Button, string, string][]} */
const TRANSPORT = [
  ["play", "G", "Play the feed, or pause it for everybody"],
  ["event", "E", "Step one event"],
  ["bar", "D", "Step to the end of the bar"],
  ["gap", "H", "Step to the next gap"],
  ["move", "O", "Step to the next move of 1 %"],
  ["faster", ">", "Faster"],
  ["slower", "<", "Slower"],
  ["restart", "", "Go to the start"],
  ["loop", "", "Loop, on or off"],
  ["skip", "", "Skip dead time, on or off"],
  ["shift", "", "Timestamps: shifted to now, or original"],
];

/** @typedef {{ symbol?: string, interval?: import("../lib/time.js").Interval, compare?: readonly string[] }} Wanted */
/**
 * @param {object} actions
 * @param {Store} actions.store
 * @param {(settings: Partial<Settings>) => void} actions.set
 * @param {(wanted: Wanted) => void} actions.choose
 * @param {Record<"pause" | "palette" | "help" | "signIn" | "filter" | "table" | "csv" | "png" | "place" |
 *   "mark" | "bookmarks" | "trades" | "list" | "open", () => void>} actions.run
 * @param {(kind: import("../state/drawings.js").DrawingKind) => void} actions.draw
 * @param {(button: import("../state/transport.js").Button) => void} actions.transport
 * @returns {Command[]}
 */
export function createCommands({ store, set, choose, draw, run, transport }) {
  const settings = () => store.state.settings;
  /** Returns the value after `now`, in a circle. @template Value @param {readonly Value[]} values @param {Value} now */
  const after = (values, now) => values[(values.indexOf(now) + 1) % values.length];
  /** @param {number} by */
  function step(by) {
    const symbols = [...store.state.instruments.keys()];
    const at = symbols.indexOf(store.state.choice.symbol ?? "");
    if (symbols.length > 0) choose({ symbol: symbols[(at + by + symbols.length) % symbols.length] });
  }
  /** @param {string} group @param {string} keys @param {string} title @param {() => void} act @returns {Command} */
  const command = (group, keys, title, act) => ({ group, keys, title, run: act });

  return [
    command("Page", "Ctrl+K", "Find a symbol or a command", run.palette),
    command("Page", "?", "Keys and settings", run.help),
    command("Feed", "Ctrl+O", "Open files, or the simulated market", run.open),
    command("Page", "/", "Filter the watchlist", run.filter),
    command("Page", "", "Sign in with a token", run.signIn),
    command("Page", ".", "Pause or resume everything that moves", run.pause),
    command("Page", "P", "Presentation mode: everything large", () => set({ large: !settings().large })),
    command("Page", "T", "Next theme: auto, dark, light", () => set({ theme: after(THEMES, settings().theme) })),
    command("Page", "", "Colours: blue and orange, or green and red", () =>
      set({ colours: settings().colours === "vivid" ? "standard" : "vivid" }),
    ),
    command("Symbol", "J", "Next symbol", () => step(1)),
    command("Symbol", "K", "Previous symbol", () => step(-1)),
    ...INTERVALS.map((interval, at) =>
      command("Chart", String(at + 1), `Bars of ${interval}`, () => choose({ interval })),
    ),
    command("Chart", "C", "Next chart type: candles, bars, line, area", () =>
      set({ kind: after(CHART_KINDS, settings().kind) }),
    ),
    command("Chart", "S", "Next price scale: linear, logarithmic, percent", () =>
      set({ scale: after(SCALES, settings().scale) }),
    ),
    command("Chart", "L", "Next layout: one, two, four charts", () =>
      set({ layout: after(LAYOUTS, settings().layout) }),
    ),
    command("Chart", "", "Common crosshair of all charts", () => set({ crosshair: !settings().crosshair })),
    command("Chart", "", "Linked symbols of all charts", () => set({ linked: !settings().linked })),
    command("Chart", "V", "Volume", () => set({ volume: !settings().volume })),
    command("Chart", "Q", "Bid and ask as lines", () => set({ bidAsk: !settings().bidAsk })),
    ...INDICATORS.map((id) =>
      command("Chart", "", `Indicator: ${studyName(id)}`, () =>
        set({ indicators: INDICATORS.filter((one) => (one === id) !== settings().indicators.includes(one)) }),
      ),
    ),
    command("Chart", "", "Compare with nothing", () => choose({ compare: [] })),
    ...KIND_NAMES.map((kind) => command("Chart", "", `Draw: ${KIND_TITLES[kind]}`, () => draw(kind))),
    command("Chart", "R", "Bars as a table", run.table),
    command("Chart", "", "Save the bars as CSV", run.csv),
    command("Chart", "", "Save the chart as PNG", run.png),
    command("Chart", "", "Save the trades as CSV", run.trades),
    command("Page", "", "Save the watchlist as CSV", run.list),
    command("Panel", "M", "Market", () => tab("market")),
    command("Panel", "W", "Wire", () => tab("wire")),
    command("Panel", "A", "Alerts", () => tab("alerts")),
    command("Panel", "", "Ticker", () => set({ ticker: !settings().ticker })),
    command("Panel", "N", "News", () => tab("news")),
    command("Panel", "X", "Scenarios", () => tab("scenarios")),
    command("Panel", "", "File: warnings, rejected rows", () => tab("file")),
    command("Feed", "Ctrl+G", "Go to a date or time", run.place),
    command("Feed", "B", "Bookmark this place of the recording", run.mark),
    command("Feed", "", "Bookmarks of the recording", run.bookmarks),
    ...TRANSPORT.map(([button, keys, title]) => command("Feed", keys, title, () => transport(button))),
    command("Wire", "+", "Higher rate", () => rate(1)),
    command("Wire", "-", "Lower rate", () => rate(-1)),
    command("Wire", "", "Format: JSON or binary", () =>
      set({ format: settings().format === "json" ? "binary" : "json" }),
    ),
  ];

  /** Opens a panel, or closes it if it is open. @param {Settings["dockTab"]} id */
  function tab(id) {
    const { dockOpen, dockTab } = settings();
    set({ dockTab: id, dockOpen: !dockOpen || dockTab !== id });
  }

  /** @param {number} by */
  function rate(by) {
    const { rates } = store.state.server;
    const at = Math.max(0, rates.indexOf(settings().rate)) + by;
    if (rates[at] !== undefined) set({ rate: rates[at] });
  }
}

/**
 * Finds the command of a key. While a person types, only keys with Ctrl count.
 *
 * @param {readonly Command[]} commands
 * @param {{ key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean }} event
 * @param {{ typing: boolean, single: boolean }} context `single` enables single keys
 */
export function commandOf(commands, { key, ctrlKey, metaKey, altKey }, { typing, single }) {
  if (altKey) return undefined;
  if (ctrlKey || metaKey) return commands.find(({ keys }) => keys === `Ctrl+${key.toUpperCase()}`);
  if (typing || !single) return undefined;
  return commands.find(({ keys }) => keys === key.toUpperCase());
}
