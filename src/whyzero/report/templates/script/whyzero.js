// The script of the report. It only adds: everything to be read is on the page before it runs.

import { htmlNode } from "./shared/svg.js";
import { shorten } from "./texts.js";
import { mostInstructive, readFeatures, unpack } from "./features.js";
import { fillCard } from "./card.js";
import { enlivenTable } from "./verdict_table.js";

/** The panel under the first figure, with a list of all features to choose from. */
function openChoice(section, features, choose) {
  const options = [...features.values()].map((feature) =>
    htmlNode("option", { value: feature.index }, `${shorten(feature.name, 60)} (${feature.verdict})`));
  const list = htmlNode("select", { id: "feature" }, ...options);
  list.addEventListener("change", () => choose(Number(list.value), false));
  const card = htmlNode("div", { class: "card" });
  section.append(htmlNode("div", { class: "controls" }, htmlNode("label", {}, "Feature", list),
    htmlNode("span", { class: "note" }, "or click a row of a figure or of the table")), card);
  section.hidden = false;
  return (feature, state) => {
    list.value = String(feature.index);
    fillCard(card, feature, state);
  };
}

/**
 * Bring a report to life.
 * @param {Document | ShadowRoot | Element} root holds the markup of one report
 */
export function start(root) {
  const island = JSON.parse(root.querySelector("#data").textContent);
  const features = readFeatures(island);
  if (!features.size) return;
  root.querySelector(".report").classList.add("js");
  const rows = [...root.querySelectorAll("table.verdicts tr[data-i]")];
  const state = {
    root,
    badges: new Map(rows.map((row) => [Number(row.dataset.i), row.querySelector(".badge")])),
    chosen: mostInstructive(features).index, inTable: false, level: "user", words: {},
    partner: island.partner, hasToll: island.has_toll,
  };
  const showChoice = openChoice(root.querySelector("#choice"), features, choose);
  const markTable = enlivenTable(root.querySelector("#verdicts"), features, state, choose, island);

  function choose(index, inTable) {
    if (!features.has(index)) return;
    Object.assign(state, { chosen: index, inTable });
    refresh();
  }

  function refresh() {
    for (const node of root.querySelectorAll("svg [data-i]"))
      node.classList.toggle("chosen", Number(node.dataset.i) === state.chosen);
    showChoice(features.get(state.chosen), state);
    markTable();
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
  refresh();
  unpack(root.querySelector("#words").textContent).then((words) => {
    state.words = words;
    refresh();
  });
}
