// Panel 3: six optimisers on the same problem, side by side, with their exact zeros.

import { bottomAxis } from "./shared/axes.js";
import { htmlNode, lineThrough, svgNode, svgText } from "./shared/svg.js";
import { linear, logarithmic } from "./shared/scales.js";
import { powerOfTen, significant, trimmed } from "./shared/numbers.js";
import { button, choice, figure, partsOf, slider, strong, wantsCalm, whenNear } from "./parts.js";
import { PASSES, STEADY_ALPHA, countZeros, lassoRun, steadyRun } from "./step_runs.js";

const FLOOR = 1e-6;
const NAMES = [
  ["proximal", "proximal", "Proximal: shrink, then clip at zero"], ["ridge", "ridge", "Ridge: the same steps under L2"],
  ["subgradient", "subgradient", "Subgradient: add alpha sign(w)"], ["sgd", "SGD", "SGD: the same, one row at a time"],
  ["adam", "Adam", "Adam on loss + alpha |w|"], ["frozen", "clip and freeze", "Clip and freeze (TensorFlow Playground)"],
];

export function mountSteps(section) {
  const parts = partsOf(section);
  const state = { pass: PASSES, size: 0.5, stretch: 1, g: 0, kind: "thirty", run: null, timer: null };
  const goTo = (pass) => {
    state.pass = Math.min(PASSES, pass);
    passes.value = state.pass;
    refresh();
    if (state.pass === PASSES) halt();
  };
  const halt = () => {
    clearInterval(state.timer);
    state.timer = null;
    play.textContent = wantsCalm() ? "Go to the end" : "Play";
  };
  const passes = slider(parts.controls, {
    label: "After so many passes", min: 0, max: PASSES, step: 1, value: PASSES, input: (pass) => {
      halt();
      goTo(pass);
    },
  });
  const buttons = htmlNode("div", { class: "buttons" });
  parts.controls.append(buttons);
  const play = button(buttons, "Play", () => {
    if (state.timer !== null) halt();
    else if (wantsCalm()) goTo(PASSES);
    else {
      if (state.pass === PASSES) goTo(0);
      play.textContent = "Pause";
      state.timer = setInterval(() => goTo(state.pass + 1), 60);
    }
  });
  button(buttons, "One step", () => {
    halt();
    goTo(state.pass + 1);
  });
  button(buttons, "Back to the start", () => {
    halt();
    goTo(0);
  });
  const pull = mountSettings(parts.controls, state, restart);
  choice(parts.controls, {
    label: "Optimiser", value: "all", options: [["all", "all six"], ...NAMES.map(([name, , title]) => [name, title])], input: (chosen) => {
      for (const [name, { place }] of figures) {
        place.hidden = chosen !== "all" && chosen !== name;
        place.classList.toggle("wide", chosen === name);
      }
    },
  });
  const figures = NAMES.map(([name, , title]) => [name, figure(parts.figures, { title, draw: (width) => fallFigure(width, state, name) })]);

  function restart(change) {
    Object.assign(state, change, { run: null });
    refresh();
  }
  function refresh() {
    state.run ??= state.kind === "one" ? steadyRun(state) : lassoRun(state);
    pull.whole.hidden = state.kind !== "one";
    for (const [, drawn] of figures) drawn.redraw();
    parts.say(...sentence(state));
    parts.check(state.run.holds, state.run.checked);
  }
  halt();
  parts.say("Walking \u2026");
  whenNear(section, refresh);
}

/** Which problem, from where, and with which steps; returns the slider that only one of the problems has. */
function mountSettings(controls, state, restart) {
  choice(controls, {
    label: "Problem", value: state.kind, options: [["thirty", "30 weights of a lasso"], ["one", "one weight, pulled steadily"]],
    input: (kind) => restart({ kind }),
  });
  slider(controls, {
    label: "Size of the start", min: 0.05, max: 1.5, step: 0.05, value: state.size, text: (v) => trimmed(v, 3), input: (size) => restart({ size }),
  });
  slider(controls, {
    label: "Share of the full step size", min: 0.1, max: 1, step: 0.05, value: 1, text: (v) => trimmed(v, 3), input: (stretch) => restart({ stretch }),
  });
  return slider(controls, {
    label: "Pull of the data", min: 0, max: 0.2, step: 0.01, value: 0, text: (v) => trimmed(v, 2), input: (g) => restart({ g }),
  });
}

function sentence({ pass, run, kind, g }) {
  if (kind === "one") return steadySentence(pass, run, g);
  const counts = NAMES.map(([name, short]) => [short, countZeros(run.points.get(name)[pass], run.optimum)]);
  const best = run.optimum.filter((value) => value === 0).length;
  const wrong = counts.at(-1)[1].wrong;
  return [
    `The optimum has ${best} exact zeros. After ${pass} ${pass === 1 ? "pass" : "passes"}: `,
    ...listed(counts.map(([short, count]) => [short, strong(String(count.exact), count.wrong ? "wrong" : count.exact ? "zero" : "")])),
    wrong ? `, ${wrong} of them wrong: frozen for good.` : ".",
  ];
}

function steadySentence(pass, run, g) {
  const places = NAMES.map(([name, short]) => {
    const [w] = run.points.get(name)[pass];
    return [short, strong(w === 0 ? "exactly 0" : significant(w, 2), w === 0 ? "zero" : "")];
  });
  return [`The data pull with ${trimmed(g, 2)}, L1 holds up to ${STEADY_ALPHA}: zero is best. After ${pass} ${pass === 1 ? "step" : "steps"}: `, ...listed(places), "."];
}

function listed(pairs) {
  return pairs.flatMap(([short, value], k) => [`${k ? ", " : ""}${short} `, value]);
}

/** Sizes of all weights on a logarithmic axis; what is exactly zero lies on the floor. */
function fallFigure(width, { pass, run, kind }, name) {
  const [left, right, top, bottom] = [44, width - 10, 30, 170];
  const floor = bottom + 16;
  const x = linear([0, PASSES], [left, right]);
  const y = logarithmic([FLOOR, 4], [bottom, top]);
  const height = (value) => (value === 0 ? floor : y(Math.max(FLOOR, Math.abs(value))));
  const nodes = axesOf(x, y, floor, kind === "one" ? "steps" : "passes");
  if (!run) return { nodes, height: floor + 46, words: "" };
  const points = run.points.get(name).slice(0, pass + 1);
  const onTop = marksOf(run.marks[name] ?? {}, x, height);
  run.optimum.forEach((best, j) => {
    const meaning = best === 0 ? "zero" : "nonzero";
    const line = points.map((w, k) => [x(k), height(w[j])]);
    nodes.push(svgNode("path", { d: lineThrough(line), class: `walk ${meaning}` }));
    const [endX, endY] = line.at(-1);
    const wrong = points.at(-1)[j] === 0 && best !== 0;
    (wrong ? onTop : nodes).push(svgNode("circle", { cx: endX, cy: endY, r: wrong ? 5 : 2.5, class: `mark ${wrong ? "wrong" : meaning}` }));
  });
  const { exact, wrong } = countZeros(points.at(-1), run.optimum);
  const words = `${exact} exact ${exact === 1 ? "zero" : "zeros"}${wrong ? `, ${wrong} wrong` : ""}`;
  nodes.push(...onTop, svgText(words, right, top - 12, `value ${wrong ? "wrong" : exact ? "zero" : ""}`, "end"));
  return { nodes, height: floor + 46, words };
}

function axesOf(x, y, floor, title) {
  const [left, right] = x.range;
  const top = y.range[1];
  const nodes = [];
  for (const exponent of [0, -2, -4, -6]) {
    const height = y(10 ** exponent);
    nodes.push(svgNode("line", { x1: left, x2: right, y1: height, y2: height, class: "grid" }),
      svgText(exponent === 0 ? "1" : powerOfTen(exponent), left - 7, height + 4, "tick", "end"));
  }
  return [...nodes, svgText("size", left - 7, top - 12, "axis", "end"), svgText("0", left - 7, floor + 4, "tick", "end"),
    svgNode("rect", { x: left, y: floor - 7, width: right - left, height: 14, class: "zone" }), ...bottomAxis(x, { y: floor + 9, title, count: 4 })];
}

/**
 * What the formulas say, as broken lines: steps upright, the edge of a band level, the course of a weight.
 * @param {import("./step_runs.js").Marks} marks
 */
function marksOf({ steps = [], edge = null, course = null }, x, height) {
  const [left, right] = x.range;
  const nodes = [];
  steps.filter(([k]) => k <= PASSES).forEach(([k, words], row) => {
    const near = x(k) < (left + right) / 2;
    nodes.push(svgNode("line", { x1: x(k), x2: x(k), y1: height(1), y2: height(0), class: "formula" }),
      svgText(words, x(k) + (near ? 6 : -6), height(1e-3) + 18 * row, "tick", near ? "start" : "end"));
  });
  if (edge !== null)
    nodes.push(svgNode("line", { x1: left, x2: right, y1: height(edge), y2: height(edge), class: "formula" }),
      svgText(`stays within ${significant(edge, 2)}`, right, height(edge) - 6, "tick", "end"));
  if (course !== null) nodes.push(svgNode("path", { d: lineThrough(course.map((w, k) => [x(k), height(w)])), class: "formula" }));
  return nodes;
}
