// What the tests of the explorer's numbers run: each function takes what Python made, and returns what the page would show.

import { bestOnGrid, onCircle, onDiamond, zeroShare } from "./bowl_maths.js";
import { bestPair, coneAngle, sampledShare, zoneShares } from "./zones.js";
import { bestWeight, zooOf } from "./zoo.js";
import { betData, compareTrials, COUNTED, shrinkForever, trial } from "./bet_maths.js";
import { signTest } from "./shared/math/sign_test.js";
import { disturbed, proofProblem, prove } from "./proof_maths.js";
import { endlessRows } from "./false_zeros.js";
import { adamBand, hoppingBand, landing, ridgeAfter } from "./step_formulas.js";
import { lassoCourse, steadyCourse, walks } from "./walks.js";
import { lassoRun, steadyRun } from "./step_runs.js";
import { modelOf, pairAt, tableOf } from "./data_model.js";
import { parseTable } from "./csv.js";
import { posteriorMean, posteriorMode } from "./priors.js";
import { toDataSet } from "./table.js";
import { uniforms } from "./random.js";
import { visible } from "./shared/names.js";

export function zoo({ pulls, alpha, width }) {
  const animals = zooOf(0.5, width);
  return ["l1", "l2", "net", "power", "round", "root"].map((key) => pulls.map((z) => bestWeight(animals.get(key), alpha, z)));
}

export function zones(cases) {
  return cases.map(({ r, alpha, l1_ratio, points }) => {
    const penalty = { alpha, l1Ratio: l1_ratio };
    return { shares: zoneShares(r, penalty), sampled: sampledShare(r, penalty, uniforms(5), 20000),
      pairs: points.map((m) => [...bestPair(r, penalty, m)]), cone: coneAngle(penalty, 2) };
  });
}

export function bowls({ l1, l2, resolutions }) {
  return {
    diamond: l1.map((family) => family.map(onDiamond)),
    circle: l2.map((family) => family.map(onCircle)),
    shares: l2.map((family) => resolutions.map((points) => zeroShare(bestOnGrid(family, points)))),
  };
}

export function optimiserWalks({ columns, y, alpha, start, orders }) {
  const course = lassoCourse(columns.map((column) => Float64Array.from(column)), Float64Array.from(y), alpha);
  return Object.fromEntries([...walks(course, Float64Array.from(start), orders)].map(([name, points]) => [name, points.slice(1).map((w) => [...w])]));
}

export function landings(cases) {
  return cases.map(({ size, step, alpha, g }) => {
    const points = walks(steadyCourse([g], alpha, step, 0.01), Float64Array.of(size), Array.from({ length: 2000 }, () => [0])).get("proximal");
    return [points.findIndex((w) => w[0] === 0), landing(size, step, alpha, g)];
  });
}

/** Walks of one weight with rows of different pulls, and the formulas for them. */
export function steadyWalks(cases) {
  return cases.map(({ size, step, adamStep, alpha, pulls, order }) => {
    const g = pulls.reduce((sum, pull) => sum + pull, 0) / pulls.length;
    const points = walks(steadyCourse(pulls, alpha, step, adamStep), Float64Array.of(size), order.map((i) => [i]));
    return { walks: Object.fromEntries([...points].map(([name, list]) => [name, list.map(([w]) => w)])), ridge: order.map((_, k) => ridgeAfter(k, size, step, alpha, g)),
      bands: { subgradient: hoppingBand([g], step, alpha), sgd: hoppingBand(pulls, step, alpha), adam: adamBand(g, adamStep, alpha, 0.9) } };
  });
}

/** Which settings of the panel make its check fail. */
export function failedRuns({ steady, lasso }) {
  return [...steady.filter((state) => !steadyRun(state).holds), ...lasso.filter((state) => !lassoRun(state).holds)];
}

/** The lasso of the panel, where its walks begin and end, and what is marked. */
export function lassoOfPanel(state) {
  const { columns, y, points, optimum, marks } = lassoRun(state);
  return { columns: columns.map((column) => [...column]), y: [...y], optimum: [...optimum], start: [...points.get("proximal")[0]],
    ends: Object.fromEntries([...points].map(([name, list]) => [name, [...list.at(-1)]])), steps: marks.proximal.steps.map(([k]) => k) };
}

export function priors({ y, rate }) {
  return { mode: y.map((value) => posteriorMode(value, rate)), mean: y.map((value) => posteriorMean(value, rate)) };
}

export function falseZeros(correlations) {
  return correlations.map((r) => [...endlessRows(r)]);
}

export function signTests(pairs) {
  return pairs.map(([wins, losses]) => signTest(wins, losses));
}

export function trials(numbers) {
  return numbers.map((k) => {
    const { columns, y } = betData(k);
    const { l1, l2, alpha, l2Alpha } = trial(k);
    return { columns: columns.map((column) => [...column]), y: [...y], l1: [...l1], l2: [...l2], alpha, l2Alpha };
  });
}

/** What was counted, what the check says of the first trials, and of the same with one more zero of L2. */
export function betCheck() {
  const done = [0, 1].map(trial);
  return { counted: COUNTED, found: compareTrials(done), broken: compareTrials([{ ...done[0], l2: [0, ...done[0].l2.slice(1)] }, done[1]]) };
}

export function shrink(kept) {
  return shrinkForever(kept);
}

export function proofs(noises) {
  const problem = proofProblem();
  const modes = ["bare", "allowance", "exact"];
  return {
    columns: problem.columns.map((column) => [...column]), y: [...problem.y], alpha: problem.alpha, optimum: [...problem.optimum],
    points: noises.map((noise) => {
      const weights = disturbed(problem, noise);
      return { weights: [...weights], ...Object.fromEntries(modes.map((mode) => [mode, prove(problem, weights, mode)])) };
    }),
  };
}

export function parsed(texts) {
  return texts.map((text) => {
    try {
      return parseTable(text);
    } catch (error) {
      return error.message;
    }
  });
}

export function dataSets(cases) {
  return cases.map(({ text, target }) => {
    try {
      return toDataSet(parseTable(text), target, "table");
    } catch (error) {
      return error.message;
    }
  });
}

/** The table of the panel, or why its data are refused; `shift` moves the weights away from the optimum. */
export function dataTable({ data, alpha, match, shift = 0 }) {
  try {
    const model = modelOf(data);
    const pair = pairAt(model, alpha, match);
    pair.fit.weights.forEach((w, j) => (pair.fit.weights[j] = w === 0 ? 0 : w * (1 + shift)));
    return { ...tableOf(model, pair), partner: pair.partner.alpha, grid: model.grid, largest: model.alphaMax };
  } catch (error) {
    return error.message;
  }
}

export function visibles(names) {
  return names.map(visible);
}
