// A data set under L1 and L2: fits, pulls, verdicts and reasons at every alpha of the slider.

import { TableError } from "./csv.js";
import { alphaMax, centred, forces, makeProblem, meanLoss, nullModel, predictions } from "./shared/math/problem.js";
import { account, pullsFromZero } from "./shared/math/pulls.js";
import { judge } from "./shared/math/verdicts.js";
import { logistic } from "./shared/math/logistic.js";
import { matchedL2 } from "./shared/math/partner.js";
import { solve } from "./shared/math/solver.js";
import { checkOf } from "./data_check.js";
import { visible } from "./shared/names.js";
import { shorten } from "./shared/shorten.js";
import { squared } from "./shared/math/squared.js";

const NICE = [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9];
const DECADES = 2;
const LEAST_SHARE = 0.1;
const EXTREME = 1e100;

/** Round numbers from just above the largest alpha that matters, down two decades. */
export function alphaGrid(largest) {
  const grid = [];
  for (let k = Math.floor(Math.log10(largest)) + 1; k >= Math.floor(Math.log10(largest)) - DECADES - 1; k -= 1)
    for (const m of [...NICE].reverse()) grid.push(Number(`${m}e${k}`));
  const first = grid.findLastIndex((alpha) => alpha >= largest);
  return grid.slice(first).filter((alpha) => alpha >= (largest / 10 ** DECADES) * 0.999);
}

/**
 * The intercept is free, so that a target of numbers is centred first: nothing of its spread is lost beside its mean.
 * @param {import("./table.js").DataSet} data
 */
export function modelOf(data) {
  const isSquared = data.loss === "squared";
  if (isSquared) refuseExtreme(data);
  const problem = makeProblem(data.columns, isSquared ? centred(data.y) : data.y, isSquared ? squared : logistic);
  const largest = alphaMax(problem);
  const none = nullModel(problem);
  return { data, problem, nullForces: none.forces, nullLoss: none.loss, alphaMax: largest, grid: largest > 0 && Number.isFinite(largest) ? alphaGrid(largest) : [] };
}

/** Squares of the target, and their products with alphas, must stay far from the ends of the floats. */
function refuseExtreme({ y, target }) {
  const spread = y.reduce((most, value) => Math.max(most, Math.abs(value / 2 - y[0] / 2)), 0);
  const size = y.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if ((spread < EXTREME && size < EXTREME && spread > 1 / EXTREME) || spread === 0) return;
  throw new TableError(`The values of \u201c${shorten(visible(target), 40)}\u201d are too large or too small for this page, which takes numbers up to 1e100 that differ by more than 1e-100; write them in another unit.`);
}

/** L1 at `alpha` with the pulls that are left at its fit, and L2 at the same training loss or at the same alpha. */
export function pairAt(model, alpha, match, before = null) {
  const fit = solve(model.problem, { alpha, l1Ratio: 1 }, before?.fit ?? null);
  const eta = predictions(model.problem, fit);
  const loss = meanLoss(model.problem, eta);
  const left = forces(model.problem, eta).map(Math.abs);
  if (match === "alpha") return { alpha, fit, loss, left, partner: { alpha, fit: solve(model.problem, { alpha, l1Ratio: 0 }), loss: null } };
  // Without any weight the loss is that of the null model, which L2 reaches only in the limit.
  if (fit.weights.every((w) => w === 0)) return { alpha, fit, loss, left, partner: null };
  return { alpha, fit, loss, left, partner: matchedL2(model.problem, loss, before?.partner?.alpha ?? alpha / model.alphaMax) };
}

/**
 * One row for every feature, and what the check of the page finds; where it fails, nothing that rests on the fit is proved.
 * @returns {{check: import("./data_check.js").Check, rows: {index: number, name: string, weight: number, pull: number, alone: number, toll: number, ratio: number,
 *   verdict: string, bound: number, reason: string, takers: [number, number][], final: number, partner: number | null,
 *   partnerPull: number | null}[]}}
 */
export function tableOf(model, pair) {
  const { problem, data, nullForces } = model;
  const pulls = pullsFromZero(problem, pair.fit);
  const partnerPulls = pair.partner && pullsFromZero(problem, pair.partner.fit);
  const { gap, findings } = judge(problem, pair.fit, { alpha: pair.alpha, l1Ratio: 1 });
  const rows = data.names.map((name, j) => {
    const row = {
      index: j, name, weight: pair.fit.weights[j], pull: Math.abs(pulls[j]), alone: Math.abs(nullForces[j]), toll: pair.alpha,
      ratio: Math.abs(pulls[j]) / pair.alpha, verdict: findings[j].verdict, bound: findings[j].bound,
      partner: pair.partner ? pair.partner.fit.weights[j] : null, partnerPull: partnerPulls ? Math.abs(partnerPulls[j]) : null,
    };
    return { ...row, ...reasonOf(model, pair, row) };
  });
  const check = checkOf(model, pair, rows, gap);
  return { check, rows: check.holds ? rows : rows.map((row) => ({ ...row, verdict: model.problem.constant[row.index] ? row.verdict : "open" })) };
}

/** Why the weight is what it is, and which weights take how much of its pull alone. */
function reasonOf(model, pair, { index, weight, pull, alone, toll }) {
  if (model.problem.constant[index]) return { reason: "structural", takers: [], final: 0 };
  if (weight !== 0) return { reason: alone > toll ? "also alone" : "revealed", takers: [], final: pull };
  if (alone <= toll) return { reason: "weak", takers: [], final: pull };
  const { start, absorbed, final } = account(model.problem, pair.fit, index);
  const side = Math.sign(start);
  const takers = absorbed.map((amount, k) => [k, side * amount]).filter(([, amount]) => amount >= LEAST_SHARE * alone);
  return { reason: "explained away", takers: takers.sort((a, b) => b[1] - a[1]).slice(0, 2), final: side * final };
}
