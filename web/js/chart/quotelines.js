/** The lines of the best bid and ask on a chart. */

/** @typedef {import("lightweight-charts").IPriceLine} PriceLine */

const SIDES = /** @type {const} */ (["bid", "ask"]);

/** @param {import("lightweight-charts").ISeriesApi<any>} series */
export function createQuoteLines(series) {
  /** @type {{ bid: PriceLine, ask: PriceLine } | null} */
  let lines = null;

  /** @param {string} title @param {string} color */
  const createLine = (title, color) =>
    series.createPriceLine({
      title,
      color,
      price: 0,
      lineWidth: 1,
      lineStyle: 2,
      lineVisible: false,
      axisLabelVisible: false,
    });

  return {
    /**
     * @param {{ bid: number | null, ask: number | null } | null} quote
     * @param {import("./palette.js").Palette} palette
     */
    set(quote, palette) {
      if (!quote) {
        for (const line of Object.values(lines ?? {})) series.removePriceLine(line);
        lines = null;
        return;
      }
      lines ??= { bid: createLine("bid", palette.up), ask: createLine("ask", palette.down) };
      for (const side of SIDES) {
        const price = quote[side];
        const isShown = price !== null;
        const drawn = lines[side].options();
        if (drawn.lineVisible === isShown && (!isShown || drawn.price === price)) continue;
        lines[side].applyOptions({ price: price ?? 0, lineVisible: isShown, axisLabelVisible: isShown });
      }
    },
  };
}
