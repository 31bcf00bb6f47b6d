// Panel 8: a Laplace prior. Its most probable weight can be zero, its mean weight never is.

import { bottomAxis, leftAxis } from "./shared/axes.js";
import { gaussLegendre } from "./shared/math/pulls.js";
import { lineThrough, svgNode, svgText } from "./shared/svg.js";
import { linear } from "./shared/scales.js";
import { significant, trimmed } from "./shared/numbers.js";
import { softThreshold } from "./shared/math/penalty.js";
import { figure, partsOf, slider, strong, within } from "./parts.js";

const REACH = 4;

/** log of the chance that a normal number is below x: a series near the middle, a continued fraction in the tail. */
export function logNormal(x) {
  const z = Math.abs(x) / Math.SQRT2;
  let tail;
  if (z < 2.5) {
    let [term, sum] = [z, z];
    for (let k = 1; k < 200 && term > 1e-18 * sum; k += 1) {
      term *= (2 * z * z) / (2 * k + 1);
      sum += term;
    }
    tail = 0.5 - (Math.exp(-z * z) * sum) / Math.sqrt(Math.PI);
    return Math.log(x < 0 ? tail : 1 - tail);
  }
  let fraction = z;
  for (let k = 120; k >= 1; k -= 1) fraction = z + k / 2 / fraction;
  const logTail = -z * z - Math.log(2 * Math.sqrt(Math.PI) * fraction);
  return x < 0 ? logTail : Math.log1p(-Math.exp(logTail));
}

/** Mean of w given y = w + noise of variance 1 and a prior proportional to exp(-rate |w|). */
export function posteriorMean(y, rate) {
  const right = logNormal(y - rate) - rate * y;
  const left = logNormal(-y - rate) + rate * y;
  return y + rate * Math.tanh((left - right) / 2);
}

export function posteriorMode(y, rate) {
  return softThreshold(y, rate);
}

/** The mean by quadrature, apart from any formula. */
export function meanByQuadrature(y, rate) {
  const [nodes, pieces] = [gaussLegendre(12), 40];
  let [mass, moment] = [0, 0];
  for (const side of [-1, 1])
    for (let k = 0; k < pieces; k += 1)
      for (const [place, share] of nodes) {
        const w = (side * 16 * (k + place)) / pieces;
        const density = share * Math.exp(-((y - w) ** 2) / 2 - rate * Math.abs(w));
        mass += density;
        moment += w * density;
      }
  return moment / mass;
}

export function mountPriors(section) {
  const parts = partsOf(section);
  const state = { y: 0.5, rate: 1 };
  const set = (change) => {
    Object.assign(state, change);
    refresh();
  };
  const seen = slider(parts.controls, { label: "What was seen, y", min: -REACH, max: REACH, step: 0.05, value: 0.5, text: (v) => significant(v, 3), input: (y) => set({ y }) });
  slider(parts.controls, { label: "Rate of the prior, alpha", min: 0.1, max: 2, step: 0.1, value: 1, text: (v) => trimmed(v, 2), input: (rate) => set({ rate }) });
  const places = {};
  const figures = [
    figure(parts.figures, {
      title: "Most probable weight and mean weight", draw: (width) => curvesFigure(width, state, places),
      drag: (x) => {
        seen.value = within(places.x.invert(x), -REACH, REACH);
        set({ y: seen.value });
      },
    }),
    figure(parts.figures, { title: "What is believed of the weight", draw: (width) => beliefFigure(width, state) }),
  ];

  function refresh() {
    for (const drawn of figures) drawn.redraw();
    const [mode, mean] = [posteriorMode(state.y, state.rate), posteriorMean(state.y, state.rate)];
    parts.say("The most probable weight is ", strong(mode === 0 ? "exactly 0" : significant(mode, 3), mode === 0 ? "zero" : "nonzero"),
      "; the mean weight is ", strong(state.y === 0 ? "0" : significant(mean, 3), "nonzero"), ". The chance that the weight is exactly zero is 0: L1\u2019s zero is a best guess, not a belief.");
    const off = Math.max(...Array.from({ length: 33 }, (_, k) => Math.abs(posteriorMean(-4 + k / 4, state.rate) - meanByQuadrature(-4 + k / 4, state.rate))));
    parts.check(off < 1e-9, `formula of the mean against quadrature at 33 observations: largest difference ${significant(off, 2)}.`);
  }
  refresh();
}

function curvesFigure(width, { y: seen, rate }, places) {
  const [left, right, top, bottom] = [40, width - 16, 26, 210];
  const x = (places.x = linear([-REACH, REACH], [left, right]));
  const y = linear([-REACH, REACH], [bottom, top]);
  const curve = (value) => lineThrough(Array.from({ length: 161 }, (_, k) => -REACH + k / 20).map((at) => [x(at), y(value(at, rate))]));
  const edge = Math.min(rate, REACH);
  return {
    height: 250,
    words: `Mode ${significant(posteriorMode(seen, rate), 3)}, mean ${significant(posteriorMean(seen, rate), 3)}`,
    nodes: [
      ...leftAxis(y, { left, right, title: "weight", count: 4 }), ...bottomAxis(x, { y: bottom, title: "what was seen, y", count: 6 }),
      svgNode("path", { d: curve(posteriorMean), class: "curve" }), svgNode("path", { d: curve(posteriorMode), class: "response nonzero" }),
      svgNode("path", { d: lineThrough([[x(-edge), y(0)], [x(edge), y(0)]]), class: "response zero" }),
      svgText("mean", x(2.4), y(posteriorMean(2.4, rate)) - 10, "value", "end"), svgText("most probable", right, y(0) + 18, "value nonzero", "end"),
      svgNode("circle", { cx: x(seen), cy: y(posteriorMean(seen, rate)), r: 5, class: "dot" }),
      svgNode("circle", { cx: x(seen), cy: y(posteriorMode(seen, rate)), r: 6.5, class: `mark ${posteriorMode(seen, rate) === 0 ? "zero" : "nonzero"}` }),
    ],
  };
}

/** Where a label that takes `room` is anchored: on the side that is wanted, unless the figure ends there. */
function anchorAt(place, rightwards, room, width) {
  return (rightwards ? place + room < width : place < room) ? "start" : "end";
}

/** The density of the weight given y; its peak and its mean. */
function beliefFigure(width, { y: seen, rate }) {
  const [left, right, top, bottom] = [16, width - 16, 40, 210];
  const x = linear([-REACH, REACH], [left, right]);
  const density = (w) => Math.exp(-((seen - w) ** 2) / 2 - rate * Math.abs(w));
  const [mode, mean] = [posteriorMode(seen, rate), posteriorMean(seen, rate)];
  const y = linear([0, density(mode) * 1.05], [bottom, top]);
  const points = Array.from({ length: 321 }, (_, k) => -REACH + k / 40).map((w) => [x(w), y(density(w))]);
  const rightwards = x(mean) >= x(mode);
  const meanAnchor = anchorAt(x(mean), rightwards, 48, width);
  return {
    height: 250,
    words: "The density of the weight",
    nodes: [
      ...bottomAxis(x, { y: bottom, title: "weight", count: 6 }),
      svgNode("path", { d: lineThrough(points), class: "curve" }),
      svgNode("line", { x1: x(mode), x2: x(mode), y1: y(density(mode)), y2: bottom, class: `drop ${mode === 0 ? "zero" : "nonzero"}` }),
      svgNode("line", { x1: x(mean), x2: x(mean), y1: y(density(mean)), y2: bottom, class: "choice" }),
      svgText("most probable", x(mode), top - 8, `value ${mode === 0 ? "zero" : "nonzero"}`, anchorAt(x(mode), !rightwards, 105, width)),
      svgText("mean", x(mean) + (meanAnchor === "start" ? 6 : -6), bottom - 12, "value", meanAnchor),
    ],
  };
}
