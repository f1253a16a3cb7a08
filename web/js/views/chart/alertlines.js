/**
 * The price alerts of a chart: a line for each, moved by dragging or with the arrow keys, and a button at the pointer
 * that sets one.
 */

import { element, setAttribute } from "../../lib/dom.js";
import { icon } from "../../lib/icon.js";
import { priceText } from "../../lib/number.js";
import { alertText } from "../../state/alerts.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/alerts.js").Alert} Alert */
/** @typedef {import("../../state/model.js").Instrument} Instrument */

/** @type {Record<string, number>} */
const KEYS = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 };

/**
 * Rounds a price to the tick size of its instrument, without the noise of binary fractions.
 *
 * @param {number} price
 * @param {{ tick_size: number, price_decimals_max: number }} instrument
 */
export function roundedPrice(price, { tick_size, price_decimals_max }) {
  const ticks = tick_size > 0 ? Math.round(price / tick_size) * tick_size : price;
  return Number(ticks.toFixed(price_decimals_max));
}

/**
 * @param {HTMLElement} node the pane
 * @param {import("../../chart/plot.js").Plot} plot
 * @param {(symbol: string, price: number, alert: Alert | null) => void} onAlert sets an alert, or moves one
 */
export function createAlertLines(node, plot, onAlert) {
  const add = element("button", { type: "button", class: "alert-add", tabindex: -1, hidden: true }, icon("alert"));
  const lines = element("div", { class: "alert-lines" });
  node.append(lines, add);
  /** @type {{ symbol: string, instrument: Instrument } | null} */
  let shown = null;
  /** The handles by the ids of their alerts. @type {Map<number, { handle: HTMLElement, alert: Alert }>} */
  const handles = new Map();
  /** The alert that is dragged, and where it is. @type {{ id: number, price: number } | null} */
  let dragged = null;
  /** The price under the pointer. */
  let pointedAt = NaN;

  /** @param {number} clientY */
  function priceAt(clientY) {
    const price = plot.priceAt(clientY - node.getBoundingClientRect().top);
    return price === null || !shown ? null : roundedPrice(price, shown.instrument);
  }

  node.addEventListener("pointermove", (event) => {
    if (event.target instanceof Node && (add.contains(event.target) || lines.contains(event.target))) return;
    const price = event.pointerType === "mouse" && event.buttons === 0 ? priceAt(event.clientY) : null;
    setAttribute(add, "hidden", price === null);
    if (price === null || !shown) return;
    pointedAt = price;
    add.style.insetBlockStart = `${event.clientY - node.getBoundingClientRect().top}px`;
    const name = `Alert at ${priceText(price, shown.instrument)}`;
    setAttribute(add, "aria-label", name);
    setAttribute(add, "title", name);
  });
  node.addEventListener("pointerleave", () => setAttribute(add, "hidden", true));
  add.addEventListener("click", () => {
    setAttribute(add, "hidden", true);
    if (shown && Number.isFinite(pointedAt)) onAlert(shown.symbol, pointedAt, null);
  });

  /** @param {number} id */
  function createHandle(id) {
    const handle = element("div", { class: "alert-line", role: "slider", tabindex: 0, "aria-orientation": "vertical" });
    const alertOf = () => handles.get(id)?.alert;
    handle.addEventListener("pointerdown", (event) => {
      handle.setPointerCapture(event.pointerId);
      const alert = alertOf();
      if (alert) dragged = { id, price: alert.value };
    });
    handle.addEventListener("pointermove", (event) => {
      const price = dragged?.id === id ? priceAt(event.clientY) : null;
      if (price === null || !dragged) return;
      dragged.price = price;
      draw();
    });
    const drop = () => {
      const alert = alertOf();
      if (dragged?.id === id && alert && shown && dragged.price !== alert.value) {
        onAlert(shown.symbol, dragged.price, alert);
      }
      dragged = null;
    };
    handle.addEventListener("pointerup", drop);
    handle.addEventListener("pointercancel", () => (dragged = null));
    handle.addEventListener("keydown", (event) => {
      const alert = alertOf();
      const by = KEYS[event.key];
      if (!by || !alert || !shown) return;
      event.preventDefault();
      event.stopPropagation();
      onAlert(shown.symbol, roundedPrice(alert.value + by * shown.instrument.tick_size, shown.instrument), alert);
    });
    lines.append(handle);
    return handle;
  }

  function draw() {
    const all = [...handles.values()].map(({ alert }) => ({
      id: alert.id,
      price: dragged?.id === alert.id ? dragged.price : alert.value,
    }));
    plot.setAlerts(all);
    for (const { id, price } of all) {
      const { handle, alert } = /** @type {{ handle: HTMLElement, alert: Alert }} */ (handles.get(id));
      const y = plot.yOf(price);
      setAttribute(handle, "hidden", y === null);
      if (y !== null) handle.style.transform = `translateY(${y}px)`;
      setAttribute(handle, "aria-label", alertText(alert, shown?.instrument));
      setAttribute(handle, "aria-valuenow", price);
      setAttribute(handle, "aria-valuetext", priceText(price, shown?.instrument));
    }
  }

  return {
    /** @param {State} state @param {string | null} symbol */
    render({ settings, instruments }, symbol) {
      const instrument = instruments.get(symbol ?? "");
      shown = symbol !== null && instrument ? { symbol, instrument } : null;
      const wanted = settings.alerts.filter((one) => one.armed && one.field === "last" && one.symbol === symbol);
      const ids = new Set(wanted.map(({ id }) => id));
      for (const [id, { handle }] of handles) {
        if (ids.has(id)) continue;
        handle.remove();
        handles.delete(id);
      }
      for (const alert of wanted) {
        handles.set(alert.id, { handle: handles.get(alert.id)?.handle ?? createHandle(alert.id), alert });
      }
      draw();
    },
  };
}
