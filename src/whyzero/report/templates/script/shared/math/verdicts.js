// What can be proved about the true optimum from any fit, its duality gap and an allowance for rounding.

import { checkedInverse } from "./matrices.js";
import { bendOf, tollOf, weightGap } from "./penalty.js";
import { meanOf, meanProduct, predictions, rowSlopes } from "./problem.js";

const UNIT = 2 ** -53;

/**
 * @typedef {{gap: number, slopes: Float64Array, eta: Float64Array, errors: number[]}} Dual
 * @typedef {{verdict: string, bound: number, low: number | null, high: number | null}} Finding
 */

/** The error of a sum of n products of floats, as a share of the sum of their sizes. */
function summation(n) {
  return ((n + 4) * UNIT) / (1 - (n + 4) * UNIT);
}

/**
 * A feasible dual point for a fit, the slopes c_j at it, and a bound on objective - optimum.
 * @param {number} allowance 1 for the allowance for rounding, 0 to leave it out (which makes false proofs)
 * @param {number[]} among the weights that may be other than zero
 * @returns {Dual}
 */
export function dualGap(problem, fit, penalty, allowance = 1, among = problem.columns.map((_, j) => j)) {
  const { columns, y, n, loss } = problem;
  const eta = predictions(problem, fit);
  const raw = balanced(rowSlopes(problem, eta));
  const off = allowance * (Math.abs(meanOf(raw)) + summation(n) * meanOf(raw.map(Math.abs)));
  const sizes = columns.map((column) => meanProduct(column.map(Math.abs), raw.map(Math.abs)));
  const errors = sizes.map((size, j) => allowance * summation(n) * size + off * meanOf(columns[j].map(Math.abs)));
  let slopes = Float64Array.from(columns, (column) => meanProduct(column, raw));
  let share = 1;
  if (bendOf(penalty) === 0)
    for (const j of among) share = Math.min(share, tollOf(penalty) / (Math.abs(slopes[j]) + errors[j]) || 1);
  if (share < 1) share *= 1 - 2 * UNIT * allowance;
  slopes = slopes.map((c) => c * share);
  const doubt = rowDoubt(problem, fit, eta).map((d) => allowance * d + off);
  let gap = meanOf(eta.map((value, i) => loss.gap(y[i], value, share * raw[i], doubt[i])));
  for (const j of among)
    gap += Math.max(0, weightGap(fit.weights[j], slopes[j], penalty)) + Math.abs(fit.weights[j]) * errors[j];
  return { gap: gap * (1 + allowance * summation(n)), slopes, eta, errors };
}

/** Slopes that add up to zero: the side that weighs more is shrunk, which leaves every loss defined. */
function balanced(slopes) {
  let [up, down] = [0, 0];
  for (const v of slopes) {
    if (v > 0) up += v;
    else down -= v;
  }
  if (up === 0 || down === 0) return slopes;
  return slopes.map((v) => (v > 0 ? (up > down ? v * (down / up) : v) : down > up ? v * (up / down) : v));
}

/** How far rounding may have moved each prediction. */
function rowDoubt(problem, { intercept, weights }, eta) {
  const sizes = new Float64Array(problem.n).fill(Math.abs(intercept));
  problem.columns.forEach((column, j) => {
    if (weights[j] !== 0) for (let i = 0; i < sizes.length; i += 1) sizes[i] += Math.abs(weights[j] * column[i]);
  });
  return sizes.map((size, i) => summation(problem.p + 8) * (size + Math.abs(problem.y[i]) + Math.abs(eta[i])));
}

/**
 * A verdict for every weight, in the words of whyzero.Verdict.
 * @param {import("./problem.js").Problem} problem
 * @param {import("./solver.js").Fit} fit
 * @param {import("./penalty.js").Penalty} penalty
 * @returns {{gap: number, findings: Finding[]}}
 */
export function judge(problem, fit, penalty, allowance = 1) {
  const toll = tollOf(penalty);
  const first = dualGap(problem, fit, penalty, allowance);
  const radius = Math.sqrt((2 * first.gap) / problem.loss.strength) * (1 + 1e-10 * allowance);
  const bounds = problem.columns.map((_, j) => Math.abs(first.slopes[j]) + first.errors[j] + (!problem.constant[j] ? radius : 0));
  const zero = bounds.map((bound, j) => !problem.constant[j] && bound < toll);
  const alive = bounds.map((_, j) => j).filter((j) => !problem.constant[j] && !zero[j]);
  const cleared = { intercept: fit.intercept, weights: fit.weights.map((w, j) => (zero[j] ? 0 : w)) };
  const second = dualGap(problem, cleared, penalty, allowance, alive);
  const groups = parallelGroups(problem.columns, alive, penalty);
  const reach = enclosures(problem, second, penalty, groups.map(([[lead]]) => lead));
  const shared = new Map(groups.flatMap((group) => (group.length > 1 ? sharedRanges(group, fit.weights, reach, allowance) : [])));
  const findings = bounds.map((bound, j) => {
    const w = fit.weights[j];
    if (problem.constant[j]) return { verdict: "zero, structural", bound: 0, low: 0, high: 0 };
    if (zero[j]) return { verdict: w === 0 ? "zero, proved" : "numerical debris", bound, low: 0, high: 0 };
    if (shared.has(j)) return { bound, ...shared.get(j) };
    const far = reach?.get(j) ?? Infinity;
    const range = { bound, low: Number.isFinite(far) ? w - far : null, high: Number.isFinite(far) ? w + far : null };
    if (Math.abs(w) > far) return { verdict: "non-zero, proved", ...range };
    return { verdict: "open", ...range };
  });
  return { gap: first.gap, findings };
}

/** Columns that are equal or opposite in every row, as lists of [index, sign]; under L2 none can stand for another. */
function parallelGroups(columns, alive, penalty) {
  const groups = [];
  for (const j of alive) {
    const side = ([[lead]]) => [1, -1].find((sign) => columns[j].every((x, i) => x === sign * columns[lead][i]));
    const group = bendOf(penalty) === 0 ? groups.find(side) : undefined;
    if (group) group.push([j, side(group)]);
    else groups.push([[j, 1]]);
  }
  return groups;
}

/**
 * The data know a group only through one number, the sum of sign times weight. If that is proved not to be zero, each
 * weight takes every value between 0 and it over the optima, Eqs. (47)-(49): all of the group pay the same toll.
 * @returns {[number, Omit<Finding, "bound">][]}
 */
function sharedRanges(group, weights, reach, allowance) {
  const total = group.reduce((sum, [j, sign]) => sum + sign * weights[j], 0);
  const size = group.reduce((sum, [j]) => sum + Math.abs(weights[j]), 0);
  const far = (reach?.get(group[0][0]) ?? Infinity) + allowance * summation(group.length) * size;
  const verdict = Math.abs(total) > far ? "not unique" : "open";
  return group.map(([j, sign]) => {
    if (!Number.isFinite(far)) return [j, { verdict, low: null, high: null }];
    return [j, { verdict, low: Math.min(0, sign * total - far), high: Math.max(0, sign * total + far) }];
  });
}

/**
 * How far the optimal weight can be from the fitted one, by the curvature of the loss at the fit.
 * @returns {Map<number, number> | null}
 */
function enclosures(problem, { gap, eta }, penalty, alive) {
  const bends = eta.map((value, i) => problem.loss.bend(problem.y[i], value));
  const total = meanOf(bends);
  const middle = alive.map((j) => meanProduct(problem.columns[j], bends) / total);
  const shifted = alive.map((j, a) => problem.columns[j].map((x) => x - middle[a]));
  const weighted = shifted.map((column) => column.map((x, i) => x * bends[i]));
  const matrix = shifted.map((column, a) =>
    Float64Array.from(shifted, (_, b) => (a >= b ? meanProduct(weighted[a], shifted[b]) : meanProduct(weighted[b], column)) +
      (a === b ? bendOf(penalty) : 0)));
  const found = checkedInverse(matrix);
  if (!found) return null;
  const { inverse, error } = found;
  const scale = problem.loss.name === "squared" ? Math.sqrt(2 * gap) : selfConcordantScale(problem, shifted, inverse, error, total, gap);
  if (scale === null) return null;
  return new Map(alive.map((j, a) => [j, scale * Math.sqrt(inverse[a][a] + error) * (1 + 1e-10)]));
}

/** s / kappa, with 1 - (1 + s) exp(-s) = kappa² gap: the loss may bend less away from the fit. */
function selfConcordantScale(problem, shifted, inverse, error, total, gap) {
  let kappa = 0;
  for (let i = 0; i < problem.n; i += 1) {
    let size = 1 / total;
    let sum = 0;
    for (let a = 0; a < shifted.length; a += 1) {
      sum += Math.abs(shifted[a][i]);
      for (let b = 0; b < shifted.length; b += 1) size += shifted[a][i] * inverse[a][b] * shifted[b][i];
    }
    kappa = Math.max(kappa, size + error * sum * sum);
  }
  const share = kappa * gap * (1 + 1e-9);
  if (!(share < 1)) return null;
  let [low, high] = [0, 1];
  while (grows(high) < share) high *= 2;
  for (let k = 0; k < 100; k += 1) {
    const s = (low + high) / 2;
    if (grows(s) < share) low = s;
    else high = s;
  }
  return high / Math.sqrt(kappa);
}

/** 1 - (1 + s) exp(-s), which is s²/2 for small s. */
function grows(s) {
  return s < 1e-3 ? s * s * (1 / 2 - s / 3 + (s * s) / 8 - (s * s * s) / 30) : 1 - (1 + s) * Math.exp(-s);
}
