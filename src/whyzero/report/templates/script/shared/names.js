// Names are data: shown literally, hidden characters as escapes (whyzero/report/names.py in JavaScript).

import { shorten } from "./shorten.js";
import { htmlNode } from "./svg.js";

const HIDDEN = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;
const SPACE = /\p{Zs}/u;
const EMPTY_NAME = "(empty name)";

/** The text with hidden characters, unusual spaces and spaces at either end as `\x1b` or `\u202e`. */
export function visible(name) {
  const letters = [...name];
  const first = letters.findIndex((letter) => letter !== " ");
  const last = letters.findLastIndex((letter) => letter !== " ");
  return letters.map((letter, k) => {
    const atTheEdge = first < 0 || k < first || k > last;
    return HIDDEN.test(letter) || (SPACE.test(letter) && (letter !== " " || atTheEdge)) ? escapeCode(letter.codePointAt(0)) : letter;
  }).join("") || EMPTY_NAME;
}

function escapeCode(code) {
  const digits = code.toString(16);
  if (code <= 0xff) return `\\x${digits.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
}

/** A name as a node that keeps its direction to itself. */
export function nameNode(name, limit = 60) {
  return htmlNode("bdi", { class: "quoted" }, shorten(visible(name), limit));
}
