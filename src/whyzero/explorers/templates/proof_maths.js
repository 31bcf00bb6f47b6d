// A small lasso without intercept whose proofs are done three ways: in bare floats, with an allowance, and exactly.

import { add, compare, dyadic, minus, size, times, toFloat } from "./dyadic.js";
import { checkedInverse } from "./shared/math/matrices.js";
import { meanProduct } from "./shared/math/problem.js";
import { minimiseQuadratic } from "./shared/math/solver.js";
import { normals, sparseRegression, uniforms } from "./random.js";

const [ROWS, COLUMNS, SHARE, GRID] = [64, 16, 0.2, 64];
const UNIT = 2 ** -53;

/** Rows a power of two and all values on a grid: so every number of the exact proof is a float times whole numbers. */
export function proofProblem(seed = 11) {
  const { columns, y } = sparseRegression(uniforms(seed), ROWS, COLUMNS);
  const onGrid = (values) => values.map((value) => Math.round(value * GRID) / GRID);
  const X = columns.map(onGrid);
  const target = onGrid(y);
  const gram = X.map((a) => Float64Array.from(X, (b) => meanProduct(a, b)));
  const right = X.map((column) => meanProduct(column, target));
  const alpha = Math.round(SHARE * Math.max(...right.map(Math.abs)) * GRID) / GRID;
  const optimum = minimiseQuadratic(gram, right, { alpha, l1Ratio: 1 });
  return { columns: X, y: target, gram, alpha, optimum, inverse: checkedInverse(gram) };
}

/** The optimum moved by noise of this size; 0 gives what the solver returned. */
export function disturbed(problem, noise, seed = 3) {
  const normal = normals(uniforms(seed));
  return problem.optimum.map((w) => w + noise * normal());
}

/**
 * What is proved from the weights alone.
 * @param {"bare" | "allowance" | "exact"} mode
 * @returns {{gap: number, bounds: number[], verdicts: string[]}}
 */
export function prove(problem, weights, mode) {
  return mode === "exact" ? proveExactly(problem, weights) : proveInFloats(problem, weights, mode === "allowance" ? 1 : 0);
}

function proveInFloats({ columns, y, alpha, inverse }, weights, allowance) {
  const n = y.length;
  const eta = new Float64Array(n);
  const sizes = y.map(Math.abs);
  columns.forEach((column, j) => {
    for (let i = 0; i < n; i += 1) {
      eta[i] += weights[j] * column[i];
      sizes[i] += Math.abs(weights[j] * column[i]);
    }
  });
  const left = eta.map((value, i) => value - y[i]);
  const gamma = allowance * (n + columns.length + 8) * UNIT;
  const raw = columns.map((column) => meanProduct(column, left));
  const errors = columns.map((column) => gamma * meanProduct(column.map(Math.abs), left.map((v, i) => Math.abs(v) + sizes[i])));
  const share = Math.min(1, ...raw.map((c, j) => alpha / (Math.abs(c) + errors[j]))) * (1 - 2 * UNIT * allowance);
  const slopes = raw.map((c) => share * c);
  const gap = allowance
    ? meanProduct(left.map((v, i) => Math.abs(v) * (1 - share) + gamma * sizes[i]), left.map((v, i) => Math.abs(v) * (1 - share) + gamma * sizes[i])) / 2 +
      weights.reduce((sum, w, j) => sum + Math.max(0, alpha * Math.abs(w) + slopes[j] * w) + Math.abs(w) * errors[j], 0) * (1 + gamma)
    : Math.max(0, bareGap(y, left, weights, alpha, share));
  const radius = Math.sqrt(2 * gap) * (1 + 1e-10 * allowance);
  const bounds = columns.map((column, j) => Math.abs(slopes[j]) + errors[j] + Math.sqrt(meanProduct(column, column)) * radius);
  const reach = columns.map((_, j) => radius * Math.sqrt(inverse.inverse[j][j] + inverse.error));
  return { gap, bounds, verdicts: verdictsOf(weights, bounds.map((bound) => bound < alpha), reach) };
}

/** Objective minus dual objective, as a textbook writes it: two nearly equal numbers. */
function bareGap(y, left, weights, alpha, share) {
  const primal = meanProduct(left, left) / 2 + alpha * weights.reduce((sum, w) => sum + Math.abs(w), 0);
  const dual = meanProduct(y, y) / 2 - meanProduct(y.map((v, i) => v + share * left[i]), y.map((v, i) => v + share * left[i])) / 2;
  return primal - dual;
}

/** Every number below is exact; only the reach of non-zeros uses a checked inverse in floats, rounded up. */
function proveExactly({ columns, y, alpha, inverse }, weights) {
  const n = BigInt(y.length).toString(2).length - 1;
  const mean = ({ m, e }) => ({ m, e: e - n });
  const X = columns.map((column) => Array.from(column, dyadic));
  const w = Array.from(weights, dyadic);
  const left = Array.from(y, (value, i) => X.reduce((sum, column, j) => add(sum, times(w[j], column[i])), minus(dyadic(value))));
  const dot = (a, b) => mean(a.reduce((sum, value, i) => add(sum, times(value, b[i])), dyadic(0)));
  const raw = X.map((column) => dot(column, left));
  const toll = dyadic(alpha);
  const largest = raw.reduce((most, c) => (compare(size(c), most) > 0 ? size(c) : most), dyadic(0));
  const share = dyadic(compare(largest, toll) > 0 ? (alpha / toFloat(largest)) * (1 - 2 ** -50) : 1);
  const slopes = raw.map((c) => times(share, c));
  const off = times(add(dyadic(1), minus(share)), add(dyadic(1), minus(share)));
  const half = ({ m, e }) => ({ m, e: e - 1 });
  const gap = w.reduce((sum, value, j) => add(sum, add(times(toll, size(value)), times(slopes[j], value))), half(times(off, dot(left, left))));
  const zero = X.map((column, j) => {
    const room = add(toll, minus(size(slopes[j])));
    return room.m > 0n && compare(times(room, room), times(times(dyadic(2), gap), dot(column, column))) > 0;
  });
  const floatGap = toFloat(gap) * (1 + 1e-12);
  const bounds = X.map((column, j) => Math.abs(toFloat(slopes[j])) + Math.sqrt(2 * floatGap * toFloat(dot(column, column))));
  const reach = columns.map((_, j) => Math.sqrt(2 * floatGap * (inverse.inverse[j][j] + inverse.error)) * (1 + 1e-10));
  return { gap: toFloat(gap), bounds, verdicts: verdictsOf(weights, zero, reach) };
}

function verdictsOf(weights, zero, reach) {
  return [...weights].map((w, j) => (zero[j] ? "zero" : Math.abs(w) > reach[j] ? "nonzero" : "open"));
}

/** How often a verdict contradicts the optimum. */
export function falseProofs(problem, { verdicts }) {
  return verdicts.filter((verdict, j) => (verdict === "zero" && problem.optimum[j] !== 0) || (verdict === "nonzero" && problem.optimum[j] === 0)).length;
}
