// Panel 7: when zeros lie. Three columns, endless rows: the third does not matter, but resembles the sum of the others.

import { bottomAxis, leftAxis } from "./shared/axes.js";
import { decimals, significant } from "./shared/numbers.js";
import { lineThrough, svgNode, svgText } from "./shared/svg.js";
import { linear } from "./shared/scales.js";
import { minimiseQuadratic } from "./shared/math/solver.js";
import { figure, partsOf, slider, strong, within } from "./parts.js";

const ALPHA = 0.1;
const MOST = 0.705;

/** The lasso of y = x1 + x2 + noise with a third column that correlates with each by r, from endless rows. */
export function endlessRows(r, alpha = ALPHA) {
  const matrix = [Float64Array.of(1, 0, r), Float64Array.of(0, 1, r), Float64Array.of(r, r, 1)];
  return minimiseQuadratic(matrix, [1, 1, 2 * r], { alpha, l1Ratio: 1 });
}

/** The same by hand: the case in which all three live, or two, or one. */
export function byHand(r, alpha = ALPHA) {
  if (2 * r <= 1) return [1 - alpha, 1 - alpha, 0];
  const third = (alpha * (2 * r - 1)) / (1 - 2 * r * r);
  const first = 1 - alpha - r * third;
  return first > 0 ? [first, first, third] : [0, 0, 2 * r - alpha];
}

export function mountFalseZeros(section) {
  const parts = partsOf(section);
  const state = { r: 0.45 };
  const range = slider(parts.controls, {
    label: "Correlation of the third column with each", min: 0, max: MOST, step: 0.005, value: state.r, text: (v) => decimals(v, 3),
    input: (r) => {
      state.r = r;
      refresh();
    },
  });
  const places = {};
  const drawn = figure(parts.figures, {
    title: "Fitted weights; the truth is 1, 1, 0", draw: (width) => weightsFigure(width, state.r, places),
    drag: (x) => {
      range.value = within(places.x.invert(x), 0, MOST);
      state.r = range.value;
      refresh();
    },
  });

  function refresh() {
    drawn.redraw();
    const w = endlessRows(state.r);
    const right = w[0] !== 0 && w[2] === 0;
    parts.say("The weights are ", ...[...w].flatMap((value, k) => [...(k ? [", "] : []), strong(significant(value, 3), kindOf(k, w))]),
      right ? ". The zero is in the right place. " : w[0] === 0 ? ". Both true features are zero, and no number of rows helps. " : ". The feature that does not matter is in. ",
      `The index of Zhao and Yu, 2r, is ${significant(2 * state.r, 3)}: ${2 * state.r < 1 ? "below 1 the lasso can find the true zeros" : "from 1 on it cannot be trusted to"}.`);
    const off = Math.max(...Array.from({ length: 142 }, (_, k) => {
      const hand = byHand(0.005 * k);
      return Math.max(...endlessRows(0.005 * k).map((value, j) => Math.abs(value - hand[j])));
    }));
    parts.check(off < 1e-12, `solver against the formulas of the three cases at 142 correlations: largest difference ${significant(off, 2)}.`);
  }
  refresh();
}

/** What weight `j` is: only the third should be zero. */
function kindOf(j, w) {
  if ((w[j] === 0) !== (j === 2)) return "wrong";
  return j === 2 ? "zero" : "nonzero";
}

function weightsFigure(width, r, places) {
  const [left, right, top, bottom] = [40, width - 70, 26, 210];
  const x = (places.x = linear([0, MOST], [left, right]));
  const y = linear([0, 1.4], [bottom, top]);
  const fits = Array.from({ length: 142 }, (_, k) => [0.005 * k, endlessRows(0.005 * k)]);
  const lines = (j) => ["zero", "nonzero", "wrong"].map((kind) => svgNode("path", {
    d: lineThrough(fits.map(([at, w], k) => (kindOf(j, w) === kind || (k > 0 && kindOf(j, fits[k - 1][1]) === kind) ? [x(at), y(w[j])] : null))),
    class: `response ${kind}`,
  }));
  const here = endlessRows(r);
  const last = fits.at(-1)[1];
  return {
    height: 250,
    words: `Weights ${[...here].map((value) => significant(value, 3)).join(", ")}`,
    nodes: [
      ...leftAxis(y, { left, right, title: "weight", count: 5 }), ...bottomAxis(x, { y: bottom, title: "correlation", count: 5 }),
      svgNode("line", { x1: x(0.5), x2: x(0.5), y1: top, y2: bottom, class: "choice" }), svgText("index 1", x(0.5), top - 8, "remark"),
      ...lines(0), ...lines(2),
      svgText("first two", left + 8, y(0.9) - 8, "value nonzero", "start"), svgText("third", right + 8, y(last[2]) + 4, "value wrong", "start"),
      ...[0, 2].map((j) => svgNode("circle", { cx: x(r), cy: y(here[j]), r: 6.5, class: `mark ${kindOf(j, here)}` })),
    ],
  };
}
