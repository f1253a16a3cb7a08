/** The button that opens the drawing tools of a chart. They are loaded for it, or for a symbol that has drawings. */

import { element, setAttribute } from "../../lib/dom.js";
import { icon } from "../../lib/icon.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").Pane} Pane */
/** @typedef {import("../../state/drawings.js").DrawingKind} DrawingKind */
/** @typedef {ReturnType<typeof import("./drawings.js").createDrawingLayer>} Layer */

const FAULT = "The drawing tools could not be loaded. Reload the page.";

/**
 * @param {Pick<Parameters<typeof import("./drawings.js").createDrawingLayer>[0], "node" | "canvas" | "plot" | "say"> &
 * {
 *   actions: import("../actions.js").Actions }} given
 */
export function createDrawing({ node, canvas, plot, say, actions }) {
  const button = element(
    "button",
    { type: "button", class: "tool draw-open", "aria-expanded": "false", "aria-label": "Draw", title: "Draw" },
    icon("pencil"),
  );
  const side = element("div", { class: "draw-side" }, button);
  node.append(side);
  /** @type {Layer | null} */
  let layer = null;
  /** @type {Promise<Layer> | null} */
  let loading = null;
  let isOpen = false;
  /** What the layer draws once it is there. @type {[State, Pane, import("../../chart/palette.js").Palette] | null} */
  let shown = null;

  async function create() {
    const { createDrawingLayer } = await import("./drawings.js");
    layer = createDrawingLayer({ node, canvas, side, plot, say, actions, onChange: actions.onHover });
    layer.show(isOpen);
    if (shown) layer.render(...shown);
    return layer;
  }
  /** @param {(layer: Layer) => void} run */
  function withLayer(run) {
    loading ??= create().catch((fault) => {
      loading = null;
      actions.onFault(FAULT);
      throw fault;
    });
    void loading.then(run, () => {});
  }
  /** @param {boolean} open */
  function show(open) {
    isOpen = open;
    setAttribute(button, "aria-expanded", String(open));
    withLayer((one) => one.show(open));
  }
  button.addEventListener("click", () => show(!isOpen));

  return {
    /** Tells whether arrow keys are for a drawing. */
    hasKeys: () => layer?.hasKeys() ?? false,

    /** Places a drawing in the middle. @param {DrawingKind} kind */
    place(kind) {
      show(true);
      withLayer((one) => one.place(kind));
    },

    /** @param {State} state @param {Pane} pane @param {import("../../chart/palette.js").Palette} colours */
    render(state, pane, colours) {
      shown = [state, pane, colours];
      if (layer) layer.render(...shown);
      else if (!loading && state.drawings.list.some(({ symbol }) => symbol === pane.symbol)) withLayer(() => {});
    },

    remove: () => layer?.remove(),
  };
}
