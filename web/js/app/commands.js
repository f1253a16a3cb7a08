/** What can be done by key or by the palette: each command once, with its name and its keys. */

import { INTERVALS } from "../lib/time.js";
import { CHART_KINDS, INDICATORS, LAYOUTS, SCALES, THEMES } from "../state/settings.js";

/** @typedef {import("../state/store.js").Store} Store */
/** @typedef {import("../state/settings.js").Settings} Settings */
/** @typedef {{ title: string, group: string, keys: string, run: () => void }} Command `keys` as they are shown; empty where there are none */

/** @type {readonly [import("../state/transport.js").Button, string, string][]} */
const DECK = [
  ["play", "G", "Play the feed, or pause it for everybody"],
  ["event", "E", "Step one event"],
  ["bar", "D", "Step to the end of the bar"],
  ["gap", "H", "Go on to the next gap"],
  ["move", "O", "Go on to the next move of 1 %"],
  ["faster", ">", "Faster"],
  ["slower", "<", "Slower"],
  ["restart", "", "To the beginning of the tape"],
  ["loop", "", "Begin again at the end of the tape, or not"],
  ["skip", "", "Pass over dead time, or not"],
  ["shift", "", "Play as if it happened now, or with its own times"],
];

/**
 * @param {object} given
 * @param {Store} given.store
 * @param {(settings: Partial<Settings>) => void} given.set
 * @param {(wanted: { symbol?: string, interval?: import("../lib/time.js").Interval, compare?: readonly string[] }) => void} given.choose
 * @param {Record<"pause" | "palette" | "help" | "enter" | "filter" | "table" | "csv" | "png", () => void>} given.run
 * @param {(button: import("../state/transport.js").Button) => void} given.deck
 * @returns {Command[]}
 */
export function createCommands({ store, set, choose, run, deck }) {
  const settings = () => store.state.settings;
  /** @template Value @param {readonly Value[]} values @param {Value} now */
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
    command("Page", "/", "Filter the watchlist", run.filter),
    command("Page", "", "Sign in with a token", run.enter),
    command("Page", ".", "Pause everything that moves, or go on", run.pause),
    command("Page", "P", "Presentation: everything large", () => set({ large: !settings().large })),
    command("Page", "T", "Next theme: auto, dark, light", () => set({ theme: after(THEMES, settings().theme) })),
    command("Page", "", "Colours: blue and orange, or green and red", () =>
      set({ colours: settings().colours === "vivid" ? "standard" : "vivid" }),
    ),
    command("Symbol", "J", "Next symbol", () => step(1)),
    command("Symbol", "K", "Symbol before", () => step(-1)),
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
    command("Chart", "V", "Volume", () => set({ volume: !settings().volume })),
    command("Chart", "Q", "Bid and ask as lines", () => set({ bidAsk: !settings().bidAsk })),
    ...INDICATORS.map((id) =>
      command("Chart", "", `Indicator: ${id.toUpperCase()}`, () =>
        set({ indicators: INDICATORS.filter((one) => (one === id) !== settings().indicators.includes(one)) }),
      ),
    ),
    command("Chart", "", "Compare with nothing", () => choose({ compare: [] })),
    command("Chart", "B", "Bars as a table", run.table),
    command("Chart", "", "Save the bars as CSV", run.csv),
    command("Chart", "", "Save the chart as PNG", run.png),
    command("Panel", "M", "Market", () => tab("market")),
    command("Panel", "W", "Wire", () => tab("wire")),
    command("Panel", "A", "Alerts", () => tab("alerts")),
    command("Panel", "", "Ticker tape", () => set({ ticker: !settings().ticker })),
    command("Panel", "N", "News", () => tab("news")),
    command("Panel", "X", "Scenarios", () => tab("scenarios")),
    command("Panel", "", "File: rows that could not be played", () => tab("file")),
    ...DECK.map(([button, keys, title]) => command("Feed", keys, title, () => deck(button))),
    command("Wire", "+", "Higher rate", () => rate(1)),
    command("Wire", "-", "Lower rate", () => rate(-1)),
    command("Wire", "", "Format: JSON or binary", () =>
      set({ format: settings().format === "json" ? "binary" : "json" }),
    ),
  ];

  /** Opens a panel, or closes it where it is open. @param {Settings["dockTab"]} id */
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
 * The command that a key stands for. Where somebody types, only those with Ctrl count.
 *
 * @param {readonly Command[]} commands
 * @param {{ key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean }} event
 * @param {{ typing: boolean, single: boolean }} moment `single`: single keys are wanted
 */
export function commandOf(commands, { key, ctrlKey, metaKey, altKey }, { typing, single }) {
  if (altKey) return undefined;
  if (ctrlKey || metaKey) return commands.find(({ keys }) => keys === `Ctrl+${key.toUpperCase()}`);
  if (typing || !single) return undefined;
  return commands.find(({ keys }) => keys === key.toUpperCase());
}
