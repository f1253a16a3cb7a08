/** The candles of the chosen symbol: filled from a snapshot, then led on bar by bar. */

import { createCandles } from "../chart/candles.js";
import { readPalette } from "../chart/palette.js";
import { element, setAttribute, setText } from "../lib/dom.js";
import { chosenInstrument } from "../state/select.js";
import { createLegend } from "./legend.js";

/** @typedef {import("../state/model.js").State} State */

/** More new bars than this at once are faster drawn as a whole. */
const BARS_LED = 50;

/**
 * @param {{ canvas: HTMLElement, legend: HTMLElement }} roots
 * @param {{ onHover: () => void }} actions asks for a new picture
 */
export function createChartView({ canvas, legend: legendRoot }, { onHover }) {
  const candles = createCandles(canvas, readPalette(canvas));
  const legend = createLegend(legendRoot);
  const veil = element("p", { class: "veil" });
  canvas.append(element("span", { class: "zone", title: "Times are UTC" }, "UTC"), veil);
  /** @type {number | null} */
  let hoveredUs = null;
  /** What the chart shows now. @type {{ revision: number, newestUs: number, look: string, shape: string, framed: string }} */
  const drawn = { revision: -1, newestUs: -Infinity, look: "", shape: "", framed: "" };

  candles.onHover((ts) => {
    if (ts === hoveredUs) return;
    hoveredUs = ts;
    onHover();
  });

  /** @param {State} state */
  function drawShape({ choice, ...rest }) {
    const instrument = chosenInstrument({ choice, ...rest });
    if (!instrument || !choice.interval) return false;
    const withVolume = instrument.basis !== "bid";
    const shape = [instrument.price_decimals, instrument.tick_size, choice.interval, withVolume].join();
    if (shape === drawn.shape) return false;
    drawn.shape = shape;
    candles.setShape({ decimals: instrument.price_decimals, tickSize: instrument.tick_size, interval: choice.interval, withVolume });
    return true;
  }

  /**
   * @param {State} state
   * @param {string} look the theme that is on
   */
  function draw(state, look) {
    const { bars, revision } = state.series;
    const reshaped = drawShape(state);
    if (look !== drawn.look) candles.setPalette(readPalette(canvas));
    const from = firstNew(bars, drawn.newestUs);
    if (reshaped || look !== drawn.look || revision !== drawn.revision || bars.length - from > BARS_LED) candles.fill(bars);
    else for (const bar of bars.slice(from)) candles.lead(bar);
    Object.assign(drawn, { revision, look, newestUs: bars.at(-1)?.ts ?? -Infinity });
    const framed = `${state.choice.symbol} ${state.choice.interval}`;
    if (bars.length > 0 && framed !== drawn.framed) {
      drawn.framed = framed;
      candles.showNewest();
    }
  }

  /** @type {readonly unknown[] | undefined} */
  let drawnBars;
  return {
    /**
     * @param {State} state
     * @param {string} look
     */
    render(state, look) {
      const { bars, loading } = state.series;
      if (bars !== drawnBars || look !== drawn.look || state.series.revision !== drawn.revision) {
        drawnBars = bars;
        draw(state, look);
      }
      legend.render(state, hoveredUs);
      setText(veil, loading ? "Loading bars" : "No bars yet. The first comes with the first price.");
      setAttribute(veil, "hidden", bars.length > 0);
      setAttribute(canvas, "aria-label", `Candles of ${state.choice.symbol ?? "no symbol"}, ${state.choice.interval ?? ""}`);
    },
  };
}

/**
 * Where the bars begin that the chart does not show as they are: the newest it has, which may still have been forming, is one.
 *
 * @param {readonly { ts: number }[]} bars
 * @param {number} newestUs
 */
function firstNew(bars, newestUs) {
  let at = bars.length;
  while (at > 0 && bars[at - 1].ts >= newestUs) at -= 1;
  return at;
}
