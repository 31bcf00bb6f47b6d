// Panel 2: two weights. The plane of what the data alone would give, with the zones in which a weight is zero.

import { bottomAxis, leftAxis } from "./shared/axes.js";
import { lineThrough, svgNode, svgText } from "./shared/svg.js";
import { linear } from "./shared/scales.js";
import { count, percent, significant, trimmed } from "./shared/numbers.js";
import { HALF_WIDTH, bestPair, coneAngle, pullsAtOrigin, sampledShare, zonePolygons, zoneShares } from "./zones.js";
import { figure, partsOf, slider, strong, within } from "./parts.js";
import { uniforms } from "./random.js";

const SAMPLES = 20000;
const CONE = 40;

export function mountTwoWeights(section) {
  const parts = partsOf(section);
  const state = { m: [2.4, 0.7], r: 0, alpha: 1, ratio: 1 };
  const penalties = () => [{ alpha: state.alpha, l1Ratio: state.ratio }, { alpha: state.alpha, l1Ratio: 0 }];
  const set = (change) => {
    Object.assign(state, change);
    refresh();
  };
  const coordinate = (k) => slider(parts.controls, {
    label: `Weight ${k + 1} without penalty`, min: -HALF_WIDTH, max: HALF_WIDTH, step: 0.05, value: state.m[k], text: (v) => significant(v, 3),
    input: (value) => set({ m: state.m.map((old, i) => (i === k ? value : old)) }),
  });
  const ranges = [coordinate(0), coordinate(1)];
  slider(parts.controls, {
    label: "Correlation of the columns", min: -0.95, max: 0.95, step: 0.05, value: 0, text: (v) => significant(v, 2), input: (r) => set({ r }),
  });
  slider(parts.controls, {
    label: "Strength, alpha", min: 0.1, max: 2, step: 0.1, value: 1, text: (v) => trimmed(v, 3), input: (alpha) => set({ alpha }),
  });
  slider(parts.controls, {
    label: "Share of L1 on the left", min: 0.05, max: 1, step: 0.05, value: 1, text: (v) => trimmed(v, 3), input: (ratio) => set({ ratio }),
  });
  let scales = null;
  let pause = null;
  const drag = (x, y) => {
    const m = [scales.x.invert(x), scales.y.invert(y)].map((v) => within(Math.round(v * 20) / 20, -HALF_WIDTH, HALF_WIDTH));
    ranges.forEach((range, k) => (range.value = m[k]));
    set({ m });
  };
  const figures = [0, 1].map((k) => figure(parts.figures, {
    title: k === 0 ? "L1" : "L2",
    draw: (width) => {
      const drawn = plane(width, state, penalties()[k]);
      scales = drawn.scales;
      return drawn;
    },
    drag,
  }));

  function refresh() {
    figures[0].heading.textContent = state.ratio === 1 ? "L1" : `Elastic net, ${percent(state.ratio, 2)} L1`;
    for (const drawn of figures) drawn.redraw();
    parts.say(...sentence(state, penalties()));
    // The random points wait until the dragging pauses.
    clearTimeout(pause);
    pause = setTimeout(() => check(parts, state, penalties()[0]), 200);
  }
  refresh();
}

function sentence({ m, r, ratio }, [first, second]) {
  const shares = zoneShares(r, first);
  const all = shares.both + shares.first + shares.second;
  const name = ratio === 1 ? "L1" : "the elastic net";
  const [a, b] = [bestPair(r, first, m), bestPair(r, second, m)];
  return [
    `${name === "L1" ? "L1" : "The elastic net"} gives `, ...pair(a), "; L2 gives ", ...pair(b), `. The data for which ${name} makes a zero fill `,
    strong(percent(all, 4), "zero"), " of the square; those for which L2 does form lines, which fill ", strong("0\u00a0%"), ".",
  ];
}

function pair(w) {
  const one = (value) => strong(value === 0 ? "0" : significant(value, 3), value === 0 ? "zero" : "nonzero");
  return ["(", one(w[0]), ", ", one(w[1]), ")"];
}

/** The exact area against random points, and the edges of the zones against the solver. */
function check(parts, { r, alpha, ratio }, penalty) {
  const shares = zoneShares(r, penalty);
  const exact = shares.both + shares.first + shares.second;
  const sampled = sampledShare(r, penalty, uniforms(1), SAMPLES);
  const wide = (2 * alpha * ratio) / (1 - (r * r) / (1 + alpha * (1 - ratio)));
  parts.check(Math.abs(sampled - exact) < 0.01,
    `area by formula ${percent(exact, 4)}, by ${count(SAMPLES)} random points and the solver ${percent(sampled, 4)}; ` +
    `each strip is ${trimmed(wide, 3)} wide along its weight.`);
}

/** One plane: zones, the contour of the loss through the best weights, and that of the penalty. */
function plane(width, { m, r }, penalty) {
  const side = Math.min(width - 40, 400);
  const [left, top] = [34, 26];
  const inner = side - 6;
  const x = linear([-HALF_WIDTH, HALF_WIDTH], [left, left + inner]);
  const y = linear([-HALF_WIDTH, HALF_WIDTH], [top + inner, top]);
  const w = bestPair(r, penalty, m);
  const some = w[0] === 0 || w[1] === 0;
  const to = ([a, b]) => [x(a) - left, y(b) - top];
  const layer = svgNode("svg", { x: left, y: top, width: inner, height: inner },
    ...zones(r, penalty, to),
    svgNode("path", { d: lineThrough(lossContour(m, r, w).map(to)), class: "contour" }),
    svgNode("path", { d: lineThrough(penaltyContour(penalty, w).map(to)), class: "contour penalty" }),
    ...cone(m, r, penalty, w, to),
    svgNode("path", { d: lineThrough([to(m), to(w)]), class: "shrink" }));
  const words = `Without penalty ${significant(m[0], 3)}, ${significant(m[1], 3)}; with it ${significant(w[0], 3)}, ${significant(w[1], 3)}`;
  return {
    height: top + inner + 40,
    words,
    scales: { x, y },
    nodes: [
      ...leftAxis(y, { left, right: left + inner, title: "weight 2", count: 4 }),
      ...bottomAxis(x, { y: top + inner, title: "weight 1", count: 4 }),
      svgNode("line", { x1: x(0), x2: x(0), y1: top, y2: top + inner, class: "axis-line" }),
      layer,
      svgNode("circle", { cx: x(m[0]), cy: y(m[1]), r: 6, class: "dot" }),
      svgNode("circle", { cx: x(w[0]), cy: y(w[1]), r: 6.5, class: `mark ${some ? "zero" : "nonzero"}` }),
    ],
  };
}

function zones(r, penalty, to) {
  const { both, first, second } = zonePolygons(r, penalty);
  if (penalty.l1Ratio > 0) {
    const shape = (part, classes) => (part.length < 3 ? [] : [svgNode("path", { d: `${lineThrough(part.map(to))}Z`, class: classes })]);
    return [...first.flatMap((part) => shape(part, "zone-one")), ...second.flatMap((part) => shape(part, "zone-one")), ...shape(both, "zone-both")];
  }
  // Under L2 weight j is zero on a line: row j of the inverse of H + alpha I, times H m, is zero.
  return [0, 1].map((j) => {
    const own = 1 + penalty.alpha;
    const [a, b] = [own - r * r, own * r - r];
    const normal = j === 0 ? [a, b] : [b, a];
    const far = 20 / Math.hypot(...normal);
    return svgNode("path", { d: lineThrough([[-normal[1] * far, normal[0] * far], [normal[1] * far, -normal[0] * far]].map(to)), class: "zero-line" });
  });
}

/** All weights with the loss of `w`. */
function lossContour(m, r, w) {
  const [a, b] = [w[0] - m[0], w[1] - m[1]];
  const level = a * a + b * b + 2 * r * a * b;
  return Array.from({ length: 121 }, (_, k) => {
    const angle = (2 * Math.PI * k) / 120;
    const along = Math.sqrt(level / (1 + r) / 2) * Math.cos(angle);
    const across = Math.sqrt(level / (1 - r) / 2) * Math.sin(angle);
    return [m[0] + along + across, m[1] + along - across];
  });
}

/** All weights with the penalty of `w`. */
function penaltyContour({ l1Ratio }, w) {
  const level = l1Ratio * (Math.abs(w[0]) + Math.abs(w[1])) + ((1 - l1Ratio) * (w[0] ** 2 + w[1] ** 2)) / 2;
  return Array.from({ length: 181 }, (_, k) => {
    const angle = (2 * Math.PI * k) / 180;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const l1 = l1Ratio * (Math.abs(c) + Math.abs(s));
    const size = level === 0 ? 0 : (2 * level) / (l1 + Math.sqrt(l1 * l1 + 2 * (1 - l1Ratio) * level));
    return [size * c, size * s];
  });
}

/** At a weight on an axis: the pulls that keep the other one at zero, and the pull of the data. */
function cone(m, r, penalty, w, to) {
  const [atOrigin, at] = [pullsAtOrigin(r, m), to(w)];
  const force = [atOrigin[0] - w[0] - r * w[1], -(atOrigin[1] - r * w[0] - w[1])];
  const length = Math.hypot(...force);
  const arrow = length === 0 ? [] : [svgNode("path", {
    d: lineThrough([at, [at[0] + (force[0] / length) * 1.4 * CONE, at[1] + (force[1] / length) * 1.4 * CONE]]), class: "force",
  })];
  if ((w[0] === 0) === (w[1] === 0)) return arrow;
  const k = w[0] === 0 ? 1 : 0;
  const half = coneAngle(penalty, Math.abs(w[k]));
  const middle = k === 0 ? (w[0] > 0 ? 0 : Math.PI) : w[1] > 0 ? -Math.PI / 2 : Math.PI / 2;
  const rim = Array.from({ length: 13 }, (_, i) => {
    const angle = middle + half * (i / 6 - 1);
    return [at[0] + CONE * Math.cos(angle), at[1] + CONE * Math.sin(angle)];
  });
  const label = svgText(`${Math.round((2 * half * 180) / Math.PI)}°`, at[0] + (CONE + 16) * Math.cos(middle), at[1] + (CONE + 16) * Math.sin(middle) - 7, "cone-label");
  return [svgNode("path", { d: `${lineThrough([at, ...rim])}Z`, class: "cone" }), label, ...arrow];
}
