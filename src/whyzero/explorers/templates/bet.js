// Panels 5 and 6: exactly zero or only small, and the bet.

import { bottomAxis, leftAxis } from "./shared/axes.js";
import { count, significant, trimmed } from "./shared/numbers.js";
import { htmlNode, lineThrough, svgNode, svgText } from "./shared/svg.js";
import { linear, logarithmic } from "./shared/scales.js";
import { signTest } from "./shared/math/sign_test.js";
import { button, figure, partsOf, slider, strong, whenNear } from "./parts.js";
import { COUNTED, compareTrials, sharesWithin, shrinkForever, trial, zerosOf } from "./bet_maths.js";

const SETS = COUNTED.length;
const LEAST = -8;
const STEP = 0.25;
const TRIALS = [];

/** Trials are fitted once, for both panels. */
function trials(number) {
  while (TRIALS.length < number) TRIALS.push(trial(TRIALS.length));
  return TRIALS.slice(0, number);
}

function share(value) {
  return `${trimmed(100 * value, 4)}\u00a0%`;
}

function thresholdOf(k) {
  return k === 0 ? 0 : 10 ** (LEAST + STEP * (k - 1));
}

export function mountExactlyZero(section) {
  const parts = partsOf(section);
  const state = { k: 21, shares: null };
  const last = -LEAST / STEP + 1;
  slider(parts.controls, {
    label: "Count as zero what is at most", min: 0, max: last, step: 1, value: state.k, text: (k) => (k === 0 ? "0: exactly zero" : trimmed(thresholdOf(k), 2)),
    input: (k) => {
      state.k = k;
      refresh();
    },
  });
  const drawn = figure(parts.figures, { title: "Share of weights within the threshold", draw: (width) => atomFigure(width, state, last) });

  function refresh() {
    drawn.redraw();
    const [l1, l2] = state.shares;
    const within = state.k === 0 ? "Exactly zero" : `Within ${trimmed(thresholdOf(state.k), 2)} of zero`;
    parts.say(`${within} are `, strong(share(l1[state.k])), " of the weights under L1 and ", strong(share(l2[state.k]), "beside"),
      ` under L2. ${state.k === 0 ? "No threshold was needed." : `Of those, exactly zero: ${share(l1[0])} and ${share(l2[0])}.`}`);
  }
  parts.say("Fitting \u2026");
  whenNear(section, () => {
    const all = trials(SETS);
    const thresholds = Array.from({ length: last + 1 }, (_, k) => thresholdOf(k));
    state.shares = ["l1", "l2"].map((side) => sharesWithin(all.flatMap((one) => [...one[side]]), thresholds));
    refresh();
    const { w, steps } = shrinkForever(0.9);
    const flat = state.shares[0].findIndex((part) => part > state.shares[0][0]);
    parts.check(w > 0 && state.shares[1][0] === 0,
      `${count(SETS * 20)} weights of ${SETS} data sets under either penalty; L1\u2019s share is the same for every threshold below ${significant(thresholdOf(flat), 2)}. ` +
      `Shrinking 1 by a tenth at every step ends, in floats, at ${significant(w, 2)} after ${count(steps)} steps: not even rounding makes L2\u2019s steps reach 0.`);
  });
}

/** Two curves over thresholds; zero has a place of its own at the left. */
function atomFigure(width, { k, shares }, last) {
  const [left, right, top, bottom] = [46, width - 60, 30, 230];
  const start = left + 40;
  const x = logarithmic([10 ** LEAST, 1], [start, right]);
  const y = linear([0, 1], [bottom, top]);
  const nodes = [
    ...leftAxis(y, { left, right, title: "share of the weights", count: 5 }), ...bottomAxis(x, { y: bottom, title: "threshold", count: 5 }),
    svgNode("line", { x1: left, x2: start, y1: bottom, y2: bottom, class: "axis-line" }), svgText("0", left + 12, bottom + 16, "tick"),
  ];
  if (!shares) return { nodes, height: bottom + 40, words: "" };
  const at = (m) => (m === 0 ? left + 12 : x(thresholdOf(m)));
  shares.forEach((line, side) => {
    const beside = side === 0 ? "" : " beside";
    nodes.push(svgNode("path", { d: lineThrough(line.slice(1).map((part, m) => [at(m + 1), y(part)])), class: `share${beside}` }),
      svgNode("circle", { cx: at(0), cy: y(line[0]), r: 4, class: `draw${beside}` }),
      svgNode("circle", { cx: at(k), cy: y(line[k]), r: 7, class: `draw${beside}` }));
    nodes.push(svgText(side === 0 ? "L1" : "L2", start + 24, y(line[1]) - 8, `value${beside}`, "start"));
  });
  nodes.push(svgNode("line", { x1: at(k), x2: at(k), y1: top, y2: bottom, class: "choice" }));
  return { nodes, height: bottom + 40, words: `L1 ${share(shares[0][k])}, L2 ${share(shares[1][k])} of ${last} thresholds` };
}

/** @param {{taken: () => string | null, onChange: (hear: () => void) => void}} guess */
export function mountBet(section, guess) {
  const parts = partsOf(section);
  const state = { number: 0 };
  const buttons = htmlNode("div", { class: "buttons" });
  parts.controls.append(buttons);
  for (const add of [1, 10, SETS])
    button(buttons, add === 1 ? "One more data set" : add === SETS ? `All ${SETS}` : `${add} more`, () => {
      state.number = add === SETS ? SETS : Math.min(SETS, state.number + add);
      refresh();
    });
  button(buttons, "Start again", () => {
    state.number = 0;
    refresh();
  });
  const drawn = figure(parts.figures, { title: "Exact zeros among 20 weights, at the same training loss", draw: (width) => tallyFigure(width, trials(state.number)) });

  function refresh() {
    drawn.redraw();
    const done = trials(state.number);
    const wins = done.filter(({ l1, l2 }) => zerosOf(l1) > zerosOf(l2)).length;
    const losses = done.filter(({ l1, l2 }) => zerosOf(l1) < zerosOf(l2)).length;
    parts.say(...betSentence(done, wins, losses), ...scored(guess.taken(), done.length));
  }
  guess.onChange(refresh);
  refresh();
  whenNear(section, () => {
    const { different, apart } = compareTrials(trials(SETS));
    parts.check(different === 0 && apart < 1e-9, `the ${SETS} data sets are seeded, the same on every machine: in ${different} of them the exact zeros, L1\u2019s or L2\u2019s, are not as many as whyzero counted in Python; ` +
      `their training losses differ by at most ${significant(apart, 2)}.`);
  });
}

function betSentence(done, wins, losses) {
  if (!done.length) return ["Each data set is one trial: does L1 or L2 make more exact zeros?"];
  const p = signTest(wins, losses);
  return ["L1 : L2 = ", strong(String(wins)), " : ", strong(String(losses), "beside"),
    `. If both were equally likely, so one-sided a result would have the probability ${significant(p, 2)}. The bet illustrates; panel 1 is the proof.`];
}

function scored(taken, trialsDone) {
  if (taken === null || trialsDone < 10) return [];
  return [taken === "l1" ? " Your guess was right." : taken === "same" ? " You guessed as the learner did: it is not so." : " You guessed the opposite: it is not so."];
}

/** A column of two dots for every data set. */
function tallyFigure(width, done) {
  const [left, right, top, bottom] = [40, width - 46, 26, 200];
  const x = linear([0.5, SETS + 0.5], [left, right]);
  const y = linear([0, 20], [bottom, top]);
  const nodes = [...leftAxis(y, { left, right, title: "exact zeros", count: 4 }), ...bottomAxis(x, { y: bottom, title: "data set", count: 4 })];
  done.forEach(({ l1, l2 }, k) => {
    nodes.push(svgNode("line", { x1: x(k + 1), x2: x(k + 1), y1: y(zerosOf(l1)), y2: y(zerosOf(l2)), class: "pair" }),
      svgNode("circle", { cx: x(k + 1), cy: y(zerosOf(l1)), r: 4, class: "draw" }), svgNode("circle", { cx: x(k + 1), cy: y(zerosOf(l2)), r: 4, class: "draw beside" }));
  });
  if (done.length) nodes.push(svgText("L1", right + 8, y(zerosOf(done.at(-1).l1)) + 4, "value", "start"), svgText("L2", right + 8, y(zerosOf(done.at(-1).l2)) + 4, "value beside", "start"));
  return { nodes, height: bottom + 40, words: done.map(({ l1, l2 }) => `${zerosOf(l1)} to ${zerosOf(l2)}`).join(", ") || "no data set yet" };
}
