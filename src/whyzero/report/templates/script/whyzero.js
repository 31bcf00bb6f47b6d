// The script of the report. It only adds: everything to be read is on the page before it runs.

import { make, shorten } from "./elements.js";
import { mostInstructive, readFeatures, unpack } from "./features.js";
import { fillCard } from "./card.js";
import { enlivenTable } from "./verdict_table.js";

/** The panel under the first figure, with a list of all features to choose from. */
function openChoice(section, features, choose) {
  const options = [...features.values()].map((feature) =>
    make("option", { value: feature.index }, `${shorten(feature.name, 60)} (${feature.verdict})`));
  const list = make("select", { id: "feature" }, ...options);
  list.addEventListener("change", () => choose(Number(list.value), false));
  const card = make("div", { class: "card" });
  section.append(make("div", { class: "controls" }, make("label", {}, "Feature", list),
    make("span", { class: "note" }, "or click a row of a figure or of the table")), card);
  section.hidden = false;
  return (feature, state) => {
    list.value = String(feature.index);
    fillCard(card, feature, state);
  };
}

/** Bring the page of a report to life. */
export function start() {
  const island = JSON.parse(document.getElementById("data").textContent);
  const features = readFeatures(island);
  if (!features.size) return;
  document.documentElement.classList.add("js");
  const rows = [...document.querySelectorAll("table.verdicts tr[data-i]")];
  const state = {
    badges: new Map(rows.map((row) => [Number(row.dataset.i), row.querySelector(".badge")])),
    chosen: mostInstructive(features).index, inTable: false, level: "user", words: {},
    partner: island.partner, hasToll: island.has_toll,
  };
  const showChoice = openChoice(document.getElementById("choice"), features, choose);
  const markTable = enlivenTable(document.getElementById("verdicts"), features, state, choose, island);

  function choose(index, inTable) {
    if (!features.has(index)) return;
    Object.assign(state, { chosen: index, inTable });
    refresh();
  }

  function refresh() {
    for (const node of document.querySelectorAll("svg [data-i]"))
      node.classList.toggle("chosen", Number(node.dataset.i) === state.chosen);
    showChoice(features.get(state.chosen), state);
    markTable();
  }

  document.addEventListener("click", (event) => {
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
  unpack(document.getElementById("words").textContent).then((words) => {
    state.words = words;
    refresh();
  });
}

start();
