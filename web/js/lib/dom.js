/**
 * Creates and changes elements, and writes only differences.
 *
 * All content goes in as text, so it cannot become markup.
 */

/** @typedef {Record<string, string | number | boolean | null | undefined>} Attributes */

/**
 * Creates an element. An attribute that is `true` is written empty. One that is `false`, `null` or `undefined` is left
 * out.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  node.append(...children);
  return node;
}

/**
 * Creates a `span` of a class.
 *
 * @param {string} kind
 * @param {...(Node | string)} children
 */
export const span = (kind, ...children) => element("span", { class: kind }, ...children);

const SVG = "http://www.w3.org/2000/svg";

/**
 * Creates an SVG element.
 *
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Node} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  node.append(...children);
  return node;
}

/**
 * Changes the text node in place, as prices change many times a second.
 *
 * @param {Element} node an element with nothing but text
 * @param {string} text
 */
export function setText(node, text) {
  const held = node.firstChild;
  if (!(held instanceof Text)) node.textContent = text;
  else if (held.data !== text) held.data = text;
}

/**
 * @param {Element} node
 * @param {string} name
 * @param {string | number | boolean | null | undefined} value
 */
export function setAttribute(node, name, value) {
  if (value === false || value === null || value === undefined) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
    return;
  }
  const text = value === true ? "" : String(value);
  if (node.getAttribute(name) !== text) node.setAttribute(name, text);
}

/**
 * Names an element, for screen readers and as its tooltip.
 *
 * @param {Element} node
 * @param {string} name
 */
export function setName(node, name) {
  setAttribute(node, "aria-label", name);
  setAttribute(node, "title", name);
}

/**
 * Finds an element of the HTML page.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`the page has no element #${id}`);
  return node;
}
