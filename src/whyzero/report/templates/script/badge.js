// A verdict: word, symbol and colour.

import { htmlNode } from "./shared/svg.js";

/** Symbols and colours of the words that only the script says. */
const COMPUTED = new Map([["zero, computed", ["○", "zero"]], ["non-zero, computed", ["●", "nonzero"]]]);

/** The badge of a weight where it stands; `symbols` are those of the verdicts that Python knows. */
export function badge(standing, symbols) {
  const [symbol, colour] = look(standing.word, symbols);
  return htmlNode("span", { class: `badge ${colour}` }, htmlNode("b", { "aria-hidden": "true" }, symbol), ` ${standing.word}`);
}

/** Symbol and colour class of a word. */
export function look(word, symbols) {
  return COMPUTED.get(word) ?? symbols.get(word) ?? ["?", "open"];
}
