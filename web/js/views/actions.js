/** The actions that views call, and the types that they share. */

/** @typedef {import("../state/settings.js").Settings} Settings */
/**
 * `keys` is empty where it has none.
 *
 * @typedef {{ title: string, group: string, keys: string, run: () => void }} Command
 */
/** @typedef {{ nowMs: number, look: string }} Moment `look` is the theme and palette */
/**
 * The actions of a person. They change the state elsewhere.
 *
 * @typedef {object} Actions
 * @property {(symbol: string) => void} onChoose chooses a symbol, and scrolls to its price where the page scrolls
 * @property {(symbol: string) => void} onStep chooses a symbol by the keys of a list, which stays in sight
 * @property {(interval: import("../lib/time.js").Interval) => void} onInterval
 * @property {(symbols: readonly string[]) => void} onCompare
 * @property {(settings: Partial<Settings>) => void} onSet
 * @property {(tab: import("../state/settings.js").DockTab) => void} onPanel opens a panel of the dock, and goes to it
 * @property {(text: string) => void} onFilter
 * @property {(part: "rows" | "ticker", symbols: readonly string[]) => void} onVisible
 * @property {(pane: number) => void} onActivate
 * @property {(pane: number) => void} onOlder requests bars before the oldest of a pane
 * @property {(paused: boolean) => void} onPause
 * @property {(command: import("../types/http.js").FeedCommand) => void} onCommand sends a command to the feed
 * @property {(us: number) => void} onPlayFrom plays from a market time
 * @property {(us?: number | null) => void} onMark bookmarks a market time, by default the present one
 * @property {(us: number, note: string) => void} onNote sets the note of a bookmark, by the recording's own time
 * @property {(us: number) => void} onUnmark deletes a bookmark
 * @property {(button: import("../state/transport.js").Button) => void} onTransport presses a transport button
 * @property {(symbol: string, price: number, alert: import("../state/alerts.js").Alert | null) => void} onAlert sets a
 *   price alert, or moves one
 * @property {(edit: import("../state/drawings.js").Edit) => void} onDraw changes the drawings on the charts
 * @property {() => void} onNotify requests the permission for notifications
 * @property {() => void} onChartTable
 * @property {() => void} onPicture
 * @property {() => void} onExport saves the bars
 * @property {() => void} onExportTrades
 * @property {() => void} onExportList
 * @property {() => void} onDismiss
 * @property {() => void} onHover
 * @property {(fault: string) => void} onFault reports that the panels could not be loaded
 */

export {};
