/** Where drawings go on a chart: the bar and price of a point, with the magnet, and moves by bars and prices. */

import { attracted } from "../../chart/drawingshapes.js";
import { moved } from "../../state/drawings.js";
import { roundedPrice } from "./alertlines.js";

/** @typedef {import("../../state/model.js").Bar} Bar */
/** @typedef {import("../../state/model.js").Instrument} Instrument */
/** @typedef {import("../../state/drawings.js").Drawing} Drawing */
/** @typedef {import("../../state/drawings.js").Anchor} Anchor */
/** @typedef {import("./drawpointer.js").Point} Point */
/**
 * `shiftUs` is what the feed adds to the times of its recording, in which anchors are.
 *
 * @typedef {{ bars: readonly Bar[], instrument: Instrument | undefined, shiftUs: number, magnet: boolean }} Ground
 */

/** @typedef {{ drawing: Drawing, at: number | null, from: { index: number, price: number } }} Held by an anchor or all of it */

/** The distance in which the magnet attracts. */
const MAGNET_PX = 14;
/** The places of the anchors of a drawing that is placed by key, as shares of the width. */
const PLACES = [0.35, 0.65];

/**
 * @param {import("../../chart/plot.js").Plot} plot
 * @param {() => Ground} ground
 */
export function createDrawPlace(plot, ground) {
  const { place } = plot;

  /** Returns the places of the prices of the bars near an index. @param {readonly Bar[]} bars @param {number} index */
  function near(bars, index) {
    return bars.slice(Math.max(0, index - 1), Math.max(0, index + 2)).map(({ ts, open, high, low, close }) => ({
      index: place.indexOf(ts),
      x: place.xOf(ts) ?? -Infinity,
      prices: [open, high, low, close].map((price) => ({ price, y: plot.heightOf(price) ?? -Infinity })),
    }));
  }

  /**
   * Moves a drawing by bars and a price, or one of its anchors.
   *
   * @param {Drawing} drawing
   * @param {{ bars: number, rise: number }} by
   * @param {number | null} [at]
   */
  function movedBy(drawing, { bars: count, rise }, at = null) {
    const { instrument, shiftUs } = ground();
    if (!instrument) return drawing;
    /** @param {Anchor} anchor */
    const move = ({ ts, price }) => {
      const index = place.indexOf(ts + shiftUs);
      // Within its bar the anchor stays where it is: it may have been set on shorter bars.
      const moves = count === 0 ? 0 : place.startOf(index + count) - place.startOf(index);
      return { ts: ts + moves, price: roundedPrice(price + rise, instrument) };
    };
    return moved(drawing, move, at);
  }

  return {
    /**
     * Returns the anchor at a point: at a bar, and at a price of the near bars or else at a tick.
     *
     * @param {Point} at
     * @param {boolean} free without the magnet
     * @returns {Anchor | null}
     */
    anchorAt(at, free) {
      const { bars, instrument, shiftUs, magnet } = ground();
      const index = place.indexAt(at.x);
      const price = plot.priceOf(at.y);
      if (index === null || price === null || !instrument) return null;
      const caught = free || !magnet ? null : attracted(at, near(bars, index), MAGNET_PX);
      return {
        ts: place.startOf(caught?.index ?? index) - shiftUs,
        price: roundedPrice(caught?.price ?? price, instrument),
      };
    },

    movedBy,

    /**
     * Returns a grabbed drawing at a point: one end of it, or all of it by whole bars and ticks.
     *
     * @param {Held} held
     * @param {Point} at
     * @param {Anchor} anchor at the point
     */
    movedTo({ drawing, at: handle, from }, at, anchor) {
      if (handle !== null || drawing.anchors.length === 1) return moved(drawing, () => anchor, handle);
      const bars = (place.indexAt(at.x) ?? from.index) - from.index;
      return movedBy(drawing, { bars, rise: (plot.priceOf(at.y) ?? from.price) - from.price });
    },

    /**
     * Returns the anchors of a drawing that is placed without a pointer: from a low to a high in the middle of the
     * chart, or at the last close.
     *
     * @param {number} count
     * @returns {readonly Anchor[] | null}
     */
    middle(count) {
      const { bars, shiftUs } = ground();
      const last = bars.at(-1);
      if (!last) return null;
      const { width } = plot.area();
      const [from, to] = PLACES.map((share) => {
        const index = Math.min(place.indexAt(share * width) ?? 0, bars.length - 1);
        return bars[Math.max(0, index)];
      });
      const end = { ts: to.ts - shiftUs, price: count > 1 ? to.high : last.close };
      return count > 1 ? [{ ts: from.ts - shiftUs, price: from.low }, end] : [end];
    },
  };
}
