// Texts from the data, as text nodes.

import { shorten } from "./shared/shorten.js";
import { htmlNode } from "./shared/svg.js";

/** A sentence as nodes; the names in it stand between backticks and are isolated from the text around them. */
export function sentence(text) {
  const parts = text.split("`");
  if (parts.length % 2 === 0) return [text];
  return parts.map((part, k) => (k % 2 ? htmlNode("bdi", { class: "quoted" }, shorten(part, 80)) : part));
}
