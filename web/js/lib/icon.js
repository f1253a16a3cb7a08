/** Icons, drawn as lines on a grid of 16 by 16. */

import { svg } from "./dom.js";

const PATHS = {
  folder: "M1.5 12.5v-9h4.200l1.500 2h7.300v7z",
  search: "M7 12a5 5 0 1 0 0-10 5 5 0 0 0 0 10Zm3.6-1.4L14 14",
  columns: "M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10",
  candles: "M4.5 2v2m0 6v3M3 4h3v6H3zM11.5 3v3m0 5v3M10 6h3v5h-3z",
  bars: "M4 3v10M2 5h2M4 11h2M11 2v10M9 4h2M11 10h2",
  line: "M2 12l4-5 3 3 5-7",
  area: "M2 11l4-4 3 2 5-5v10H2z",
  indicator: "M2 10c2 0 2-6 4.5-6S9 12 11 12s1.5-3 3-4M2 14h12",
  compare: "M2 12c4 0 5-8 12-8M2 6c5 0 6 6 12 6",
  scale: "M4 2v12M4 2L2 4m2-2 2 2M8 13h6M8 9h4M8 5h2",
  one: "M2.5 3h11v10h-11z",
  two: "M2.5 3h11v10h-11zM8 3v10",
  four: "M2.5 3h11v10h-11zM8 3v10M2.5 8h11",
  cross: "M8 1.5v13M1.5 8h13M5.5 8a2.5 2.5 0 1 0 5 0 2.5 2.5 0 0 0-5 0Z",
  link: "M6.5 9.5l3-3M7 4.5l1.5-1.5a3 3 0 0 1 4.5 4.5L11.5 9M9 11.5l-1.5 1.5a3 3 0 0 1-4.5-4.5L4.5 7",
  table: "M2.5 3h11v10h-11zM2.5 6.3h11M2.5 9.6h11M6 3v10",
  camera: "M2 5h3l1-2h4l1 2h3v8H2zM8 11a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6Z",
  download: "M8 2v8m0 0L5 7m3 3 3-3M2.5 13.5h11",
  pause: "M5 3v10M11 3v10",
  play: "M4.5 3v10L13 8z",
  start: "M4 3v10M13 3L6 8l7 5z",
  step: "M3 3v10l6-5zM12.5 3v10",
  bar: "M1.5 8H7M5 6l2 2-2 2M11.5 2.5V5m0 6v2.5M10 5h3v6h-3z",
  gap: "M1.5 8h3.5M11 8h3.500M8 2.5v2M8 7v2M8 11.500v2",
  move: "M1.5 11H5l3-7.5 3 9 2-4.500h1.5",
  loop: "M3 8a5 5 0 0 1 8.5-3.500L13 6M13 3v3h-3M13 8a5 5 0 0 1-8.5 3.500L3 10M3 13v-3h3",
  skip: "M2 4l5 4-5 4zM8 4l5 4-5 4zM14 4v8",
  flag: "M4 14V2.5M4 3h8l-2 2.5 2 2.5H4",
  bookmark: "M4.5 2.5h7V14L8 11l-3.5 3z",
  alert: "M4 11V7a4 4 0 0 1 8 0v4l1 1H3zM7 14h2",
  star: "M8 2l1.8 3.8 4.2.5-3.1 2.9.8 4.1L8 11.3l-3.7 2 .8-4.1L2 6.3l4.2-.5z",
  close: "M4 4l8 8M12 4l-8 8",
  up: "M8 13V3M4 7l4-4 4 4",
  down: "M8 3v10M4 9l4 4 4-4",
  fold: "M4 6l4 4 4-4",
  keyboard: "M1.5 4h13v8h-13zM4 6.5h.01M6.7 6.5h.01M9.3 6.5h.01M12 6.5h.01M5 9.5h6",
  screen: "M2 3h12v8H2zM6 14h4M8 11v3",
  sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  moon: "M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5Z",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.8V8l2.2 1.6",
  pencil: "M3 13l.7-3L11 2.7l2.3 2.3L6 12.3zM9.5 4.2l2.3 2.3",
  level: "M1.5 8h13M5 6.5v3",
  trend: "M3 13L13 3M3 14a1 1 0 1 0 0-2 1 1 0 0 0 0 2ZM13 4a1 1 0 1 0 0-2 1 1 0 0 0 0 2Z",
  rectangle: "M2.5 4h11v8h-11z",
  fibonacci: "M2 3h12M2 6.5h12M2 9h12M2 13h12M4 13L12 3",
  measure: "M2 10.5L10.5 2 14 5.5 5.5 14zM4.8 7.7l1.5 1.5M7.5 5l1.5 1.5",
  text: "M3.5 5V3h9v2M8 3v10M6 13h4",
  magnet: "M3.5 2.5v5.5a4.5 4.5 0 0 0 9 0V2.5h-3V8a1.5 1.5 0 0 1-3 0V2.5zM3.5 5h3M9.5 5h3",
  undo: "M3 7h6.5a3.5 3.5 0 0 1 0 7H6M3 7l3-3M3 7l3 3",
  redo: "M13 7H6.5a3.5 3.5 0 0 0 0 7H10M13 7l-3-3M13 7l-3 3",
  list: "M6 4h8M6 8h8M6 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01",
  colour: "M8 2s4.5 4.5 4.5 7.5a4.5 4.5 0 0 1-9 0C3.5 6.5 8 2 8 2Z",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  trash: "M3 4.5h10M6 4.5v-2h4v2M4.5 4.5l.5 9h6l.5-9",
  half: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 2v12",
};

/** @typedef {keyof typeof PATHS} IconName */

/** @param {IconName} name */
export function icon(name) {
  const path = svg("path", { d: PATHS[name] });
  const node = svg("svg", { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true" }, path);
  return Object.assign(node, {
    /** @param {IconName} next */
    show(next) {
      if (path.getAttribute("d") !== PATHS[next]) path.setAttribute("d", PATHS[next]);
    },
  });
}
