/**
 * The drawings of one chart, as a person makes, moves and edits them. A drawing that is being made or moved is only
 * here; the state has it once it is done.
 */

import { createDrawings } from "../../chart/drawings.js";
import { setAttribute } from "../../lib/dom.js";
import { priceText } from "../../lib/number.js";
import { DRAWING_COLOURS, DRAWING_KINDS, drawingsOf, isSpread, moved, nextId, undoable } from "../../state/drawings.js";
import { linkedDrawings } from "../../state/drawingtext.js";
import { drawingName, KIND_TITLES } from "../../state/drawingwords.js";
import { seriesOf } from "../../state/select.js";
import { figureOf } from "./drawfigure.js";
import { PART_NAMES, partAfter, wishOf } from "./drawkeys.js";
import { createDrawPlace } from "./drawplace.js";
import { createDrawPointer } from "./drawpointer.js";
import { createDrawText } from "./drawtext.js";
import { createDrawTools } from "./drawtools.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").Pane} Pane */
/** @typedef {import("../../state/drawings.js").Drawing} Drawing */
/** @typedef {import("../../state/drawings.js").DrawingKind} DrawingKind */
/** @typedef {import("../../state/drawings.js").Anchor} Anchor */
/** @typedef {import("../../chart/palette.js").Palette} Palette */
/** @typedef {import("./drawpointer.js").Point} Point */

/** The rest after which moves by keys are done: one step to undo, and one change of the address. */
const REST_MS = 300;
/** The distance of a duplicate from its original. */
const COPY = { bars: 2, px: 24 };

/**
 * @param {object} given
 * @param {HTMLElement} given.node the pane
 * @param {HTMLElement} given.canvas
 * @param {HTMLElement} given.side where the button of the tools is
 * @param {import("../../chart/plot.js").Plot} given.plot
 * @param {(text: string) => void} given.say
 * @param {Pick<import("../actions.js").Actions, "onDraw" | "onSet">} given.actions
 * @param {() => void} given.onChange the picture is not up to date
 */
export function createDrawingLayer({ node, canvas, side, plot, say, actions, onChange }) {
  /** @type {{ state: State, pane: Pane, colours: Palette } | null} */
  let shown = null;
  /** @type {DrawingKind | null} */
  let tool = null;
  /** The drawing that is being made, without its last anchor's final place. @type {Drawing | null} */
  let draft = null;
  /** @type {{ drawing: Drawing, now: Drawing, at: number | null, from: { index: number, price: number } } | null} */
  let grabbed = null;
  /** The drawing that keys are moving, until the state has it. @type {Drawing | null} */
  let nudged = null;
  let isSettled = true;
  let resting = 0;
  /** @type {number | null} */
  let selected = null;
  /** @type {number | null} */
  let hovered = null;
  /** The anchor that the arrow keys move, or `null` for all. @type {number | null} */
  let part = null;

  const instrumentOf = () => shown?.state.instruments.get(shown.pane.symbol ?? "");
  const drawings = createDrawings(plot, (price) => priceText(price, instrumentOf()));
  const text = createDrawText(node, plot);
  const tools = createDrawTools({ onTool, onAction, onSelect: (id) => (select(id), canvas.focus()) });
  const pointer = createDrawPointer(node, canvas, { press, move, release, cancel, hover, open });
  side.append(tools.selected);
  side.after(tools.node);

  const bars = () => (shown ? seriesOf(shown.state, shown.pane).bars : []);
  const shiftUs = () => shown?.state.feed?.time_shift_us ?? 0;
  /** @returns {readonly Drawing[]} */
  const own = () =>
    (shown ? drawingsOf(shown.state.drawings, shown.pane.symbol) : []).map((one) =>
      one.id === nudged?.id ? nudged : one,
    );
  const place = createDrawPlace(plot, () => ({
    bars: bars(),
    instrument: instrumentOf(),
    shiftUs: shiftUs(),
    magnet: shown?.state.settings.magnet ?? false,
  }));
  const selectedDrawing = () => own().find(({ id }) => id === selected) ?? null;
  const name = (/** @type {Drawing} */ drawing) => drawingName(drawing, instrumentOf());

  /** @param {Drawing} drawing */
  const put = (drawing) => actions.onDraw({ edit: "put", drawing });

  /** Ends the moves by keys. */
  function settle() {
    clearTimeout(resting);
    if (nudged && !isSettled) put(nudged);
    isSettled = true;
  }

  /** @param {number | null} id */
  function select(id) {
    if (selected === id) return;
    selected = id;
    part = null;
    const drawing = selectedDrawing();
    if (drawing) say(`${name(drawing)} selected. Arrow keys move it, Tab its ends, Delete removes it.`);
    onChange();
  }

  /** @param {readonly Anchor[]} anchors @returns {Drawing} */
  function begun(anchors) {
    const kind = /** @type {DrawingKind} */ (tool);
    const id = nextId(/** @type {State} */ (shown?.state).drawings);
    return { id, symbol: shown?.pane.symbol ?? "", kind, colour: 0, anchors, text: "" };
  }

  /** @param {Point} at @param {{ free: boolean, reach: number }} how */
  function press(at, { free, reach }) {
    const { width, height } = plot.area();
    if (at.x > width || at.y > height || !shown) return false;
    text.close();
    settle();
    if (tool) {
      const anchor = place.anchorAt(at, free);
      if (anchor)
        draft = draft
          ? moved(draft, () => anchor, draft.anchors.length - 1)
          : begun(Array(DRAWING_KINDS[tool]).fill(anchor));
      onChange();
      return true;
    }
    const found = drawings.at(at, reach);
    select(found?.id ?? null);
    const drawing = own().find(({ id }) => id === found?.id);
    const index = plot.place.indexAt(at.x);
    const price = plot.priceOf(at.y);
    if (!found || !drawing || index === null || price === null) return false;
    const handle = found.hit.part === "handle" && DRAWING_KINDS[drawing.kind] > 1 ? found.hit.at : null;
    grabbed = { drawing, now: drawing, at: handle, from: { index, price } };
    return true;
  }

  /** @param {Point} at @param {boolean} free */
  function move(at, free) {
    const anchor = place.anchorAt(at, free);
    if (!anchor) return;
    if (draft) draft = moved(draft, () => anchor, draft.anchors.length - 1);
    else if (grabbed) grabbed.now = place.movedTo(grabbed, at, anchor);
    onChange();
  }

  /** @param {Point} at @param {boolean} free @param {boolean} far */
  function release(at, free, far) {
    move(at, free);
    if (grabbed) {
      const { drawing, now } = grabbed;
      grabbed = null;
      if (far || JSON.stringify(now.anchors) !== JSON.stringify(drawing.anchors)) put(now);
    } else if (draft) {
      // A click sets the first end, and the next one the other. A drag sets both.
      if (far || isSpread(draft)) finish();
    }
    onChange();
  }

  function finish() {
    const done = draft;
    draft = null;
    take(null);
    if (!done) return;
    if (done.kind !== "text") put(done);
    selected = done.id;
    part = null;
    canvas.focus({ preventScroll: true });
    if (done.kind === "text") edit(done);
    else say(`${name(done)} added.`);
  }

  /** Opens the field of a text. @param {Drawing} drawing */
  function edit(drawing) {
    const [{ ts, price }] = drawing.anchors;
    text.open(drawing.text, { ts: ts + shiftUs(), price }, (words) => {
      if (words === "") actions.onDraw({ edit: "remove", id: drawing.id });
      else if (words !== drawing.text) put({ ...drawing, text: words });
      canvas.focus({ preventScroll: true });
      onChange();
    });
  }

  function cancel() {
    draft = null;
    grabbed = null;
    onChange();
  }

  /** @param {Point | null} at @param {boolean} free */
  function hover(at, free) {
    if (draft && at) return move(at, free);
    const found = at === null || tool ? null : drawings.at(at, 6);
    setAttribute(node, "data-draw", tool ? "tool" : found ? found.hit.part : null);
    if (hovered === (found?.id ?? null)) return;
    hovered = found?.id ?? null;
    onChange();
  }

  /** @param {Point} at */
  function open(at) {
    const drawing = own().find(({ id }) => id === drawings.at(at, 6)?.id);
    if (drawing?.kind === "text") edit(drawing);
  }

  /** Takes a tool in hand, or puts it down. @param {DrawingKind | null} next */
  function take(next) {
    tool = next;
    setAttribute(node, "data-draw", tool && "tool");
  }

  /** @param {DrawingKind} kind @param {boolean} byKey */
  function onTool(kind, byKey) {
    cancel();
    take(tool === kind && !byKey ? null : kind);
    if (!tool) return onChange();
    selected = null;
    const anchors = byKey ? place.middle(DRAWING_KINDS[kind]) : null;
    if (anchors) {
      draft = begun(anchors);
      finish();
    } else say(`${KIND_TITLES[kind]}: choose ${DRAWING_KINDS[kind] > 1 ? "two points" : "a point"} on the chart.`);
    onChange();
  }

  /** @param {import("./drawtools.js").ToolAction} action */
  function onAction(action) {
    settle();
    const symbol = shown?.pane.symbol;
    const drawing = selectedDrawing();
    if (!symbol || !shown) return;
    if (action === "magnet") actions.onSet({ magnet: !shown.state.settings.magnet });
    else if (action === "undo" || action === "redo") actions.onDraw({ edit: action, symbol });
    else if (action === "clear") actions.onDraw({ edit: "clear", symbol });
    else if (drawing) onSelected(action, drawing);
    onChange();
  }

  /** @param {"colour" | "copy" | "text" | "remove"} action @param {Drawing} drawing */
  function onSelected(action, drawing) {
    if (action === "text") return edit(drawing);
    if (action === "colour") return put({ ...drawing, colour: (drawing.colour + 1) % DRAWING_COLOURS });
    if (action === "remove") {
      actions.onDraw({ edit: "remove", id: drawing.id });
      selected = null;
      canvas.focus({ preventScroll: true });
      return say(`${name(drawing)} deleted.`);
    }
    const fall = (plot.priceOf(COPY.px) ?? 0) - (plot.priceOf(0) ?? 0);
    const copy = {
      ...place.movedBy(drawing, { bars: COPY.bars, rise: fall }),
      id: nextId(shown?.state.drawings ?? { list: [] }),
    };
    put(copy);
    selected = copy.id;
    say(`${name(copy)} added.`);
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.target instanceof HTMLInputElement) return;
    if (!handleKey(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether it was for the drawings */
  function handleKey(event) {
    const drawing = selectedDrawing();
    const wish = wishOf(event, drawing !== null && document.activeElement === canvas);
    if (wish?.does === "escape") return escape();
    if (wish?.does === "action") onAction(wish.action);
    else if (!wish || !drawing) return false;
    else if (wish.does === "part") return nextPart(drawing, wish.back);
    else if (wish.does === "move") moveByKey(drawing, wish);
    else if (drawing.kind === "text") edit(drawing);
    else return false;
    return true;
  }

  function escape() {
    if (!draft && !grabbed && !tool && selected === null) return false;
    pointer.leave();
    if (draft || grabbed) cancel();
    else if (tool) take(null);
    else select(null);
    onChange();
    return true;
  }

  /**
   * Chooses the next part that the arrow keys move. Returns whether there is one.
   *
   * @param {Drawing} drawing
   * @param {boolean} back
   */
  function nextPart(drawing, back) {
    const next = partAfter(drawing, part, back);
    if (next === undefined) return false;
    part = next;
    say(PART_NAMES[next ?? 2]);
    return true;
  }

  /** @param {Drawing} drawing @param {{ bars: number, ticks: number }} by */
  function moveByKey(drawing, { bars: count, ticks }) {
    isSettled = false;
    const rise = ticks * (instrumentOf()?.tick_size ?? 0);
    nudged = place.movedBy(drawing, { bars: count, rise }, part);
    clearTimeout(resting);
    resting = window.setTimeout(settle, REST_MS);
    say(name(nudged));
    onChange();
  }
  node.addEventListener("keydown", onKey);
  canvas.addEventListener("blur", settle);

  /** @param {Drawing} drawing */
  const figure = (drawing) =>
    figureOf(drawing, { instrument: instrumentOf(), shiftUs: shiftUs(), indexOf: plot.place.indexOf });

  /** The sources of the last picture. @type {readonly unknown[]} */
  let seen = [];

  return {
    /** Opens or closes the strip of tools. @param {boolean} open */
    show(open) {
      setAttribute(tools.node, "hidden", !open);
      if (open) return;
      take(null);
      cancel();
    },

    /** Tells whether arrow keys are for a drawing. */
    hasKeys: () => selectedDrawing() !== null,

    /** Makes a drawing of a kind, as the tool's button does by key. @param {DrawingKind} kind */
    place: (kind) => onTool(kind, true),

    /** @param {State} state @param {Pane} pane @param {Palette} colours */
    render(state, pane, colours) {
      if (shown && shown.pane.symbol !== pane.symbol) {
        selected = hovered = null;
        draft = grabbed = null;
        text.close();
      }
      if (isSettled && state.drawings.list !== shown?.state.drawings.list) nudged = null;
      shown = { state, pane, colours };
      const { list } = state.drawings;
      const all = bars();
      const places = [pane.interval, all.length, all[0]?.ts, shiftUs(), state.instruments];
      const now = [
        list,
        pane.symbol,
        colours,
        draft,
        grabbed?.now,
        nudged,
        selected,
        hovered,
        tool,
        text.isOpen(),
        ...places,
      ];
      const magnet = state.settings.magnet;
      if (now.every((one, at) => one === seen[at]) && seen.at(-1) === magnet) return;
      seen = [...now, magnet];
      const mine = own();
      const inHand = [grabbed?.now, draft].filter((one) => one != null);
      const figures = [...mine.filter(({ id }) => !inHand.some((one) => one.id === id)), ...inHand].map(figure);
      drawings.set({ figures, selected: draft ? draft.id : selected, hovered }, colours);
      tools.render({
        tool,
        selected: selectedDrawing(),
        own: mine,
        instrument: instrumentOf(),
        undoable: undoable(state.drawings, pane.symbol ?? ""),
        magnet,
        unlinked: linkedDrawings(
          list,
          state.panes.map(({ symbol }) => symbol),
        ).left,
      });
    },

    remove() {
      settle();
      pointer.leave();
      text.close();
    },
  };
}
