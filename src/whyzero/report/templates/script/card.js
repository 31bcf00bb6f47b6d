// What is said about the chosen feature.

import { apart } from "./shared/numbers.js";
import { htmlNode } from "./shared/svg.js";
import { nowSentence } from "./now.js";
import { badge } from "./badge.js";
import { colour } from "./pull_panels.js";
import { sentence } from "./texts.js";
import { fitFall, waterfallFigure } from "./waterfall.js";

const LEVELS = ["learner", "user", "expert"];

/** Fill `card` with name, verdict, sentence, numbers and waterfall of a feature in the fit of the slider. */
export function fillCard(card, feature, state) {
  const { fit } = state;
  const standing = fit.of(feature);
  const said = fit.isChosen ? sentences(feature, state) : new Map([["now", nowSentence(feature, standing, fit, state)]]);
  const level = said.has(state.level) ? state.level : [...said.keys()][0];
  const words = htmlNode("div", {}, htmlNode("h3", {}, htmlNode("bdi", {}, feature.name)),
    htmlNode("p", {}, badge(standing, state.symbols)));
  if (level) words.append(htmlNode("p", { class: "sentence", "aria-live": "polite" }, ...said.get(level)));
  if (said.size > 1) words.append(levelSwitch([...said.keys()], level));
  words.append(numbers(feature, standing, state));
  const fall = htmlNode("div", {}, ...account(feature, standing, state));
  const active = card.getRootNode().activeElement;
  const focused = card.contains(active) ? active.dataset.setLevel : undefined;
  card.replaceChildren(words, fall);
  if (card.isConnected) fitFall(fall);
  if (focused) card.querySelector(`[data-set-level=${focused}]`)?.focus();
}

/** The sentences there are about the explained fit, by level. */
function sentences(feature, state) {
  const found = new Map();
  for (const level of LEVELS) {
    const packed = state.words[level]?.[feature.place];
    if (packed) found.set(level, sentence(packed));
  }
  return found;
}

function levelSwitch(levels, chosen) {
  const buttons = levels.map((level) =>
    htmlNode("button", { type: "button", "aria-pressed": String(level === chosen), "data-set-level": level }, level));
  return htmlNode("div", { class: "switch", role: "group", "aria-label": "Level of the explanation" }, ...buttons);
}

function numbers(feature, standing, state) {
  const { pull, toll, weight, partnerWeight } = standing;
  const ratio = pull !== null && toll ? pull / toll : null;
  const alone = feature.values.get("null_pull") ?? null;
  const terms = [
    ["weight", weight], ["pull", pull, toll], ["toll", toll, pull], ["pull / toll", ratio, 1], ["pull alone", alone, toll],
    ["enters at alpha", feature.values.get("alpha_enter") ?? null], [`${state.partner} weight`, partnerWeight],
  ];
  const known = terms.filter(([, value]) => value !== null);
  return htmlNode("dl", {}, ...known.map(([term, value, other]) =>
    htmlNode("div", {}, htmlNode("dt", {}, term), htmlNode("dd", {}, apart(value, other ?? null)))));
}

/** The waterfall: of the slider's fit where it is known, else of the explained one. */
function account(feature, standing, { fit, hasToll, positive }) {
  const here = fit.account(feature);
  const fall = here ?? feature.waterfall;
  if (!fall) return [];
  const explained = { word: feature.verdict, zero: feature.values.get("coef") === 0, toll: feature.values.get("toll") };
  const shown = here ? standing : explained;
  const rule = hasToll ? " If the last bar stays inside the tinted zone, the weight is zero." : "";
  const where = here ? "" : " This account stays that of the explained fit: for other alphas this file does not hold it.";
  return [
    waterfallFigure(fall, shown.toll ?? 0, colour(shown), positive),
    htmlNode("p", { class: "note" },
      `From the pull when all other weights are zero, through what they take over, to the pull that is left.${rule}${where}`),
  ];
}
