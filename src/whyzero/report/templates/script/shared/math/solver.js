// The optimum: coordinate descent and one exact solve on the Gram matrix; Newton steps for the logistic loss.

import { cholesky, choleskySolve } from "./matrices.js";
import { bendOf, penaltyValue, softThreshold, tollOf } from "./penalty.js";
import { forces, meanLoss, meanOf, meanProduct, predictions } from "./problem.js";

const SWEEPS = 20;
const ROUNDS = 400;
const NEWTON_STEPS = 60;

/** @typedef {{intercept: number, weights: Float64Array}} Fit */

/**
 * Minimise mean loss + penalty over weights (per standard deviation) and intercept.
 * @param {import("./problem.js").Problem} problem
 * @param {import("./penalty.js").Penalty} penalty
 * @param {Fit | null} start
 * @returns {Fit}
 */
export function solve(problem, penalty, start = null) {
  return problem.loss.name === "squared" ? solveSquared(problem, penalty, start) : solveLogistic(problem, penalty, start);
}

/** Mean products of all columns; computed once for a problem. */
export function gramMatrix(problem) {
  if (!problem.gram) {
    const rows = problem.columns.map(() => new Float64Array(problem.p));
    for (let j = 0; j < problem.p; j += 1)
      for (let k = 0; k <= j; k += 1) rows[j][k] = rows[k][j] = meanProduct(problem.columns[j], problem.columns[k]);
    problem.gram = rows;
  }
  return problem.gram;
}

function solveSquared(problem, penalty, start) {
  const intercept = meanOf(problem.y);
  const centred = problem.y.map((value) => value - intercept);
  const right = problem.columns.map((column) => meanProduct(column, centred));
  return { intercept, weights: minimiseQuadratic(gramMatrix(problem), right, penalty, start?.weights) };
}

/**
 * Minimise w'Hw/2 - r'w + penalty(w): sweeps find the support, one linear solve its weights.
 * @returns {Float64Array}
 */
export function minimiseQuadratic(matrix, right, penalty, start = undefined) {
  const toll = tollOf(penalty);
  const bend = bendOf(penalty);
  const w = start ? Float64Array.from(start) : new Float64Array(right.length);
  const force = right.map((value, j) => value - dot(matrix[j], w));
  for (let round = 0; round < ROUNDS; round += 1) {
    let largest = 0;
    for (let sweep = 0; sweep < SWEEPS; sweep += 1) largest = descend(matrix, force, w, toll, bend);
    const exact = solveOnSupport(matrix, right, w, toll, bend);
    if (exact) return exact;
    if (largest === 0) break;
  }
  return w;
}

/** One sweep over all weights; the forces move along. Returns the largest change. */
function descend(matrix, force, w, toll, bend) {
  let largest = 0;
  for (let j = 0; j < w.length; j += 1) {
    const own = matrix[j][j];
    const next = own + bend > 0 ? softThreshold(force[j] + own * w[j], toll) / (own + bend) : 0;
    const change = next - w[j];
    if (change === 0) continue;
    w[j] = next;
    largest = Math.max(largest, Math.abs(change));
    for (let k = 0; k < w.length; k += 1) force[k] -= matrix[k][j] * change;
  }
  return largest;
}

/** The optimum with the signs of `w`, if there is one that satisfies all conditions; otherwise null. */
function solveOnSupport(matrix, right, w, toll, bend) {
  const support = [...w.keys()].filter((j) => w[j] !== 0);
  const factor = cholesky(support.map((j) => Float64Array.from(support, (k) => matrix[j][k] + (j === k ? bend : 0))));
  if (!factor) return null;
  const found = choleskySolve(factor, support.map((j) => right[j] - toll * Math.sign(w[j])));
  const exact = new Float64Array(w.length);
  for (let a = 0; a < support.length; a += 1) {
    if (found[a] * w[support[a]] <= 0) return null;
    exact[support[a]] = found[a];
  }
  for (let j = 0; j < w.length; j += 1)
    if (exact[j] === 0 && matrix[j][j] > 0 && Math.abs(right[j] - dot(matrix[j], exact)) > toll * (1 + 1e-12)) return null;
  return exact;
}

function solveLogistic(problem, penalty, start) {
  let fit = start ?? { intercept: problem.loss.start(meanOf(problem.y)), weights: new Float64Array(problem.p) };
  let eta = predictions(problem, fit);
  let value = meanLoss(problem, eta) + penaltyValue(fit.weights, penalty);
  for (let step = 0; step < NEWTON_STEPS; step += 1) {
    const target = newtonTarget(problem, fit, eta, penalty);
    let length = 1;
    let next, nextEta, nextValue;
    do {
      next = between(fit, target, length);
      nextEta = predictions(problem, next);
      nextValue = meanLoss(problem, nextEta) + penaltyValue(next.weights, penalty);
      length /= 2;
    } while (nextValue > value + 4 * Number.EPSILON * Math.abs(value) && length > 1e-10);
    const moved = Math.max(Math.abs(next.intercept - fit.intercept), ...next.weights.map((w, j) => Math.abs(w - fit.weights[j])));
    if (nextValue > value + 4 * Number.EPSILON * Math.abs(value)) break;
    [fit, eta, value] = [next, nextEta, nextValue];
    if (moved <= 1e-14 * (1 + Math.max(...fit.weights.map(Math.abs)))) break;
  }
  return fit;
}

/** The optimum of the quadratic that touches the loss at `fit`, the intercept eliminated. */
function newtonTarget(problem, fit, eta, penalty) {
  const { columns, y, loss, n } = problem;
  const bends = eta.map((value, i) => loss.bend(y[i], value));
  const total = meanOf(bends);
  const middle = columns.map((column) => meanProduct(column, bends) / total);
  const own = forces(problem, eta);
  const down = -meanOf(eta.map((value, i) => loss.slope(y[i], value)));
  const toll = tollOf(penalty);
  const used = own.map((force, j) => j).filter((j) => !problem.constant[j] && (fit.weights[j] !== 0 || Math.abs(own[j]) > 0.9 * toll));
  const matrix = used.map(() => new Float64Array(used.length));
  for (let a = 0; a < used.length; a += 1) {
    const weighted = columns[used[a]].map((x, i) => (x - middle[used[a]]) * bends[i]);
    for (let b = 0; b <= a; b += 1) {
      const column = columns[used[b]];
      let sum = 0;
      for (let i = 0; i < n; i += 1) sum += weighted[i] * column[i];
      matrix[a][b] = matrix[b][a] = sum / n;
    }
  }
  const old = Float64Array.from(used, (j) => fit.weights[j]);
  const right = used.map((j, a) => own[j] - middle[j] * down + dot(matrix[a], old));
  const best = minimiseQuadratic(matrix, right, penalty, old);
  const weights = new Float64Array(problem.p);
  let intercept = fit.intercept + down / total;
  used.forEach((j, a) => {
    weights[j] = best[a];
    intercept -= middle[j] * (best[a] - old[a]);
  });
  return { intercept, weights };
}

function between(fit, target, length) {
  if (length === 1) return target;
  return {
    intercept: fit.intercept + length * (target.intercept - fit.intercept),
    weights: fit.weights.map((w, j) => w + length * (target.weights[j] - w)),
  };
}

function dot(row, w) {
  let sum = 0;
  for (let k = 0; k < w.length; k += 1) sum += row[k] * w[k];
  return sum;
}
