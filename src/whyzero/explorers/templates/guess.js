// Panel 0: a guess before the evidence. It lives as long as the page, and is scored after the bet.

import { freshId, partsOf } from "./parts.js";
import { htmlNode } from "./shared/svg.js";

const OPTIONS = [
  ["same", "Both about equally often"],
  ["l1", "L1 far more often"],
  ["l2", "L2 far more often"],
];

/** @returns {{taken: () => string | null, onChange: (hear: () => void) => void}} */
export function mountGuess(section) {
  const parts = partsOf(section);
  const name = freshId();
  const hearing = [];
  let taken = null;
  const choices = OPTIONS.map(([value, words]) => {
    const input = htmlNode("input", { type: "radio", name, value });
    input.addEventListener("change", () => {
      taken = value;
      parts.say(`Noted: \u201c${words.toLowerCase().replace(/l(\d)/, "L$1")}\u201d. The bet of panel 6 scores it.`);
      for (const hear of hearing) hear();
    });
    return htmlNode("label", { class: "radio" }, input, words);
  });
  parts.controls.append(htmlNode("fieldset", {}, htmlNode("legend", {}, "Which makes weights exactly zero?"), ...choices));
  parts.say("Guess first; nobody else will know.");
  return { taken: () => taken, onChange: (hear) => hearing.push(hear) };
}
