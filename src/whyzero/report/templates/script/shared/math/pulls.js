// Pull against toll: how hard the data pull each weight from zero, and what the other weights take of it.

import { meanOf, meanProduct, nullModel, predictions, rowSlopes } from "./problem.js";

/** @typedef {{start: number, final: number, absorbed: number[], intercept: number}} Account */

/** -dL/dw_j with w_j put to zero and all else as fitted, for every weight; the pull is its size. */
export function pullsFromZero(problem, fit) {
  const eta = predictions(problem, fit);
  return problem.columns.map((column, j) => {
    const without = fit.weights[j] === 0 ? eta : eta.map((value, i) => value - fit.weights[j] * column[i]);
    return -meanProduct(column, rowSlopes(problem, without));
  });
}

/**
 * The force on weight j from the model without weights to this fit with w_j at zero, weight by weight:
 * final = start - sum of absorbed - intercept, Eqs. (70) and (71). The mean curvature along the way is exact for the
 * squared loss and by twelve points of Gauss and Legendre for the logistic one.
 * @returns {Account}
 */
export function account(problem, fit, j) {
  const { columns, y, n, loss } = problem;
  const zero = nullModel(problem);
  const end = predictions(problem, { intercept: fit.intercept, weights: fit.weights.map((w, k) => (k === j ? 0 : w)) });
  const bends = new Float64Array(n);
  for (const [place, share] of gaussLegendre(12))
    for (let i = 0; i < n; i += 1) bends[i] += share * loss.bend(y[i], zero.intercept + place * (end[i] - zero.intercept));
  const middle = meanProduct(columns[j], bends) / meanOf(bends);
  const shared = columns[j].map((x, i) => (x - middle) * bends[i]);
  const absorbed = columns.map((column, k) => (k === j || fit.weights[k] === 0 ? 0 : fit.weights[k] * meanProduct(shared, column)));
  const slopes = rowSlopes(problem, end);
  return { start: zero.forces[j], final: -meanProduct(columns[j], slopes), absorbed, intercept: middle * meanOf(slopes) };
}

/** [point, weight] of the rule on [0, 1]: the points are roots of the Legendre polynomial, found by Newton's method. */
export function gaussLegendre(size) {
  return Array.from({ length: size }, (_, k) => {
    let x = Math.cos((Math.PI * (k + 0.75)) / (size + 0.5));
    let slope = 1;
    for (let step = 0; step < 8; step += 1) {
      let [before, here] = [1, x];
      for (let m = 2; m <= size; m += 1) [before, here] = [here, ((2 * m - 1) * x * here - (m - 1) * before) / m];
      slope = (size * (x * here - before)) / (x * x - 1);
      x -= here / slope;
    }
    return [(1 - x) / 2, 1 / ((1 - x * x) * slope * slope)];
  });
}
