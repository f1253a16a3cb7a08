/** One, two or four charts, whose crosshairs and times go together. */

import { readPalette } from "../../chart/palette.js";
import { setAttribute } from "../../lib/dom.js";
import { createPace } from "../../lib/frame.js";
import { barAt, seriesOf } from "../../state/select.js";
import { createPane } from "./pane.js";

/** @typedef {import("../../state/model.js").State} State */

/** Bars that form are drawn so often: the canvases of a chart are the dearest of the page to paint. */
const FORM_MS = 200;

/**
 * @param {HTMLElement} root
 * @param {import("../actions.js").Actions} actions
 */
export function createCharts(root, { onHover, onOlder, onActivate }) {
  /** @type {ReturnType<typeof createPane>[]} */
  let panes = [];
  /** @type {{ ts: number | null, pane: number }} the bar that is pointed at, and where */
  let hovered = { ts: null, pane: 0 };
  /** @type {State | undefined} */
  let shown;
  let look = "";
  let palette = readPalette(root);
  /** Views that are being set are not followed. */
  let following = false;

  /** @param {number} at @param {number | null} ts */
  function hover(at, ts) {
    if (ts === hovered.ts && at === hovered.pane) return;
    hovered = { ts, pane: at };
    panes.forEach(({ plot }, other) => {
      if (other === at || !shown) return;
      const bar = ts === null ? undefined : barAt(seriesOf(shown, shown.panes[other]).bars, ts);
      plot.setCross(bar ? { ts: bar.ts, price: bar.close } : null);
    });
    onHover();
  }

  /** @param {number} from the pane that was moved */
  function follow(from) {
    if (following || panes.length < 2 || !panes[from].node.matches(":hover, :focus-within")) return;
    following = true;
    const view = panes[from].plot.view();
    panes.forEach(({ plot }, at) => void (at !== from && plot.setView(view)));
    // The library says that a view changed in the next frame.
    requestAnimationFrame(() => requestAnimationFrame(() => (following = false)));
  }

  /** @param {number} count */
  function build(count) {
    for (const pane of panes.splice(count)) pane.remove();
    while (panes.length < count) {
      const at = panes.length;
      const pane = createPane({
        palette,
        number: at + 1,
        onHover: (ts) => hover(at, ts),
        onView: () => follow(at),
        onOlder: () => onOlder(at),
        onActivate: () => onActivate(at),
      });
      panes.push(pane);
      root.append(pane.node);
    }
    setAttribute(root, "data-count", count);
  }

  function draw() {
    const state = /** @type {State} */ (shown);
    panes.forEach((pane, at) =>
      pane.render(state, state.panes[at], {
        colours: palette,
        hoveredUs: hovered.ts,
        active: state.panes.length > 1 && at === state.active,
      }),
    );
  }
  const drawForming = createPace(draw, () => FORM_MS);
  /** What else than bars that form decides what is drawn. @type {readonly unknown[]} */
  let drawnOf = [];

  return {
    /**
     * @param {State} state
     * @param {string} nowLook the theme and palette that are on
     */
    render(state, nowLook) {
      if (nowLook !== look) {
        look = nowLook;
        palette = readPalette(root);
      }
      shown = state;
      if (panes.length !== state.panes.length) build(state.panes.length);
      const of = [
        state.panes,
        state.active,
        state.settings,
        state.instruments,
        state.epoch,
        state.link,
        palette,
        hovered,
        state.news,
        state.scenarios,
        state.groups,
        ...[...state.series.values()].map(({ revision }) => revision),
      ];
      if (of.length === drawnOf.length && of.every((one, at) => one === drawnOf[at])) return drawForming();
      drawnOf = of;
      draw();
    },

    /** The picture of the active chart. */
    picture: () => panes[shown?.active ?? 0].plot.picture(),

    /** What of the time the active chart shows, in microseconds. */
    visibleRange() {
      const range = panes[shown?.active ?? 0]?.plot.view().range;
      return range ? { from: range.from * 1e6, to: range.to * 1e6 } : null;
    },
  };
}
