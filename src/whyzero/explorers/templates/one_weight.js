// Panel 1: one weight. The bar is what the penalty holds at zero, the dot is the pull of the data.

import { bottomAxis, leftAxis } from "./shared/axes.js";
import { lineThrough, svgNode, svgText } from "./shared/svg.js";
import { linear } from "./shared/scales.js";
import { significant, trimmed } from "./shared/numbers.js";
import { bestWeight, checkZoo, cost, heldAtZero, zooOf } from "./zoo.js";
import { choice, figure, partsOf, slider, strong, within } from "./parts.js";

const REACH = 3;
const NAMES = [
  ["l1", "L1: |w|"], ["l2", "L2: w²/2"], ["net", "elastic net: some of each"], ["power", "|w| to the power 1.5"],
  ["round", "|w| with its kink rounded off"], ["root", "√|w|, which is not convex"],
];

export function mountOneWeight(section) {
  const parts = partsOf(section);
  const state = { z: 0.6, alpha: 1, ratio: 0.5, width: 0.1, kind: "l1" };
  const penalty = () => zooOf(state.ratio, state.width).get(state.kind);
  const set = (change) => {
    Object.assign(state, change);
    refresh();
  };
  const pull = slider(parts.controls, {
    label: "Pull of the data, z", min: -REACH, max: REACH, step: 0.01, value: state.z, text: (v) => significant(v, 3),
    input: (z) => set({ z }),
  });
  choice(parts.controls, { label: "Penalty", options: NAMES, value: state.kind, input: (kind) => set({ kind }) });
  slider(parts.controls, {
    label: "Strength, alpha", min: 0.05, max: 2, step: 0.05, value: state.alpha, text: (v) => trimmed(v, 3), input: (alpha) => set({ alpha }),
  });
  const ratio = slider(parts.controls, {
    label: "Share of L1", min: 0, max: 1, step: 0.05, value: state.ratio, text: (v) => trimmed(v, 3), input: (value) => set({ ratio: value }),
  });
  const width = slider(parts.controls, {
    label: "Rounded off by", min: -6, max: 0, step: 0.5, value: -1, text: (v) => trimmed(10 ** v, 2), input: (v) => set({ width: 10 ** v }),
  });
  const dragTo = (scale) => (x) => {
    pull.value = within(Math.round(scale().invert(x) * 100) / 100, -REACH, REACH);
    set({ z: pull.value });
  };
  const places = {};
  const figures = [
    figure(parts.figures, {
      title: "At zero: what the penalty holds, and the pull", draw: (w) => slopeFigure(w, state, penalty(), places), drag: dragTo(() => places.slopes), classes: "wide",
    }),
    figure(parts.figures, { title: "What the weight costs", draw: (w) => costFigure(w, state, penalty(), places), drag: dragTo(() => places.cost) }),
    figure(parts.figures, { title: "From pull to best weight", draw: (w) => responseFigure(w, state, penalty(), places), drag: dragTo(() => places.response) }),
  ];

  function refresh() {
    ratio.whole.hidden = state.kind !== "net";
    width.whole.hidden = state.kind !== "round";
    for (const drawn of figures) drawn.redraw();
    parts.say(...sentence(state, penalty()));
    const { off, mismatches, zeros, pulls } = checkZoo(penalty(), state.alpha);
    const how = penalty().best ? "closed form against halving by slopes" : "slope left at the best weight";
    const bar = penalty().edge === Infinity ? "" : `; zero without the dot in the bar, or not zero with it: ${mismatches}`;
    parts.check(off <= 1e-12 && mismatches === 0, `${pulls} pulls, ${zeros} exact zeros; ${how}: ${significant(off, 2)}${bar}.`);
  }
  refresh();
}

function sentence({ z, alpha, kind }, penalty) {
  const w = bestWeight(penalty, alpha, z);
  const best = strong(w === 0 ? "exactly 0" : significant(w, 3), w === 0 ? "zero" : "nonzero");
  const size = significant(Math.abs(z), 3);
  if (kind === "root")
    return [`At zero √|w| is infinitely steep, so zero is always a best place nearby. The best of all for a pull of ${size} is `, best, "."];
  const held = alpha * penalty.edge;
  if (w === 0 && z === 0) return ["Nothing pulls. The best weight is ", best, " under every penalty."];
  if (w === 0) return [`The data pull with ${size}; this penalty holds up to ${significant(held, 3)}. The best weight is `, best, "."];
  if (held === 0) return [`This penalty is flat at zero, so it holds nothing there. A pull of ${size}, or of any size, moves the weight: to `, best, "."];
  return [`The data pull with ${size}, more than the ${significant(held, 3)} that this penalty holds. The best weight is `, best, "."];
}

/** The curve of loss + penalty, and its lowest point. */
function costFigure(width, { z, alpha }, penalty, places) {
  const [left, right, top, bottom] = [40, width - 12, 26, 190];
  const x = (places.cost = linear([-REACH, REACH], [left, right]));
  const y = linear([0, 6], [bottom, top]);
  const points = [];
  for (let k = 0; k <= 240; k += 1) {
    const w = -REACH + (2 * REACH * k) / 240;
    const value = cost(penalty, alpha, z, w);
    points.push(value <= 6 ? [x(w), y(value)] : null);
  }
  const best = bestWeight(penalty, alpha, z);
  const kind = best === 0 ? "zero" : "nonzero";
  const height = y(Math.min(6, cost(penalty, alpha, z, best)));
  return {
    height: 230,
    words: `The cost is least at the weight ${significant(best, 3)}`,
    nodes: [
      ...leftAxis(y, { left, right, title: "loss + penalty", count: 3 }),
      ...bottomAxis(x, { y: bottom, title: "weight w", count: 6 }),
      svgNode("line", { x1: x(0), x2: x(0), y1: top, y2: bottom, class: "axis-line" }),
      svgNode("path", { d: lineThrough(points), class: "curve" }),
      svgNode("line", { x1: x(best), x2: x(best), y1: height, y2: bottom, class: `drop ${kind}` }),
      svgNode("circle", { cx: x(best), cy: height, r: 6, class: `mark ${kind}` }),
    ],
  };
}

/** Best weight for every pull; the flat part is where zero is best. */
function responseFigure(width, { z, alpha }, penalty, places) {
  const [left, right, top, bottom] = [40, width - 12, 26, 190];
  const x = (places.response = linear([-REACH, REACH], [left, right]));
  const y = linear([-REACH, REACH], [bottom, top]);
  const lines = { zero: [], nonzero: [] };
  let last = null;
  for (let k = 0; k <= 600; k += 1) {
    const pull = -REACH + (2 * REACH * k) / 600;
    const w = bestWeight(penalty, alpha, pull);
    const kind = w === 0 ? "zero" : "nonzero";
    if (last !== null && last !== kind) lines[last].push(null);
    lines[kind].push([x(pull), y(w)]);
    last = kind;
  }
  const best = bestWeight(penalty, alpha, z);
  return {
    height: 230,
    words: `A pull of ${significant(z, 3)} gives the weight ${significant(best, 3)}`,
    nodes: [
      ...leftAxis(y, { left, right, title: "best weight", count: 3 }),
      ...bottomAxis(x, { y: bottom, title: "pull of the data, z", count: 6 }),
      svgNode("line", { x1: x(-REACH), y1: y(-REACH), x2: x(REACH), y2: y(REACH), class: "ghost-line" }),
      svgNode("path", { d: lineThrough(lines.nonzero), class: "response nonzero" }),
      svgNode("path", { d: lineThrough(lines.zero), class: "response zero" }),
      svgNode("circle", { cx: x(z), cy: y(best), r: 6, class: `mark ${best === 0 ? "zero" : "nonzero"}` }),
    ],
  };
}

/** The slopes that the penalty has at zero, as a bar; the pull, as a dot. */
function slopeFigure(width, { z, alpha }, penalty, places) {
  const [left, right, line] = [18, width - 18, 44];
  const x = (places.slopes = linear([-REACH, REACH], [left, right]));
  const edge = Math.min(REACH, alpha * penalty.edge);
  const held = heldAtZero(penalty, alpha, z);
  const half = Math.max(1.5, x(edge) - x(0));
  const words = penalty.edge === Infinity ? "holds any pull, but only nearby" : edge === 0 ? "holds nothing" : `holds \u2212${trimmed(edge, 3)} to ${trimmed(edge, 3)}`;
  return {
    height: 104,
    words: `The penalty ${words}; the pull is ${significant(z, 3)}`,
    nodes: [
      svgText(words, x(0), 16, "toll-label"),
      svgNode("rect", { x: x(0) - half, y: line - 12, width: 2 * half, height: 24, class: "held" }),
      ...bottomAxis(x, { y: line + 20, title: "pull", count: 6 }),
      svgNode("circle", { cx: x(z), cy: line, r: 7, class: `mark ${held ? "zero" : "nonzero"}` }),
    ],
  };
}
