// What the optimisers of panel 3 do on its two problems, and what can be checked about it.

import { gramMatrix, minimiseQuadratic } from "./shared/math/solver.js";
import { meanProduct } from "./shared/math/problem.js";
import { significant } from "./shared/numbers.js";
import { ADAM_DECAY, ADAM_STEP, extremes, lassoCourse, steadyCourse, walks } from "./walks.js";
import { adamBand, hoppingBand, landing, ridgeAfter } from "./step_formulas.js";
import { shuffled, sparseRegression, uniforms } from "./random.js";

export const PASSES = 300;
const [ROWS, COLUMNS, SEED] = [100, 30, 9];
const LASSO_ALPHA = 0.25;
// No start of the panel is a multiple of a step times these: a hop that meets 0 by chance would look like a landing.
export const STEADY_ALPHA = 0.31;
const SPREAD = Math.SQRT2 / 30;
const STEADY_STEP = 0.1;

/**
 * What a figure marks beside the walk of one optimiser: steps, the edge of a band of sizes, a course in a formula.
 * @typedef {{steps?: [number, string][], edge?: number, course?: number[]}} Marks
 * @typedef {{points: Map<string, Float64Array[]>, optimum: Float64Array, marks: Record<string, Marks>, holds: boolean, checked: string,
 *   columns?: Float64Array[], y?: Float64Array}} Run
 */

/**
 * All passes of all optimisers on a lasso of 30 weights.
 * @returns {Run}
 */
export function lassoRun({ size, stretch }) {
  const uniform = uniforms(SEED);
  const { columns, y } = sparseRegression(uniform, ROWS, COLUMNS);
  const start = Float64Array.from({ length: COLUMNS }, () => size * (2 * uniform() - 1));
  const orders = Array.from({ length: PASSES }, () => shuffled(uniform, ROWS));
  const course = lassoCourse(columns, y, LASSO_ALPHA, stretch);
  const gram = gramMatrix({ columns, p: COLUMNS });
  const right = columns.map((column) => meanProduct(column, y));
  const optimum = minimiseQuadratic(gram, right, { alpha: LASSO_ALPHA, l1Ratio: 1 });
  const points = walks(course, start, orders);
  const { found, bound, same } = identification(points.get("proximal"), optimum, course, gram);
  const walked = ["ridge", "subgradient", "sgd", "adam"].map((name) => countZeros(points.get(name).at(-1), optimum).exact);
  const frozen = points.get("frozen").at(-1);
  const { exact, wrong } = countZeros(frozen, optimum);
  const c = course.slope(frozen);
  // Were no frozen weight pulled beyond the toll, the others being at their best, the whole would be the optimum.
  const kept = [...frozen.keys()].filter((j) => frozen[j] === 0 && optimum[j] !== 0 && Math.abs(c[j]) > LASSO_ALPHA).length;
  const zeros = optimum.filter((w) => w === 0).length;
  return {
    columns, y, points, optimum, marks: { proximal: { steps: [[found, `all found: ${found}`], [bound, `bound: ${bound}`]] } },
    holds: same && found <= bound && walked.every((number) => number === 0) && (wrong === 0 || kept > 0),
    checked: `proximal: all ${zeros} zeros of the optimum exactly, and no other, from pass ${found} on; the theory allows ${bound}. ` +
      `Exact zeros of ridge, subgradient, SGD and Adam: ${walked.slice(0, -1).join(", ")} and ${walked.at(-1)}. ` +
      `Of ${exact} frozen weights ${wrong} are not zero at the optimum; the data still pull ${kept} of these with more than alpha.`,
  };
}

/** When the proximal steps had found all zeros, the bound of Eq. (113) on it, and whether they ended with those of the optimum. */
function identification(proximal, optimum, course, gram) {
  const zero = [...optimum.keys()].filter((j) => optimum[j] === 0);
  const found = proximal.findLastIndex((w) => zero.some((j) => w[j] !== 0)) + 1;
  const c = course.slope(optimum);
  const slack = Math.min(...zero.map((j) => course.alpha - Math.abs(c[j])));
  const [smallest] = extremes(gram);
  const distance = Math.hypot(...proximal[0].map((value, j) => value - optimum[j]));
  const bound = 1 + Math.max(0, Math.ceil(Math.log((2 * distance) / (course.step * slack)) / (course.step * smallest)));
  const ended = proximal.at(-1);
  return { found, bound, same: optimum.every((value, j) => (ended[j] === 0) === (value === 0)) };
}

/**
 * The same walks of one weight. The data pull it steadily with less than alpha, so its best value is 0; the pulls of
 * the two rows differ, for those optimisers that take a row at a time.
 * @returns {Run}
 */
export function steadyRun({ size, stretch, g }) {
  const alpha = STEADY_ALPHA;
  const [step, adamStep] = [STEADY_STEP * stretch, ADAM_STEP * stretch];
  const pulls = [g - SPREAD, g + SPREAD];
  const uniform = uniforms(SEED);
  const orders = Array.from({ length: PASSES }, () => [Math.floor(2 * uniform())]);
  const points = walks(steadyCourse(pulls, alpha, step, adamStep), Float64Array.of(size), orders);
  const predicted = landing(size, step, alpha, g);
  const landed = points.get("proximal").findIndex((w) => w[0] === 0);
  // Rounding may need one step more than the formula.
  const lands = landed === predicted || landed === predicted + 1 || (landed < 0 && predicted >= PASSES);
  const line = Array.from({ length: PASSES + 1 }, (_, k) => ridgeAfter(k, size, step, alpha, g));
  const off = Math.max(...line.map((w, k) => Math.abs(points.get("ridge")[k][0] / w - 1)));
  const bands = { subgradient: hoppingBand([g], step, alpha), sgd: hoppingBand(pulls, step, alpha), adam: adamBand(g, adamStep, alpha, ADAM_DECAY) };
  const inside = Object.entries(bands).every(([name, band]) => staysIn(points.get(name), band));
  const edges = Object.entries(bands).map(([name, band]) => [name, { edge: Math.max(...band.map(Math.abs)) }]);
  const words = Object.values(bands).map(([low, high]) => `${significant(low, 2)} to ${significant(high, 2)}`);
  return {
    points, optimum: Float64Array.of(0), holds: lands && off < 1e-9 && inside,
    marks: { proximal: { steps: [[predicted, `k = ${predicted}`]] }, ridge: { course: line }, ...Object.fromEntries(edges) },
    checked: `proximal: size / (step × (alpha \u2212 pull)), rounded up, is k = ${predicted}, and it lands at step ${landed < 0 ? `\u2013, beyond the ${PASSES} here` : landed}. ` +
      `Ridge is off its ${g === 0 ? "straight line" : "formula"} by a share of ${significant(off, 2)}. ` +
      `Once across zero, the weight stays in its band: subgradient ${words[0]}, SGD ${words[1]}, Adam ${words[2]}.`,
  };
}

/** Whether a walk that begins right of zero stays within the band from its first crossing on; a rounding is allowed. */
export function staysIn(points, [low, high]) {
  const crossed = points.findIndex((w) => w[0] <= 0);
  return crossed < 0 || points.slice(crossed).every((w) => w[0] >= low - 1e-12 && w[0] <= high + 1e-12);
}

/** Weights that are exactly zero, and those of them that are not at the optimum. */
export function countZeros(w, optimum) {
  const exact = w.filter((value) => value === 0).length;
  const wrong = w.filter((value, j) => value === 0 && optimum[j] !== 0).length;
  return { exact, wrong };
}
