/** One, two or four charts with a common crosshair and time range. */

import { readPalette } from "../../chart/palette.js";
import { setAttribute } from "../../lib/dom.js";
import { rangeStart } from "../../state/ranges.js";
import { barAt, seriesOf } from "../../state/select.js";
import { createChartMenu } from "./chartmenu.js";
import { createPane } from "./pane.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/ranges.js").RangeId} RangeId */
/** @typedef {import("../../lib/time.js").Interval} Interval */

/**
 * @param {HTMLElement} root
 * @param {import("../actions.js").Actions} actions
 */
export function createCharts(root, actions) {
  const { onHover, onOlder, onActivate } = actions;
  /** @type {ReturnType<typeof createPane>[]} */
  let panes = [];
  /** The bar under the pointer, and its pane. @type {{ ts: number | null, pane: number }} */
  let hovered = { ts: null, pane: 0 };
  /** @type {State | undefined} */
  let shown;
  let look = "";
  let palette = readPalette(root);
  /** `true` while other panes are moved along, which must not move them again. */
  let following = false;

  const menu = createChartMenu(root, actions, ({ target, clientX }) => {
    const at = panes.findIndex(({ node }) => target instanceof Node && node.contains(target));
    if (at < 0 || !shown) return null;
    const us = panes[at].plot.timeAt(clientX - panes[at].node.getBoundingClientRect().left);
    return { pane: shown.panes[at], us };
  });

  /** @param {number} at @param {number | null} ts */
  function hover(at, ts) {
    if (ts === hovered.ts && at === hovered.pane) return;
    hovered = { ts, pane: at };
    panes.forEach(({ plot }, other) => {
      if (other === at || !shown) return;
      const bar =
        ts === null || !shown.settings.crosshair ? undefined : barAt(seriesOf(shown, shown.panes[other]).bars, ts);
      plot.setCross(bar ? { ts: bar.ts, price: bar.close } : null);
    });
    onHover();
  }

  /** Moves the other panes along. @param {number} from the pane that was moved */
  function follow(from) {
    if (following || panes.length < 2 || !panes[from].node.matches(":hover, :focus-within")) return;
    following = true;
    const view = panes[from].plot.time.get();
    panes.forEach(({ plot }, at) => void (at !== from && plot.time.set(view)));
    // The library reports the change in the next frame.
    requestAnimationFrame(() => requestAnimationFrame(() => (following = false)));
  }

  /** @param {number} count */
  function build(count) {
    setAttribute(root, "data-count", count);
    for (const pane of panes.splice(count)) pane.remove();
    while (panes.length < count) {
      const at = panes.length;
      const pane = createPane(root, {
        palette,
        number: at + 1,
        onHover: (ts) => hover(at, ts),
        onView: () => follow(at),
        onOlder: () => onOlder(at),
        onActivate: () => onActivate(at),
        actions,
      });
      panes.push(pane);
    }
  }

  /** The range that was asked for, until its bars are here. @type {{ id: RangeId, interval: Interval } | null} */
  let wanted = null;

  /** Shows the range that was asked for, as far as its bars are here. @param {State} state */
  function applyRange(state) {
    const pane = state.panes[state.active];
    if (!wanted || pane.interval !== wanted.interval) return;
    const { bars, older } = seriesOf(state, pane);
    const newest = bars.at(-1);
    if (!newest) return;
    const start = Math.max(rangeStart(state, wanted.id), bars[0].ts);
    panes[state.active].plot.time.showFrom(Math.floor(start / 1e6), Math.floor(newest.ts / 1e6));
    const isWhole = older === "none" || bars[0].ts <= rangeStart(state, wanted.id);
    if (isWhole) wanted = null;
    else if (older === "unknown") queueMicrotask(() => onOlder(state.active));
  }

  function draw() {
    const state = /** @type {State} */ (shown);
    panes.forEach((pane, at) =>
      pane.render(state, state.panes[at], {
        colours: palette,
        hoveredUs: state.settings.crosshair || hovered.pane === at ? hovered.ts : null,
        active: state.panes.length > 1 && at === state.active,
      }),
    );
  }

  return {
    /**
     * @param {State} state
     * @param {string} nowLook the theme and palette
     */
    render(state, nowLook) {
      if (nowLook !== look) {
        look = nowLook;
        palette = readPalette(root);
      }
      shown = state;
      if (panes.length !== state.panes.length) build(state.panes.length);
      draw();
      menu.render(state);
      applyRange(state);
    },

    /** Places a drawing in the middle of the active chart. @param {import("../../state/drawings.js").DrawingKind} kind */
    place: (kind) => panes[shown?.active ?? 0].place(kind),

    /** Returns a picture of the active chart. @param {{ title: string, about: string }} texts above it */
    picture: (texts) => panes[shown?.active ?? 0].plot.picture(texts),

    /**
     * Shows a range in the active chart, once it has bars of the interval.
     *
     * @param {RangeId} id
     * @param {Interval} interval
     */
    showRange(id, interval) {
      wanted = { id, interval };
      onHover();
    },

    /** Goes back to the newest bars in all charts. */
    showNewest() {
      wanted = null;
      for (const { plot } of panes) plot.showNewest();
      onHover();
    },

    /** Tells whether the active chart has left the newest bars. */
    isAway: () => panes[shown?.active ?? 0]?.plot.time.isAway() ?? false,

    /** Returns the visible time range of the active chart, in microseconds. */
    visibleRange() {
      const range = panes[shown?.active ?? 0]?.plot.time.get().range;
      return range ? { from: range.from * 1e6, to: range.to * 1e6 } : null;
    },
  };
}
