// The script of the report. It only adds: everything about the explained fit is on the page before it runs.

import { fillCard } from "./card.js";
import { addCursors } from "./cursors.js";
import { evidenceFigure } from "./evidence.js";
import { mostInstructive, readFeatures } from "./features.js";
import { fitNames } from "./fit_names.js";
import { Fits } from "./fits.js";
import { inflated } from "./inflate.js";
import { unpackedJson } from "./packed.js";
import { colour, pullPanels } from "./pull_panels.js";
import { significant } from "./shared/numbers.js";
import { shorten } from "./shared/shorten.js";
import { htmlNode, svgNode } from "./shared/svg.js";
import { alphaBar } from "./slider.js";
import { addTakeaway } from "./takeaway.js";
import { enlivenTable } from "./verdict_table.js";
import { walkFigure } from "./walk_figure.js";
import { atomFigure } from "./zero_atom.js";

/**
 * Bring a report to life.
 * @param {Document | ShadowRoot | Element} root holds the markup of one report
 * @returns {Promise<void>} settles when the page answers
 */
export async function start(root) {
  const packed = (id) => root.querySelector(`#${id}`).textContent;
  const [island, bytes, words] = await Promise.all(
    [unpackedJson(packed("data")), inflated(packed("numbers")), unpackedJson(packed("words"))]);
  const features = readFeatures(island);
  if (!features.size) return;
  root.querySelector(".report").classList.add("js");
  const fits = new Fits(island, bytes, features);
  const state = {
    fit: fits.at(fits.chosen), chosen: mostInstructive(features).index, inTable: false, level: "user", words,
    partner: island.partner, hasToll: island.has_toll, positive: island.positive, symbols: new Map(Object.entries(island.symbols)),
  };
  addTooltips(root, features);
  fitNames(root, features);
  const slider = alphaBar(fits, island, moveTo);
  root.querySelector("#pulls-place").replaceWith(slider.bar);
  const views = [pullPanels(root, features), addCursors(root), atomFigure(root, island), evidenceFigure(root, island),
    walkFigure(root, features, island), recolour(root, features), nameMatch(root)];
  const showChoice = openChoice(root.querySelector("#choice"), features, choose);
  const table = enlivenTable(root.querySelector("#verdicts"), features, state, choose, island);
  addTakeaway(root, state, features, table.shown, island);
  let waiting = null;

  /** Many moves between two frames of the screen are drawn once. */
  function moveTo(position) {
    slider.show(fits.at(position));
    if (waiting === null) requestAnimationFrame(() => drawFit(waiting));
    waiting = position;
  }

  function drawFit(position) {
    waiting = null;
    state.fit = fits.at(position);
    for (const view of views) view(state.fit);
    table.refit();
    refresh();
  }

  function choose(index, inTable) {
    if (!features.has(index)) return;
    Object.assign(state, { chosen: index, inTable });
    refresh();
  }

  function refresh() {
    for (const node of root.querySelectorAll("svg .chosen")) node.classList.remove("chosen");
    for (const node of root.querySelectorAll(`svg [data-i="${state.chosen}"]`)) node.classList.add("chosen");
    showChoice(features.get(state.chosen), state);
    table.mark();
  }

  root.addEventListener("click", (event) => {
    const level = event.target.closest("[data-set-level]");
    const target = event.target.closest("[data-i]");
    if (level) {
      state.level = level.dataset.setLevel;
      refresh();
    } else if (target && !String(getSelection())) {
      const index = Number(target.dataset.i);
      const open = state.inTable && state.chosen === index;
      choose(index, target.tagName.toLowerCase() === "tr" && !open);
    }
  });
  slider.show(state.fit);
  drawFit(fits.chosen);
}

/** The panel under the first figure, with a list of all features to choose from. */
function openChoice(section, features, choose) {
  const options = [...features.values()].map((feature) =>
    htmlNode("option", { value: feature.index }));
  const list = htmlNode("select", { id: "feature" }, ...options);
  list.addEventListener("change", () => choose(Number(list.value), false));
  const card = htmlNode("div", { class: "card" });
  section.append(htmlNode("div", { class: "controls" }, htmlNode("label", { for: "feature" }, "Feature", list),
    htmlNode("span", { class: "note" }, "or click a row of a figure or of the table")), card);
  section.hidden = false;
  let told = null;
  return (feature, state) => {
    if (told !== state.fit)
      for (const option of options) option.textContent = optionText(features.get(Number(option.value)), state.fit);
    told = state.fit;
    list.value = String(feature.index);
    fillCard(card, feature, state);
  };
}

/** A feature in the list, with its verdict at the alpha of the slider. */
function optionText(feature, fit) {
  return `${shorten(feature.name, 60)} (${fit.of(feature).word})`;
}

/** The whole name of a line or label, where the figure has room for a part of it. */
function addTooltips(root, features) {
  for (const node of root.querySelectorAll("svg g[data-i]")) {
    const feature = features.get(Number(node.dataset.i));
    if (feature && !node.querySelector("title")) node.prepend(svgNode("title", {}, shorten(feature.name, 80)));
  }
}

/** Beside another fit than the explained one stands the nearest of the partner's grid, not a matched one. */
function nameMatch(root) {
  const held = root.querySelector(".held");
  const written = held?.textContent;
  return (fit) => {
    if (held) held.textContent = fit.isChosen ? written : `alpha ${significant(fit.partnerAlpha, 3)}, the nearest of its grid`;
  };
}

/** Lines and names have the colour of their weight at the slider's alpha; at the chosen one that of its verdict. */
function recolour(root, features) {
  const nodes = [...root.querySelectorAll("svg:not(.pulls) g[data-i]")].map((node) => ({
    node, written: node.getAttribute("class"), kind: node.getAttribute("class").split(" ")[0], feature: features.get(Number(node.dataset.i)),
  }));
  return (fit) => {
    for (const { node, written, kind, feature } of nodes)
      if (feature) node.setAttribute("class", fit.isChosen ? written : `${kind} ${colour(fit.of(feature))}`);
  };
}
