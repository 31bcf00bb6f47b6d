// A table of numbers as a regression problem; every column per standard deviation, the intercept free.

/**
 * @typedef {{columns: Float64Array[], y: Float64Array, constant: boolean[],
 *   loss: import("./squared.js").Loss, n: number, p: number}} Problem
 */

/**
 * Columns are centred and divided by their standard deviation; a constant column becomes all zeros.
 * @param {ArrayLike<number>[]} columns
 * @param {ArrayLike<number>} y
 * @param {import("./squared.js").Loss} loss
 * @returns {Problem}
 */
export function makeProblem(columns, y, loss) {
  const constant = columns.map((column) => Array.prototype.every.call(column, (x) => x === column[0]));
  const scaled = columns.map((column, j) => (constant[j] ? new Float64Array(y.length) : standardised(column)));
  return { columns: scaled, y: Float64Array.from(y), constant, loss, n: y.length, p: columns.length };
}

/** Mean 0 and standard deviation 1. A power of two, which rounds nothing, keeps the squares within the floats. */
function standardised(column) {
  const unit = powerOfTwo(column);
  const offset = centred(Float64Array.from(column, (x) => x / unit));
  const span = powerOfTwo(offset);
  const values = offset.map((x) => x / span);
  const sd = Math.sqrt(meanProduct(values, values));
  return values.map((x) => x / sd);
}

/** The power of two at or just below the largest size. */
function powerOfTwo(values) {
  let largest = 0;
  for (let i = 0; i < values.length; i += 1) largest = Math.max(largest, Math.abs(values[i]));
  return 2 ** Math.min(1023, Math.floor(Math.log2(largest)));
}

/**
 * The values less their mean. Where the mean is large beside their spread it is rounded, but the differences from it
 * are exact (Sterbenz), so that the mean of these takes the rounding out.
 */
export function centred(values) {
  const mean = meanOf(values);
  const shifted = Float64Array.from(values, (x) => x - mean);
  const rest = meanOf(shifted);
  return shifted.map((x) => x - rest);
}

/** Sum of the values over their number, with the rounding of the first pass taken out by a second. */
export function meanOf(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i];
  const mean = sum / values.length;
  let rest = 0;
  for (let i = 0; i < values.length; i += 1) rest += values[i] - mean;
  return mean + rest / values.length;
}

/** Mean of the products of two columns. */
export function meanProduct(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i] * b[i];
  return sum / a.length;
}

/** intercept + sum of weight times column, row by row. */
export function predictions(problem, { intercept, weights }) {
  const eta = new Float64Array(problem.n).fill(intercept);
  problem.columns.forEach((column, j) => {
    if (weights[j] !== 0) for (let i = 0; i < eta.length; i += 1) eta[i] += weights[j] * column[i];
  });
  return eta;
}

/** The mean loss of the rows. */
export function meanLoss(problem, eta) {
  return meanOf(eta.map((value, i) => problem.loss.value(problem.y[i], value)));
}

/** The slope of the loss of every row. */
export function rowSlopes(problem, eta) {
  return eta.map((value, i) => problem.loss.slope(problem.y[i], value));
}

/** -dL/dw_j for every weight: how hard the data pull, and in which direction. */
export function forces(problem, eta) {
  const slopes = rowSlopes(problem, eta);
  return problem.columns.map((column) => -meanProduct(column, slopes));
}

/** The fit without any weight, and its forces. */
export function nullModel(problem) {
  const intercept = problem.loss.start(meanOf(problem.y));
  const eta = new Float64Array(problem.n).fill(intercept);
  return { intercept, loss: meanLoss(problem, eta), forces: forces(problem, eta) };
}

/** The smallest alpha of L1 at which no weight leaves zero. */
export function alphaMax(problem) {
  return Math.max(...nullModel(problem).forces.map(Math.abs));
}
