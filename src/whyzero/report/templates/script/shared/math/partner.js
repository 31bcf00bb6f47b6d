// L2 that fits the training data as closely as a given fit does.

import { meanLoss, predictions } from "./problem.js";
import { solve } from "./solver.js";

const STEPS = 60;
const NARROW = 1e-13;

/**
 * The alpha of L2 with the training loss `loss`. That of L2 rises with alpha, so the root is bracketed; it is found by the
 * false position on log alpha with the halving of "Illinois" (Dowell and Jarratt 1971).
 * @returns {{alpha: number, fit: import("./solver.js").Fit, loss: number}}
 */
export function matchedL2(problem, loss, guess = 1) {
  let best = { alpha: guess, fit: null, loss: Infinity };
  const off = (logAlpha) => {
    const alpha = Math.exp(logAlpha);
    const fit = solve(problem, { alpha, l1Ratio: 0 }, best.fit);
    const found = meanLoss(problem, predictions(problem, fit));
    if (!(Math.abs(found - loss) > Math.abs(best.loss - loss))) best = { alpha, fit, loss: found };
    return found - loss;
  };
  const [low, high] = bracket(off, Math.log(guess));
  let [[a, fa], [b, fb]] = [low, high];
  let side = 0;
  for (let k = 0; k < STEPS && b - a > NARROW && Math.abs(best.loss - loss) > Number.EPSILON * loss; k += 1) {
    const middle = (fa * b - fb * a) / (fa - fb);
    const f = off(middle);
    if (f > 0) {
      [b, fb] = [middle, f];
      if (side === 1) fa /= 2;
      side = 1;
    } else {
      [a, fa] = [middle, f];
      if (side === -1) fb /= 2;
      side = -1;
    }
  }
  return best;
}

/** Two places between which `off` turns from negative to positive: [place, value] each. */
function bracket(off, start) {
  let here = [start, off(start)];
  const way = here[1] > 0 ? -1 : 1;
  for (let stride = 0.5; ; stride *= 2) {
    const there = [here[0] + way * stride, off(here[0] + way * stride)];
    if (there[1] > 0 !== here[1] > 0 || Math.abs(there[0] - start) > 40) return way < 0 ? [there, here] : [here, there];
    here = there;
  }
}
