/**
 * The ticker at the top: symbols with their last price and change. It stops while it is pointed at or paused.
 *
 * The browser runs the motion as one animation. Texts change in place, in boxes of fixed width.
 */

import { element, setAttribute, setName, setText, span } from "../../lib/dom.js";
import { icon } from "../../lib/icon.js";
import { direction, GLYPHS, percentText, priceText } from "../../lib/number.js";
import { changePercent } from "../../state/quotes.js";

/** @typedef {import("../../state/model.js").State} State */
/** @typedef {import("../../state/model.js").Quote} Quote */

const MOST = 40;
const PX_PER_SECOND = 45;

/**
 * @param {HTMLElement} root
 * @param {import("../actions.js").Actions} actions
 */
export function createTicker(root, { onChoose, onSet, onVisible }) {
  const glyph = icon("pause");
  const button = element("button", { type: "button", class: "tool ticker-pause", id: "ticker-pause" }, glyph);
  const belt = element("div", { class: "belt" });
  const track = element("div", { class: "belt-window" }, belt);
  root.append(button, track);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let paused = false;
  button.addEventListener("click", () => onSet({ tickerPaused: !paused }));
  belt.addEventListener("click", (event) => {
    const item = event.target instanceof Element ? event.target.closest("[data-symbol]") : null;
    if (item instanceof HTMLElement && item.dataset.symbol) onChoose(item.dataset.symbol);
  });

  /**
   * `quote` is the one that was drawn.
   *
   * @type {{ symbol: string, quote: Quote | undefined, nodes: { item: HTMLElement, price: HTMLElement, move: HTMLElement
   *   }[] }[]}
   */
  let items = [];
  /** @type {Animation | null} */
  let motion = null;
  let drawn = "";

  /** @param {readonly string[]} symbols */
  function build(symbols) {
    items = symbols.map((symbol) => ({ symbol, quote: undefined, nodes: [] }));
    // Two copies, so that the end meets the beginning. Screen readers and the keyboard skip the second.
    const halves = [false, true].map((copy) =>
      element("div", { class: "belt-half", "aria-hidden": copy }, ...items.map((one) => make(one, copy))),
    );
    belt.replaceChildren(...halves);
    motion?.cancel();
    const width = halves[0].offsetWidth;
    motion =
      calm.matches || width <= track.clientWidth
        ? null
        : belt.animate([{ transform: "translateX(0)" }, { transform: `translateX(-${width}px)` }], {
            duration: (width / PX_PER_SECOND) * 1000,
            iterations: Infinity,
          });
    setAttribute(track, "data-still", motion === null);
  }

  /** @param {typeof items[number]} one @param {boolean} copy */
  function make({ symbol, nodes }, copy) {
    const price = span("belt-price");
    const move = span("belt-move");
    const item = element(
      "button",
      { type: "button", class: "belt-item", "data-symbol": symbol, tabindex: -1, "aria-hidden": copy },
      span("belt-symbol", symbol),
      price,
      move,
    );
    nodes.push({ item, price, move });
    return item;
  }

  /** @param {State} state */
  function symbolsOf({ instruments, settings }) {
    const liked = settings.favourites.filter((symbol) => instruments.has(symbol));
    return (liked.length >= 5 ? liked : [...new Set([...liked, ...instruments.keys()])]).slice(0, MOST);
  }

  return {
    /** @param {State} state */
    render(state) {
      setAttribute(root, "hidden", !state.settings.ticker);
      if (!state.settings.ticker) return;
      const symbols = symbolsOf(state);
      const key = symbols.join();
      if (key !== drawn) {
        drawn = key;
        build(symbols);
        onVisible("ticker", symbols);
      }
      paused = state.settings.tickerPaused;
      const still = paused || state.paused || track.matches(":hover, :focus-within");
      if (motion && still !== (motion.playState === "paused")) still ? motion.pause() : motion.play();
      glyph.show(paused ? "play" : "pause");
      setName(button, paused ? "Run the ticker" : "Pause the ticker");
      for (const one of items) {
        const { symbol, nodes } = one;
        const quote = state.quotes.get(symbol);
        if (quote === one.quote) continue;
        one.quote = quote;
        const way = direction(quote?.change);
        for (const { item, price, move } of nodes) {
          setAttribute(item, "data-way", way);
          setText(price, priceText(quote?.last ?? null, state.instruments.get(symbol)));
          setText(move, quote?.change == null ? "" : `${GLYPHS[way]} ${percentText(changePercent(quote))}`);
        }
      }
    },
  };
}
