// What the tests of the mathematics run, in Node and in Chromium: all numbers of one case.

import { account, pullsFromZero } from "./shared/math/pulls.js";
import { alphaMax, makeProblem, meanLoss, nullModel, predictions } from "./shared/math/problem.js";
import { apart, count, decimals, percent, significant, trimmed } from "./shared/numbers.js";
import { dualGap, judge } from "./shared/math/verdicts.js";
import { logistic } from "./shared/math/logistic.js";
import { matchedL2 } from "./shared/math/partner.js";
import { penaltyValue, proximal } from "./shared/math/penalty.js";
import { solve } from "./shared/math/solver.js";
import { squared } from "./shared/math/squared.js";

export function runCases(cases) {
  return cases.map(runCase);
}

function runCase({ columns, y, loss, alpha_share, l1_ratio }) {
  const problem = makeProblem(columns, y, loss === "squared" ? squared : logistic);
  const penalty = { alpha: alpha_share * alphaMax(problem), l1Ratio: l1_ratio };
  const fit = solve(problem, penalty);
  const eta = predictions(problem, fit);
  const partner = l1_ratio > 0 ? matchedL2(problem, meanLoss(problem, eta), penalty.alpha) : null;
  return {
    alpha: penalty.alpha,
    intercept: fit.intercept,
    weights: [...fit.weights],
    loss: meanLoss(problem, eta),
    objective: meanLoss(problem, eta) + penaltyValue(fit.weights, penalty),
    gap: dualGap(problem, fit, penalty).gap,
    pulls: pullsFromZero(problem, fit),
    null_forces: nullModel(problem).forces,
    accounts: fit.weights.length > 12 ? [] : [...fit.weights.keys()].map((j) => account(problem, fit, j)),
    verdicts: judge(problem, fit, penalty).findings,
    partner: partner && { alpha: partner.alpha, weights: [...partner.fit.weights], loss: partner.loss },
  };
}

/** The gap and the verdicts at points that are not the optimum. */
export function judgePoints(points) {
  return points.map(judgePoint);
}

function judgePoint({ columns, y, loss, alpha_share, l1_ratio, intercept, weights }) {
  const problem = makeProblem(columns, y, loss === "squared" ? squared : logistic);
  const penalty = { alpha: alpha_share * alphaMax(problem), l1Ratio: l1_ratio };
  const point = { intercept, weights: Float64Array.from(weights) };
  return { gap: dualGap(problem, point, penalty).gap, verdicts: judge(problem, point, penalty).findings };
}

export function formatAll(values) {
  return values.map((value) => [significant(value, 3), significant(value), trimmed(value), percent(value), decimals(value, 2),
    apart(value, value * (1 + 1e-6)), count(Math.trunc(Math.abs(value) % 1e12))]);
}

export function proximalSteps(rows) {
  return rows.map(([v, length, alpha, l1Ratio]) => proximal(v, length, { alpha, l1Ratio }));
}
