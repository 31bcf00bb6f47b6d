// What is said about the chosen feature.

import { apart } from "./shared/numbers.js";
import { htmlNode } from "./shared/svg.js";
import { sentence } from "./texts.js";
import { fitNames, waterfallFigure } from "./waterfall.js";

const LEVELS = ["learner", "user", "expert"];
const NUMBERS = [
  ["weight", "coef"], ["pull", "pull", "toll"], ["toll", "toll", "pull"], ["pull / toll", "ratio"],
  ["pull alone", "null_pull", "toll"], ["enters at alpha", "alpha_enter"],
];

/** Fill `card` with name, verdict, sentence at the chosen level, numbers and waterfall of a feature. */
export function fillCard(card, feature, state) {
  const heading = state.root.querySelector(`#why-${feature.index}`).querySelector("h3").cloneNode(true);
  const badge = state.badges.get(feature.index).cloneNode(true);
  const said = sentences(feature, state);
  const level = said.has(state.level) ? state.level : [...said.keys()][0];
  const words = htmlNode("div", {}, heading, htmlNode("p", {}, badge));
  if (level) words.append(htmlNode("p", { class: "sentence", "aria-live": "polite" }, ...said.get(level)));
  if (said.size > 1) words.append(levelSwitch([...said.keys()], level));
  words.append(numbers(feature, state));
  const colour = [...badge.classList].find((name) => name !== "badge");
  const fall = htmlNode("div", {}, ...(feature.waterfall ? [waterfallFigure(feature, colour), legend(state)] : []));
  const focused = card.contains(card.getRootNode().activeElement) ? card.getRootNode().activeElement.dataset.setLevel : undefined;
  card.replaceChildren(words, fall);
  if (card.isConnected) fitNames(fall);
  if (focused) card.querySelector(`[data-set-level=${focused}]`)?.focus();
}

/** The sentences there are, by level: the page shows the user's, the others come from the packed words. */
function sentences(feature, state) {
  const shown = state.root.querySelector(`#why-${feature.index}`).querySelector("p");
  const found = new Map();
  for (const level of LEVELS) {
    const packed = state.words[level]?.[feature.place];
    if (level === "user" && shown) found.set(level, shown.cloneNode(true).childNodes);
    else if (packed) found.set(level, sentence(packed));
  }
  return found;
}

function levelSwitch(levels, chosen) {
  const buttons = levels.map((level) =>
    htmlNode("button", { type: "button", "aria-pressed": String(level === chosen), "data-set-level": level }, level));
  return htmlNode("div", { class: "switch", role: "group", "aria-label": "Level of the explanation" }, ...buttons);
}

function numbers(feature, state) {
  const terms = state.partner ? [...NUMBERS, [`${state.partner} weight`, "partner_coef"]] : NUMBERS;
  const known = terms.filter(([, key]) => (feature.values.get(key) ?? null) !== null);
  const text = (key, other) => apart(feature.values.get(key), key === "ratio" ? 1 : feature.values.get(other) ?? null);
  return htmlNode("dl", {}, ...known.map(([term, key, other]) =>
    htmlNode("div", {}, htmlNode("dt", {}, term), htmlNode("dd", {}, text(key, other)))));
}

function legend(state) {
  const rule = state.hasToll ? " If the last bar stays inside the tinted zone, the weight is zero." : "";
  return htmlNode("p", { class: "note" },
    `From the pull when all other weights are zero, through what they take over, to the pull that is left.${rule}`);
}
