// Panel 4: a data set under L1 and L2, every view driven by one alpha. The reader's own file never leaves the page.

import { TableError } from "./csv.js";
import { answer, because, lookOf } from "./data_words.js";
import { choice, figure, partsOf, slider, whenNear } from "./parts.js";
import { count, significant, trimmed } from "./shared/numbers.js";
import { nameNode, visible } from "./shared/names.js";
import { shorten } from "./shared/shorten.js";
import { htmlNode } from "./shared/svg.js";
import { modelOf, pairAt, tableOf } from "./data_model.js";
import { mountSources } from "./data_sources.js";
import { pathFigure, pullFigure, pullPathFigure, waterfallFigure } from "./data_figures.js";

const HEADS = ["Feature", "Verdict", "Weight", "Pull", "Toll", "Under L2", "Reason"];

/**
 * @param {HTMLElement} section
 * @param {(import("./table.js").DataSet & {alpha: number | null})[]} given the data sets that the page brings along
 */
export function mountData(section, given) {
  const parts = partsOf(section);
  const state = { model: null, alpha: 0, chosen: 0, match: "loss", path: [], pair: null, rows: [], job: 0 };
  const reason = section.querySelector(".because");
  const body = section.querySelector("tbody");
  section.querySelector("thead tr").append(...HEADS.map((head, k) => htmlNode("th", { scope: "col", class: k > 1 && k < 6 ? "n" : "" }, head)));
  const place = slider(parts.controls, {
    label: "alpha, from nothing in to many", min: 0, max: 1, step: 1, value: 0,
    text: (k) => (state.model ? trimmed(state.model.grid[k], 2) : ""), spoken: (k) => spoken(state, k), input: (k) => set({ alpha: state.model.grid[k] }),
  });
  const features = choice(parts.controls, { label: "Feature", options: [], value: "", input: (value) => set({ chosen: Number(value) }) });
  choice(parts.controls, {
    label: "L2 is compared at", value: "loss", options: [["loss", "the same training loss"], ["alpha", "the same alpha"]],
    input: (match) => {
      state.match = match;
      followPath(state, figures.redrawPaths);
      set({});
    },
  });
  const pick = (index) => {
    features.list.value = String(index);
    set({ chosen: index });
  };
  const figures = figuresOf(parts.figures, state, pick);

  function load(data) {
    const model = modelOf(data);
    if (!model.grid.length) throw new TableError("No column differs in step with the target, so every weight is zero at every alpha.");
    features.list.replaceChildren(...data.names.map((name, j) => htmlNode("option", { value: j }, shorten(visible(name), 60))));
    state.model = model;
    place.range.max = String(model.grid.length - 1);
    const start = data.alpha ?? model.grid.find((alpha) => alpha <= model.alphaMax / 5) ?? model.grid.at(-1);
    place.value = model.grid.findIndex((alpha) => alpha <= start);
    section.querySelector(".about").replaceChildren(...about(data));
    state.chosen = instructive(tableOf(model, pairAt(model, model.grid[place.value], state.match)).rows);
    features.list.value = String(state.chosen);
    followPath(state, figures.redrawPaths);
    set({ alpha: model.grid[place.value] });
  }
  function set(change) {
    Object.assign(state, change);
    if (!state.pair || change.alpha !== undefined || !("chosen" in change)) {
      state.pair = state.path.find(({ alpha }) => alpha === state.alpha) ?? pairAt(state.model, state.alpha, state.match);
      Object.assign(state, tableOf(state.model, state.pair));
    }
    place.show();
    figures.redraw();
    parts.say(...answer(state.model, state.pair, state.rows, state.match));
    reason.replaceChildren(...because(state.rows[state.chosen], state.model.data.names, state.match));
    fillTable(body, state, pick);
    parts.check(state.check.holds, state.check.words);
  }
  parts.say("Fitting \u2026");
  whenNear(section, mountSources(section, parts.controls, given, load));
}

/** All alphas of the slider, one after the other, so that the page stays awake. */
function followPath(state, redraw) {
  state.job += 1;
  const { job, model } = state;
  state.path = [];
  const next = (k) => {
    if (job !== state.job || k >= model.grid.length) return;
    state.path.push(pairAt(model, model.grid[k], state.match, state.path.at(-1)));
    if (k % 4 === 3 || k + 1 === model.grid.length) redraw();
    setTimeout(() => next(k + 1));
  };
  setTimeout(() => next(0));
}

function figuresOf(parent, state, pick) {
  const empty = { nodes: [], height: 40, words: "no data yet" };
  const pulls = ["fit", "partner"].map((side) => figure(parent, {
    title: side === "fit" ? "L1: pull against toll (outline: pull alone)" : "L2: pulls at its own fit, no toll",
    draw: (width) => (state.model ? pullFigure(width, { ...state, side, pick }) : empty), classes: "pulls",
  }));
  const paths = ["fit", "partner"].map((side) => figure(parent, {
    title: side === "fit" ? "L1: weights as alpha falls" : "L2: weights beside them",
    draw: (width) => (state.model ? pathFigure(width, { ...state, side, names: state.model.data.names, grid: state.model.grid, reach: reachOf(state.path) }) : empty),
  }));
  const climb = figure(parent, {
    title: "L1: pulls climb to the toll, and ride on it",
    draw: (width) => (state.model ? pullPathFigure(width, { ...state, names: state.model.data.names, grid: state.model.grid }) : empty),
  });
  const fall = figure(parent, {
    title: "What the others take of its pull",
    draw: (width) => (state.model ? waterfallFigure(width, { model: state.model, pair: state.pair, row: state.rows[state.chosen] }) : empty),
  });
  return {
    redraw: () => [...pulls, ...paths, climb, fall].forEach((drawn) => drawn.redraw()),
    redrawPaths: () => [...paths, climb].forEach((drawn) => drawn.redraw()),
  };
}

/** One scale for both penalties. */
function reachOf(path) {
  const ends = path.flatMap((pair) => [...pair.fit.weights, ...(pair.partner?.fit.weights ?? [])]);
  const [low, high] = [ends.reduce((a, b) => Math.min(a, b), 0), ends.reduce((a, b) => Math.max(a, b), 0)];
  return low === high ? [-1, 1] : [low - 0.04 * (high - low), high + 0.04 * (high - low)];
}

/** The zero that the others explain away with the strongest pull alone; without one the strongest weight. */
function instructive(rows) {
  const explained = rows.filter(({ reason, takers }) => reason === "explained away" && takers.length);
  const order = (explained.length ? explained : rows).toSorted((a, b) => b.alone - a.alone);
  return order[0].index;
}

function about(data) {
  const what = data.loss === "squared" ? "squared loss" : `logistic loss; 1 is \u201c${shorten(visible(data.classes?.[1] ?? "1"), 40)}\u201d`;
  return [nameNode(data.title), `: ${count(data.y.length)} rows, ${data.names.length} features, predicting `, nameNode(data.target), ` (${what}). Weights and pulls are per standard deviation of the column. `, ...data.notes.map((note) => `${note} `)];
}

function spoken(state, k) {
  if (!state.model) return "";
  const zeros = state.rows.filter(({ weight }) => weight === 0).length;
  return `alpha ${trimmed(state.model.grid[k], 2)}, ${zeros} of ${state.rows.length} weights zero`;
}

function fillTable(body, { rows, model, chosen }, pick) {
  const order = rows.toSorted((a, b) => b.ratio - a.ratio || b.alone - a.alone);
  body.replaceChildren(...order.map((row) => {
    const [symbol, colour] = lookOf(row.verdict);
    const button = htmlNode("button", { type: "button", class: "pick" }, nameNode(row.name, 40));
    button.addEventListener("click", () => {
      pick(row.index);
      body.querySelector("tr.chosen .pick").focus();
    });
    const takers = row.takers.flatMap(([k], i) => [i ? ", " : " by ", nameNode(model.data.names[k], 30)]);
    return htmlNode("tr", { class: row.index === chosen ? "chosen" : "", "data-i": row.index },
      htmlNode("th", { scope: "row" }, button),
      htmlNode("td", {}, htmlNode("span", { class: `badge ${colour}` }, htmlNode("b", { "aria-hidden": "true" }, symbol), ` ${row.verdict}`)),
      ...[row.weight, row.pull, row.toll, row.partner].map((value) => htmlNode("td", { class: "n" }, significant(value))),
      htmlNode("td", { class: "why" }, row.reason, ...takers));
  }));
}
