/** The actions that views call, and the types that they share. */

/** @typedef {import("../state/settings.js").Settings} Settings */
/** @typedef {{ title: string, group: string, keys: string, run: () => void }} Command A command with its key, which is empty where there is none. */
/** @typedef {{ nowMs: number, look: string }} Moment `look`: the theme and palette that are on */
/**
 * What a person can do; each changes the state elsewhere.
 *
 * @typedef {object} Actions
 * @property {(symbol: string) => void} onChoose
 * @property {(interval: import("../lib/time.js").Interval) => void} onInterval
 * @property {(symbols: readonly string[]) => void} onCompare
 * @property {(settings: Partial<Settings>) => void} onSet
 * @property {(text: string) => void} onFilter
 * @property {(part: "rows" | "ticker", symbols: readonly string[]) => void} onSeen
 * @property {(pane: number) => void} onActivate
 * @property {(pane: number) => void} onOlder bars before the oldest of a pane are wanted
 * @property {(paused: boolean) => void} onPause
 * @property {(command: import("../types/http.js").FeedCommand) => void} onCommand drives the feed
 * @property {(button: import("../state/transport.js").Button) => void} onDeck a button of the tape deck
 * @property {() => void} onNotify alerts may want to be shown outside the page
 * @property {() => void} onChartTable
 * @property {() => void} onPicture
 * @property {() => void} onExport
 * @property {() => void} onDismiss
 * @property {() => void} onHover
 * @property {(fault: string) => void} onFault the panels could not be fetched
 */

export {};
