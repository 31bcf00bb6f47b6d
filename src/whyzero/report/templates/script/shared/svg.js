// Nodes. Text from the data becomes text nodes, never markup.

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

/**
 * An SVG element; a child that is not a node becomes text.
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {...(Node | string)} children
 * @returns {SVGElement}
 */
export function svgNode(tag, attributes = {}, ...children) {
  return withContent(document.createElementNS(SVG_NAMESPACE, tag), attributes, children);
}

/**
 * An HTML element, the same way.
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function htmlNode(tag, attributes = {}, ...children) {
  return withContent(document.createElement(tag), attributes, children);
}

/** A line of text in a figure; `anchor` is the part of it that stands at x. */
export function svgText(words, x, y, classes = "", anchor = "middle") {
  return svgNode("text", { x: round(x), y: round(y), class: classes, "text-anchor": anchor }, words);
}

/** The `d` of a path through points; null between them breaks the line. */
export function lineThrough(points) {
  let pen = "M";
  let d = "";
  for (const point of points) {
    if (point === null) pen = "M";
    else {
      d += `${pen}${round(point[0])} ${round(point[1])}`;
      pen = "L";
    }
  }
  return d;
}

/** A position with two decimals, as short text. */
export function round(position) {
  return String(Math.round(position * 100) / 100);
}

function withContent(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  node.append(...children);
  return node;
}
