// Nodes and numbers. Text from the data becomes text nodes, never markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Python's `significant`: so many digits, a real minus sign, powers of ten outside [1e-4, 1e7).
 * @param {number | null | undefined} value
 */
export function significant(value, digits = 4) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "\u2013";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const sign = value < 0 ? "\u2212" : "";
  const [mantissa, power] = size.toExponential(digits - 1).split("e");
  if (size < 1e-4 || size >= 1e7) {
    const raised = String(Number(power)).replace(/[-\d]/g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]);
    return `${sign}${mantissa}×10${raised}`;
  }
  return sign + size.toFixed(Math.max(0, digits - 1 - Number(power)));
}

/** `value` with so many more digits that it reads differently from `reference`, unless they are equal. */
export function apart(value, reference, digits = 4) {
  let text = significant(value, digits);
  for (let more = digits; value !== reference && more < 17 && text === significant(reference, more); more += 1)
    text = significant(value, more + 1);
  return text;
}

/** An HTML element; a child that is not a node becomes text. */
export function make(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** An SVG element, the same way. */
export function draw(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/** At most `limit` characters; what is cut, is cut in the middle, because long names often differ at the end. */
export function shorten(text, limit) {
  const letters = [...text];
  if (letters.length <= limit) return text;
  const tail = Math.floor((2 * (limit - 1)) / 5);
  return `${letters.slice(0, limit - 1 - tail).join("").trimEnd()}…${letters.slice(-tail).join("").trimStart()}`;
}

/** A sentence as nodes; the names in it stand between backticks and are isolated from the text around them. */
export function sentence(text) {
  const parts = text.split("`");
  if (parts.length % 2 === 0) return [text];
  return parts.map((part, k) => (k % 2 ? make("bdi", { class: "quoted" }, shorten(part, 80)) : part));
}
