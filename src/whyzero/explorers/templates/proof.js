// Panel 9: proof. How far the optimum can be from the weights at hand, by the duality gap.

import { bottomAxis } from "./shared/axes.js";
import { linear } from "./shared/scales.js";
import { significant } from "./shared/numbers.js";
import { svgNode, svgText } from "./shared/svg.js";
import { barTo, choice, figure, partsOf, slider, strong } from "./parts.js";
import { disturbed, falseProofs, proofProblem, prove } from "./proof_maths.js";

const FINEST = 17;
const MODES = [["allowance", "floats and an allowance"], ["bare", "bare floats"], ["exact", "exact, in whole numbers"]];

function noiseOf(k) {
  return k === FINEST ? 0 : 10 ** -k;
}

export function mountProof(section) {
  const parts = partsOf(section);
  const problem = proofProblem();
  const state = { k: 3, mode: "allowance" };
  slider(parts.controls, {
    label: "Weights are off by about", min: 0, max: FINEST, step: 1, value: state.k, text: (k) => (k === FINEST ? "nothing" : significant(noiseOf(k), 1)),
    input: (k) => {
      state.k = k;
      refresh();
    },
  });
  choice(parts.controls, {
    label: "Arithmetic of the proof", options: MODES, value: state.mode,
    input: (mode) => {
      state.mode = mode;
      refresh();
    },
  });
  let proof = null;
  const drawn = figure(parts.figures, { title: "Where the pull of the true optimum can be, against the toll", draw: (width) => boundsFigure(width, problem, proof) });

  function refresh() {
    proof = prove(problem, disturbed(problem, noiseOf(state.k)), state.mode);
    drawn.redraw();
    const number = (verdict) => proof.verdicts.filter((found) => found === verdict).length;
    const wrong = falseProofs(problem, proof);
    parts.say(`The duality gap is ${state.mode === "bare" ? "computed as" : "at most"} ${significant(proof.gap, 2)}. Proved zero: `, strong(String(number("zero")), "zero"), ", proved not zero: ", strong(String(number("nonzero")), "nonzero"),
      ", open: ", strong(String(number("open")), "open"), ...(wrong ? [". ", strong(`${wrong} of these proofs ${wrong === 1 ? "is" : "are"} false`, "wrong"), ": the gap rounded away."] : ["."]));
    parts.check(...checkedProofs(problem));
  }
  refresh();
}

/** All distances in all arithmetics: only bare floats may be false, and exact proofs cover those with an allowance. */
let overview = null;
function checkedProofs(problem) {
  overview ??= Array.from({ length: FINEST + 1 }, (_, k) => {
    const weights = disturbed(problem, noiseOf(k));
    const [careful, exact, bare] = ["allowance", "exact", "bare"].map((mode) => prove(problem, weights, mode));
    return {
      wrong: falseProofs(problem, careful) + falseProofs(problem, exact), bare: falseProofs(problem, bare),
      lost: careful.verdicts.filter((verdict, j) => verdict === "zero" && exact.verdicts[j] !== "zero").length,
    };
  });
  const sum = (key) => overview.reduce((total, one) => total + one[key], 0);
  return [sum("wrong") === 0 && sum("lost") === 0,
    `false proofs over all ${FINEST + 1} distances: 0 expected and ${sum("wrong")} found with an allowance or exactly, ${sum("bare")} in bare floats; ` +
    `zeros proved with an allowance but not exactly: ${sum("lost")}.`];
}

/** For every feature the interval in which its pull at the optimum must be; left of the toll it is zero. */
function boundsFigure(width, { alpha, columns, optimum }, proof) {
  const [left, right, top, row] = [84, width - 96, 30, 18];
  const x = linear([0, 2 * alpha], [left, right]);
  const bottom = top + row * columns.length + 4;
  const nodes = [
    svgNode("rect", { x: left, y: top - 4, width: x(alpha) - left, height: bottom - top + 4, class: "zone" }),
    ...bottomAxis(x, { y: bottom, title: "pull at the true optimum, at most", count: 4, top: top - 4 }),
  ];
  if (!proof) return { nodes, height: bottom + 40, words: "" };
  const words = { zero: "zero", nonzero: "not zero", open: "open" };
  columns.forEach((_, j) => {
    const y = top + row * j;
    const verdict = proof.verdicts[j];
    const wrong = (verdict === "zero" && optimum[j] !== 0) || (verdict === "nonzero" && optimum[j] === 0);
    nodes.push(svgText(`feature ${j + 1}`, left - 8, y + 13, "name", "end"),
      svgNode("path", { d: barTo(left, x(proof.bounds[j]), right + 6, y + 5), class: `bound ${wrong ? "wrong" : verdict}` }),
      svgText(wrong ? "false proof" : words[verdict], width, y + 13, `value ${wrong ? "wrong" : verdict}`, "end"));
  });
  nodes.push(svgNode("line", { x1: x(alpha), x2: x(alpha), y1: top - 4, y2: bottom, class: "toll" }), svgText(`toll ${significant(alpha, 3)}`, x(alpha), top - 12, "toll-label"));
  return { nodes, height: bottom + 40, words: proof.verdicts.join(", ") };
}
