// Optimisers on one lasso without intercept, in passes over the rows: those of whyzero.experiments.optimisers.

import { meanProduct } from "./shared/math/problem.js";
import { proximal, softThreshold } from "./shared/math/penalty.js";

/** The lengths of Adam's steps and of those along a single row; `stretch` scales them as it does the others. */
export const ADAM_STEP = 0.01;
const ROW_STEP = 0.003;
export const ADAM_DECAY = 0.9;

/**
 * A lasso as the optimisers see it: slopes of the mean loss at w, and for one row.
 * @typedef {{size: number, slope: (w: Float64Array) => Float64Array, rowSlope: (w: Float64Array, i: number) => Float64Array,
 *   step: number, rowStep: number, adamStep: number, alpha: number}} Course
 */

/**
 * The lasso |y - X w|² / (2 n) + alpha |w|.
 * @returns {Course}
 */
export function lassoCourse(columns, y, alpha, stretch = 1) {
  const n = y.length;
  const residual = (w) => {
    const left = y.map((value) => -value);
    columns.forEach((column, j) => {
      for (let i = 0; i < n; i += 1) left[i] += w[j] * column[i];
    });
    return left;
  };
  return {
    size: columns.length,
    alpha,
    step: stretch / largestCurvature(columns),
    rowStep: stretch * ROW_STEP,
    adamStep: stretch * ADAM_STEP,
    slope: (w) => {
      const left = residual(w);
      return Float64Array.from(columns, (column) => meanProduct(column, left));
    },
    rowSlope: (w, i) => {
      const off = columns.reduce((sum, column, j) => sum + w[j] * column[i], 0) - y[i];
      return Float64Array.from(columns, (column) => column[i] * off);
    },
  };
}

/**
 * One weight that every row pulls with a force of its own, whatever the weight: the loss is -(mean of pulls) w.
 * @returns {Course}
 */
export function steadyCourse(pulls, alpha, step, adamStep) {
  const mean = pulls.reduce((sum, pull) => sum + pull, 0) / pulls.length;
  return { size: 1, alpha, step, rowStep: step, adamStep, slope: () => Float64Array.of(-mean), rowSlope: (_, i) => Float64Array.of(-pulls[i]) };
}

/** The largest eigenvalue of X'X / n, by the power method. */
export function largestCurvature(columns) {
  const gram = columns.map((a) => Float64Array.from(columns, (b) => meanProduct(a, b)));
  return extremes(gram)[1];
}

/** Smallest and largest eigenvalue of a symmetric matrix, by Jacobi's rotations. */
export function extremes(matrix) {
  const a = matrix.map((row) => Float64Array.from(row));
  const n = a.length;
  for (let sweep = 0; sweep < 30; sweep += 1) {
    let off = 0;
    for (let p = 0; p < n; p += 1)
      for (let q = p + 1; q < n; q += 1) {
        off = Math.max(off, Math.abs(a[p][q]));
        rotate(a, p, q);
      }
    if (off < 1e-15) break;
  }
  const values = a.map((row, k) => row[k]);
  return [Math.min(...values), Math.max(...values)];
}

function rotate(a, p, q) {
  if (a[p][q] === 0) return;
  const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (let k = 0; k < a.length; k += 1) [a[k][p], a[k][q]] = [c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]];
  for (let k = 0; k < a.length; k += 1) [a[p][k], a[q][k]] = [c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]];
}

/**
 * The weights after every pass of every optimiser; `orders` gives the rows of each pass for those that go row by row.
 * @param {Course} course
 * @param {Float64Array} start
 * @param {number[][]} orders
 */
export function walks(course, start, orders) {
  const { alpha, step } = course;
  const moves = {
    proximal: (w) => {
      const c = course.slope(w);
      return w.map((value, j) => softThreshold(value - step * c[j], step * alpha));
    },
    ridge: (w) => {
      const c = course.slope(w);
      return w.map((value, j) => proximal(value - step * c[j], step, { alpha, l1Ratio: 0 }));
    },
    subgradient: (w) => along(course.slope(w), w, step, alpha),
    sgd: (w, order) => order.reduce((at, i) => along(course.rowSlope(at, i), at, course.rowStep, alpha), w),
    adam: adam(course),
    frozen: (w, order) => order.reduce((at, i) => freeze(course, at, i), w),
  };
  return new Map(Object.entries(moves).map(([name, move]) => {
    const points = [start];
    for (const order of orders) points.push(move(points.at(-1), order));
    return [name, points];
  }));
}

/** A step along slopes of the loss and alpha sign(w). */
function along(c, w, step, alpha) {
  return w.map((value, j) => value - step * (c[j] + alpha * Math.sign(value)));
}

/** A row's step that sets a weight to 0 for ever once the penalty carries it across zero (TensorFlow Playground). */
function freeze(course, w, i) {
  const c = course.rowSlope(w, i);
  return w.map((value, j) => {
    if (value === 0) return 0;
    const moved = value - course.rowStep * c[j];
    const after = moved - course.rowStep * course.alpha * Math.sign(moved);
    return moved * after < 0 ? 0 : after;
  });
}

/** Kingma and Ba (2015), algorithm 1, with alpha sign(w) as the penalty's slope, as a framework does it. */
function adam(course, decay = ADAM_DECAY, squareDecay = 0.999, floor = 1e-8) {
  let count = 0;
  const mean = new Float64Array(course.size);
  const square = new Float64Array(course.size);
  return (w) => {
    count += 1;
    const c = course.slope(w);
    return w.map((value, j) => {
      const g = c[j] + course.alpha * Math.sign(value);
      mean[j] = decay * mean[j] + (1 - decay) * g;
      square[j] = squareDecay * square[j] + (1 - squareDecay) * g * g;
      const root = Math.sqrt(square[j] / (1 - squareDecay ** count)) + floor;
      return value - course.adamStep * (mean[j] / (1 - decay ** count) / root);
    });
  };
}
