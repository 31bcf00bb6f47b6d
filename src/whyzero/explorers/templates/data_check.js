// The check of the panel "Your data": the rule on every row, and how close to the optimum the fits are.

import { significant } from "./shared/numbers.js";

/** @typedef {{holds: boolean, words: string}} Check */

/**
 * Every comparison must hold as it is written: a number that overflowed is no agreement.
 * @param {number} gap the duality gap of L1
 * @returns {Check}
 */
export function checkOf(model, pair, rows, gap) {
  const decided = rows.filter(({ pull, toll }) => !(Math.abs(pull - toll) <= 1e-9 * toll));
  const agreeing = decided.filter(({ weight, pull, toll }) => (weight === 0 ? pull <= toll : pull > toll)).length;
  const share = gap / model.nullLoss;
  const apart = pair.partner?.loss ? Math.abs(pair.partner.loss - pair.loss) / model.nullLoss : 0;
  const match = pair.partner?.loss ? `; training losses of L1 and L2 differ by ${significant(apart, 2)} of it` : "";
  // The weights that are not zero must be held by the whole toll, no more and no less.
  const riding = Math.max(0, ...rows.map(({ index, weight, toll }) => (weight === 0 ? 0 : Math.abs(pair.left[index] / toll - 1))));
  return {
    holds: agreeing === decided.length && share < 1e-9 && apart < 1e-9 && riding < 1e-6,
    words: `zero if and only if pull \u2264 toll: ${decided.length - agreeing} of ${decided.length} rows disagree; where a weight is not zero, the pull left at the fit is the toll but for ${significant(riding, 2)} of it; ` +
      `the duality gap is at most ${significant(share, 2)} of the loss without weights${match}.`,
  };
}
