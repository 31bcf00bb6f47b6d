// L2 that fits the training data as closely as a given fit does.

import { meanLoss, predictions } from "./problem.js";
import { solve } from "./solver.js";

/**
 * The alpha of L2 with the training loss `loss`; its loss rises with alpha, so the root is bracketed.
 * @returns {{alpha: number, fit: import("./solver.js").Fit, loss: number}}
 */
export function matchedL2(problem, loss, guess = 1) {
  let fit = null;
  const at = (alpha) => {
    fit = solve(problem, { alpha, l1Ratio: 0 }, fit);
    return meanLoss(problem, predictions(problem, fit));
  };
  let [low, high] = [guess, guess];
  while (low > 1e-9 && at(low) > loss) low /= 4;
  while (high < 1e9 && at(high) < loss) high *= 4;
  let [a, b] = [Math.log(low), Math.log(high)];
  let [fa, fb] = [at(low) - loss, at(high) - loss];
  for (let k = 0; k < 80 && b - a > 1e-13; k += 1) {
    const share = k % 3 === 2 ? 0.5 : Math.min(0.99, Math.max(0.01, fa / (fa - fb)));
    const middle = a + share * (b - a);
    const f = at(Math.exp(middle)) - loss;
    if (f === 0) [a, b] = [middle, middle];
    else if (f < 0) [a, fa] = [middle, f];
    else [b, fb] = [middle, f];
  }
  const alpha = Math.exp((a + b) / 2);
  const reached = at(alpha);
  return { alpha, fit, loss: reached };
}
