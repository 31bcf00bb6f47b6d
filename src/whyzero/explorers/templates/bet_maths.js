// The bet: data sets on which L1 and L2 fit equally well (whyzero.experiments.bet).

import { alphaMax, makeProblem, meanLoss, predictions } from "./shared/math/problem.js";
import { matchedL2 } from "./shared/math/partner.js";
import { solve } from "./shared/math/solver.js";
import { sparseRegression, uniforms } from "./random.js";
import { squared } from "./shared/math/squared.js";

/** The exact zeros of L1 that whyzero counts in each data set; L2 has none. The tests compare them with `whyzero.fit`. */
export const COUNTED = [
  15, 13, 14, 15, 14, 15, 14, 10, 13, 11, 11, 13, 13, 12, 14, 13, 12, 12, 12, 13,
  13, 12, 14, 13, 12, 15, 14, 8, 14, 14, 14, 13, 14, 13, 13, 14, 11, 11, 14, 14,
];
const [ROWS, COLUMNS, SHARE] = [100, 20, 0.2];

/** Data set number k of the bet; each has a seed of its own. */
export function betData(k) {
  return sparseRegression(uniforms(1000 + k), ROWS, COLUMNS);
}

/** One trial: the weights of L1 at a fifth of alpha_max, and of L2 at the same training loss. */
export function trial(k) {
  const { columns, y } = betData(k);
  const problem = makeProblem(columns, y, squared);
  const alpha = SHARE * alphaMax(problem);
  const fit = solve(problem, { alpha, l1Ratio: 1 });
  const loss = meanLoss(problem, predictions(problem, fit));
  const partner = matchedL2(problem, loss, alpha);
  return { l1: fit.weights, l2: partner.fit.weights, alpha, l2Alpha: partner.alpha, off: Math.abs(partner.loss - loss) };
}

export function zerosOf(weights) {
  return weights.filter((w) => w === 0).length;
}

/**
 * How many of these trials have other zeros than were counted, and how far apart the training losses are at most.
 * @returns {{different: number, apart: number}}
 */
export function compareTrials(done) {
  const different = done.filter(({ l1, l2 }, k) => zerosOf(l1) !== COUNTED[k] || zerosOf(l2) !== 0).length;
  return { different, apart: Math.max(...done.map(({ off }) => off)) };
}

/** Share of numbers within each threshold of zero. */
export function sharesWithin(weights, thresholds) {
  return thresholds.map((threshold) => weights.filter((w) => Math.abs(w) <= threshold).length / weights.length);
}

/** What a weight of 1 becomes in floats if each step keeps this share of it, and after how many steps nothing changes. */
export function shrinkForever(kept) {
  let [w, steps] = [1, 0];
  for (let next = kept * w; next !== w; next = kept * w) {
    w = next;
    steps += 1;
  }
  return { w, steps };
}
