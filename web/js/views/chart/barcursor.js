/** Reads a chart bar by bar by keys, for people without a pointer and with a screen reader. */

import { barText, movedCursor } from "../../state/barcursor.js";
import { seriesOf, zoneOf } from "../../state/select.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").Pane} Pane */

/**
 * @param {object} given
 * @param {HTMLElement} given.canvas
 * @param {import("../../chart/plot.js").Plot} given.plot
 * @param {(text: string) => void} given.say
 * @param {(ts: number | null) => void} given.onMove with the start of the bar
 * @param {() => boolean} given.isBusy the keys are for something else
 */
export function createBarCursor({ canvas, plot, say, onMove, isBusy }) {
  /** The start of the bar that is read. @type {number | null} */
  let readUs = null;
  /** @type {{ state: State, pane: Pane } | null} */
  let shown = null;
  let drawn = 0;

  const bars = () => (shown ? seriesOf(shown.state, shown.pane).bars : []);
  /** Returns the index of the bar that is read, or of the oldest after it has gone. */
  function index() {
    if (readUs === null) return null;
    const us = readUs;
    const at = bars().findIndex(({ ts }) => ts >= us);
    return at < 0 ? bars().length - 1 : at;
  }

  function end() {
    if (readUs === null) return;
    readUs = null;
    plot.setCross(null);
    onMove(null);
  }

  canvas.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey } = event;
    if (event.defaultPrevented || isBusy() || ctrlKey || metaKey || altKey || !shown?.pane.interval) return;
    if (key === "Escape") return end();
    const at = movedCursor(key, index(), bars().length);
    if (at === null) return;
    event.preventDefault();
    const { ts, close } = bars()[at];
    readUs = ts;
    plot.time.reveal(ts);
    plot.setCross({ ts, price: close });
    onMove(ts);
    const instrument = shown.state.instruments.get(shown.pane.symbol ?? "");
    say(barText(bars(), at, { instrument, interval: shown.pane.interval, zone: zoneOf(shown.state) }));
  });
  canvas.addEventListener("blur", end);

  return {
    /** @param {State} state @param {Pane} pane */
    render(state, pane) {
      if (shown && (shown.pane.symbol !== pane.symbol || shown.pane.interval !== pane.interval)) end();
      shown = { state, pane };
      // A new bar moves the others to the left, and the cursor with its bar.
      const count = bars().length;
      const at = count === drawn ? null : index();
      drawn = count;
      if (at !== null && bars()[at]) plot.setCross({ ts: bars()[at].ts, price: bars()[at].close });
    },
  };
}
