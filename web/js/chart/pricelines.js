/** Horizontal lines at prices, by their ids, with their price on the axis. */

/** @typedef {import("lightweight-charts").IPriceLine} PriceLine */

/** @param {import("lightweight-charts").ISeriesApi<any>} series */
export function createPriceLines(series) {
  /** @type {Map<number, { line: PriceLine, price: number, color: string }>} */
  const drawn = new Map();
  return {
    /** @param {readonly { id: number, price: number }[]} wanted @param {string} color */
    set(wanted, color) {
      const ids = new Set(wanted.map(({ id }) => id));
      for (const [id, { line }] of drawn) {
        if (ids.has(id)) continue;
        series.removePriceLine(line);
        drawn.delete(id);
      }
      for (const { id, price } of wanted) {
        const known = drawn.get(id);
        if (known?.price === price && known.color === color) continue;
        const look = { price, color, lineWidth: /** @type {const} */ (1), lineStyle: 1, axisLabelVisible: true };
        if (known) known.line.applyOptions(look);
        drawn.set(id, { line: known?.line ?? series.createPriceLine({ ...look, title: "" }), price, color });
      }
    },
  };
}
