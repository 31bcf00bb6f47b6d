// Panel 3: four optimisers on the same lasso, side by side, with their exact zeros.

import { bottomAxis } from "./shared/axes.js";
import { htmlNode, lineThrough, svgNode, svgText } from "./shared/svg.js";
import { linear, logarithmic } from "./shared/scales.js";
import { powerOfTen, significant, trimmed } from "./shared/numbers.js";
import { gramMatrix, minimiseQuadratic } from "./shared/math/solver.js";
import { meanProduct } from "./shared/math/problem.js";
import { button, choice, figure, partsOf, slider, strong, wantsCalm, whenNear } from "./parts.js";
import { extremes, landing, lassoCourse, steadyCourse, walks } from "./walks.js";
import { shuffled, sparseRegression, uniforms } from "./random.js";

const [ROWS, COLUMNS, PASSES, ALPHA, SEED] = [100, 30, 300, 0.25, 9];
const STEADY = { alpha: 0.25, g: 0.1 };
const FLOOR = 1e-6;
const NAMES = [["proximal", "Proximal: shrink, then clip at zero"], ["subgradient", "Subgradient: add alpha sign(w)"],
  ["adam", "Adam on loss + alpha |w|"], ["frozen", "Clip and freeze (TensorFlow Playground)"]];

export function mountSteps(section) {
  const parts = partsOf(section);
  const state = { pass: PASSES, size: 0.5, stretch: 1, kind: "thirty", run: null, timer: null };
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
  mountSettings(parts.controls, state, restart);
  const figures = NAMES.map(([name, title]) => figure(parts.figures, { title, draw: (width) => fallFigure(width, state, name) }));

  function restart(change) {
    Object.assign(state, change, { run: null });
    refresh();
  }
  function refresh() {
    state.run ??= state.kind === "one" ? steadyRun(state) : lassoRun(state);
    for (const drawn of figures) drawn.redraw();
    parts.say(...sentence(state));
    parts.check(state.run.holds, state.run.checked);
  }
  halt();
  parts.say("Walking \u2026");
  whenNear(section, refresh);
}

/** Which problem, from where, and with which steps. */
function mountSettings(controls, state, restart) {
  choice(controls, {
    label: "Problem", value: state.kind, options: [["thirty", "30 weights of a lasso"], ["one", "one weight, pulled steadily with 0.1"]],
    input: (kind) => restart({ kind }),
  });
  slider(controls, {
    label: "Size of the start", min: 0.05, max: 1.5, step: 0.05, value: state.size, text: (v) => trimmed(v, 3), input: (size) => restart({ size }),
  });
  slider(controls, {
    label: "Step size, as a share of the longest safe one", min: 0.1, max: 1, step: 0.05, value: 1, text: (v) => trimmed(v, 3), input: (stretch) => restart({ stretch }),
  });
}

/** All passes of all optimisers on the lasso, its optimum, and what can be checked about them. */
export function lassoRun({ size, stretch }, seed = SEED) {
  const uniform = uniforms(seed);
  const { columns, y } = sparseRegression(uniform, ROWS, COLUMNS);
  const start = Float64Array.from({ length: COLUMNS }, () => size * (2 * uniform() - 1));
  const orders = Array.from({ length: PASSES }, () => shuffled(uniform, ROWS));
  const course = lassoCourse(columns, y, ALPHA, stretch);
  const gram = gramMatrix({ columns, p: COLUMNS });
  const right = columns.map((column) => meanProduct(column, y));
  const optimum = minimiseQuadratic(gram, right, { alpha: ALPHA, l1Ratio: 1 });
  const points = walks(course, start, orders);
  const proximal = points.get("proximal");
  const zero = [...optimum.keys()].filter((j) => optimum[j] === 0);
  const found = proximal.findLastIndex((w) => zero.some((j) => w[j] !== 0)) + 1;
  const slack = Math.min(...zero.map((j) => ALPHA - Math.abs(right[j] - gram[j].reduce((sum, h, k) => sum + h * optimum[k], 0))));
  const [smallest] = extremes(gram);
  const distance = Math.hypot(...start.map((value, j) => value - optimum[j]));
  const bound = 1 + Math.max(0, Math.ceil(Math.log((2 * distance) / (course.step * slack)) / (course.step * smallest)));
  const ended = proximal.at(-1);
  const same = [...optimum.keys()].every((j) => (ended[j] === 0) === (optimum[j] === 0));
  const walked = ["subgradient", "adam"].map((name) => countZeros(points.get(name).at(-1), optimum).exact);
  return {
    points, optimum, holds: same && found <= bound && walked.every((exact) => exact === 0),
    checked: `proximal: all ${zero.length} zeros of the optimum exactly, and no other, from pass ${found} on; the theory allows ${bound}. ` +
      `Exact zeros of subgradient and Adam: ${walked.join(" and ")}.`,
  };
}

/** The same walks of one weight that the data pull with a steady force below alpha: its best value is 0. */
function steadyRun({ size, stretch }) {
  const { alpha, g } = STEADY;
  const step = 0.1 * stretch;
  const points = walks(steadyCourse(g, alpha, step), Float64Array.of(size), Array.from({ length: PASSES }, () => [0]));
  const landed = points.get("proximal").findIndex((w) => w[0] === 0);
  const predicted = landing(size, step, alpha, g);
  const late = points.get("subgradient").slice(predicted + 1);
  const [low, high] = [-step * (alpha - g), step * (alpha + g)];
  const inBand = late.every((w) => w[0] >= low - 1e-12 && w[0] <= high + 1e-12);
  return {
    points, optimum: Float64Array.of(0),
    // Rounding may need one step more than the formula.
    holds: (landed === predicted || landed === predicted + 1 || predicted > PASSES) && inBand,
    checked: `proximal lands at step ${landed < 0 ? "\u2013" : landed}; size / (step × (alpha \u2212 pull)) rounded up is ${predicted}. ` +
      `From then on the subgradient walk stays between ${significant(low, 2)} and ${significant(high, 2)}.`,
  };
}

function countZeros(w, optimum) {
  const exact = w.filter((value) => value === 0).length;
  const wrong = w.filter((value, j) => value === 0 && optimum[j] !== 0).length;
  return { exact, wrong };
}

function sentence({ pass, run }) {
  const counts = new Map(NAMES.map(([name]) => [name, countZeros(run.points.get(name)[pass], run.optimum)]));
  const best = run.optimum.filter((value) => value === 0).length;
  const { exact, wrong } = counts.get("frozen");
  return [
    `The optimum has ${best} exact ${best === 1 ? "zero" : "zeros"}. After ${pass} ${pass === 1 ? "pass" : "passes"} proximal steps have `,
    strong(String(counts.get("proximal").exact), "zero"), ", subgradient steps ", strong(String(counts.get("subgradient").exact)), ", Adam ",
    strong(String(counts.get("adam").exact)), ", clip and freeze ", strong(String(exact), wrong ? "wrong" : "zero"),
    wrong ? `, ${wrong} of them wrong: frozen for good.` : ".",
  ];
}

/** Sizes of all weights on a logarithmic axis; what is exactly zero lies on the floor. */
function fallFigure(width, { pass, run }, name) {
  const [left, right, top, bottom] = [44, width - 10, 30, 170];
  const floor = bottom + 16;
  const x = linear([0, PASSES], [left, right]);
  const y = logarithmic([FLOOR, 4], [bottom, top]);
  const nodes = [];
  for (const exponent of [0, -2, -4, -6]) {
    const height = y(10 ** exponent);
    nodes.push(svgNode("line", { x1: left, x2: right, y1: height, y2: height, class: "grid" }),
      svgText(exponent === 0 ? "1" : powerOfTen(exponent), left - 7, height + 4, "tick", "end"));
  }
  nodes.push(svgText("size", left - 7, top - 12, "axis", "end"), svgText("0", left - 7, floor + 4, "tick", "end"),
    svgNode("rect", { x: left, y: floor - 7, width: right - left, height: 14, class: "zone" }));
  if (!run) return { nodes, height: floor + 44, words: "" };
  const points = run.points.get(name).slice(0, pass + 1);
  const height = (value) => (value === 0 ? floor : y(Math.max(FLOOR, Math.abs(value))));
  const onTop = [];
  run.optimum.forEach((best, j) => {
    const kind = best === 0 ? "zero" : "nonzero";
    const line = points.map((w, k) => [x(k), height(w[j])]);
    nodes.push(svgNode("path", { d: lineThrough(line), class: `walk ${kind}` }));
    const [endX, endY] = line.at(-1);
    const wrong = points.at(-1)[j] === 0 && best !== 0;
    (wrong ? onTop : nodes).push(svgNode("circle", { cx: endX, cy: endY, r: wrong ? 5 : 2.5, class: `mark ${wrong ? "wrong" : kind}` }));
  });
  const { exact, wrong } = countZeros(points.at(-1), run.optimum);
  const words = `${exact} exact ${exact === 1 ? "zero" : "zeros"}${wrong ? `, ${wrong} wrong` : ""}`;
  nodes.push(...onTop, svgText(words, right, top - 12, `value ${wrong ? "wrong" : exact ? "zero" : ""}`, "end"), ...bottomAxis(x, { y: floor + 9, title: "passes", count: 4 }));
  return { nodes, height: floor + 46, words };
}
