// Texts from the data, as text nodes.

import { htmlNode } from "./shared/svg.js";

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
  return parts.map((part, k) => (k % 2 ? htmlNode("bdi", { class: "quoted" }, shorten(part, 80)) : part));
}
