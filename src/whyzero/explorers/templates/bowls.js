// Panel "The famous picture": random bowls on a circle, minimised on a grid and exactly.

import { bottomAxis, leftAxis } from "./shared/axes.js";
import { count, percent, significant } from "./shared/numbers.js";
import { lineThrough, svgNode, svgText } from "./shared/svg.js";
import { linear, logarithmic } from "./shared/scales.js";
import { FAMILIES, bestOnGrid, bowlLoss, circlePoints, circleSize, diamondSize, drawBowls, onCircle, onDiamond, zeroShare } from "./bowl_maths.js";
import { choice, figure, partsOf, slider, strong, whenNear } from "./parts.js";
import { uniforms } from "./random.js";

const BOWLS = 4000;
const RESOLUTIONS = [100, 200, 400, 1000, 2000, 4000, 10000];
const REPORTED = new Map([["symmetric", 0.03], ["tilted", 0.05], ["one weak feature", 0.45]]);

export function mountBowls(section) {
  const parts = partsOf(section);
  const state = { family: "one weak feature", step: 0, results: new Map() };
  const set = (change) => {
    Object.assign(state, change);
    refresh();
  };
  slider(parts.controls, {
    label: "Points tried on the circle", min: 0, max: RESOLUTIONS.length, step: 1, value: 0,
    text: (k) => (k === RESOLUTIONS.length ? "all: exact" : count(RESOLUTIONS[k])), input: (step) => set({ step }),
  });
  choice(parts.controls, {
    label: "Losses", options: FAMILIES.map((family) => [family, family]), value: state.family, input: (family) => set({ family }),
  });
  const figures = [
    figure(parts.figures, { title: "Zeros found under L2", draw: (width) => fallFigure(width, state) }),
    figure(parts.figures, { title: "Why: the circle near an axis", draw: (width) => zoomFigure(width, state) }),
  ];

  function refresh() {
    if (!state.results.has(state.family)) state.results.set(state.family, experiment(state.family));
    for (const drawn of figures) drawn.redraw();
    parts.say(...sentence(state));
    const { worst, tangent, exact } = state.results.get(state.family);
    parts.check(worst < 1e-12 && tangent < 1e-9 && exact.l2 === 0,
      `${count(BOWLS)} bowls; no grid point beats the exact minimum (by at most ${significant(Math.max(0, worst), 2)} of the loss); there the pull is ` +
      `perpendicular to the circle but for ${significant(tangent, 2)} of its size.`);
  }
  parts.say("Drawing and minimising the bowls \u2026");
  whenNear(section, refresh);
}

/** Everything about one family of bowls. */
function experiment(family) {
  const bowls = drawBowls(uniforms(7), family, BOWLS, circleSize);
  const points = bowls.map(onCircle);
  const grids = RESOLUTIONS.map((resolution) => bestOnGrid(bowls, resolution));
  let [worst, tangent] = [-Infinity, 0];
  bowls.forEach((bowl, k) => {
    const size = bowlLoss(bowl, points[k]);
    for (const grid of grids) worst = Math.max(worst, (size - bowlLoss(bowl, grid[k])) / size);
    const [a, b, c, m1, m2] = bowl;
    const [u, v] = [points[k][0] - m1, points[k][1] - m2];
    const force = [2 * a * u + c * v, 2 * b * v + c * u];
    tangent = Math.max(tangent, Math.abs(force[0] * points[k][1] - force[1] * points[k][0]) / (2 * Math.hypot(...force)));
  });
  const l1 = zeroShare(drawBowls(uniforms(8), family, BOWLS, diamondSize).map(onDiamond));
  return { points, shares: grids.map(zeroShare), exact: { l1, l2: zeroShare(points) }, worst, tangent };
}

function sentence({ family, step, results }) {
  const { shares, exact } = results.get(family);
  const l1 = ["L1, exactly: ", strong(percent(exact.l1, 3), "zero"), " of the bowls have a zero. "];
  if (step === RESOLUTIONS.length) return [...l1, "L2, exactly: ", strong("0\u00a0%", "nonzero"), ". Nearly zero is not zero, and every zero of the picture was made by its grid."];
  return [...l1, `L2, trying ${count(RESOLUTIONS[step])} points of the circle: `, strong(percent(shares[step], 3), "wrong"),
    ". Four of the points lie on the axes, and catch every minimum that is close to them."];
}

/** Share of zeros against the number of points, falling to nothing. */
function fallFigure(width, { family, step, results }) {
  const [left, right, top, bottom] = [46, width - 74, 30, 210];
  const x = logarithmic([RESOLUTIONS[0], RESOLUTIONS.at(-1)], [left, right]);
  const shares = results.get(family)?.shares ?? [];
  const y = linear([0, 0.5], [bottom, top]);
  const end = width - 20;
  const reported = REPORTED.get(family);
  const atEnd = step === RESOLUTIONS.length;
  const place = atEnd ? [end, y(0)] : [x(RESOLUTIONS[step]), y(shares[step] ?? 0)];
  const value = atEnd ? 0 : shares[step];
  return {
    height: 250,
    words: shares.map((share, k) => `${count(RESOLUTIONS[k])} points: ${percent(share, 3)}`).join(", "),
    nodes: [
      ...leftAxis(y, { left, right, title: "share of bowls with a zero", count: 5 }),
      ...bottomAxis(x, { y: bottom, title: "points tried on the circle", count: 4 }),
      svgNode("line", { x1: left, x2: right, y1: y(reported), y2: y(reported), class: "choice" }),
      svgText(`explained.ai reports ${percent(reported, 2)}`, right, y(reported) - 6, "remark", "end"),
      svgNode("path", { d: lineThrough(shares.map((share, k) => [x(RESOLUTIONS[k]), y(share)])), class: "curve" }),
      svgNode("path", { d: lineThrough(shares.length ? [[right, y(shares.at(-1))], [end, y(0)]] : []), class: "ghost-line" }),
      ...shares.map((share, k) => svgNode("circle", { cx: x(RESOLUTIONS[k]), cy: y(share), r: 3, class: "dot" })),
      svgText("exact", end, bottom + 16, "tick"),
      svgNode("circle", { cx: place[0], cy: place[1], r: 7, class: `mark ${atEnd ? "nonzero" : "wrong"}` }),
      svgText(value === undefined ? "" : value === 0 ? "0" : percent(value, 3), place[0] + 8, place[1] - 12, `value ${atEnd ? "nonzero" : "wrong"}`, "start"),
    ],
  };
}

/** Angles from the nearest axis of the exact minima, against the cell of the grid that is rounded to the axis. */
function zoomFigure(width, { family, step, results }) {
  const [left, right, top, bottom] = [14, width - 14, 58, 190];
  const reach = 4;
  const x = linear([-reach, reach], [left, right]);
  const points = results.get(family)?.points ?? [];
  const near = points.map(angleFromAxis).filter((angle) => Math.abs(angle) < reach).slice(0, 700);
  const resolution = RESOLUTIONS[step];
  const cell = resolution ? 90 / (resolution / 4 - 1) / 2 : 0;
  const caught = near.filter((angle) => Math.abs(angle) < cell);
  const grid = resolution && resolution <= 4000 ? circlePoints(resolution).map(angleFromAxis).filter((angle) => Math.abs(angle) < reach) : [];
  const mark = (angle, k) => svgNode("circle", { cx: x(angle), cy: top + 26 + ((k * 0.618034) % 1) * (bottom - top - 34), r: 2.2, class: Math.abs(angle) < cell ? "seen wrong" : "seen nonzero" });
  return {
    height: 230,
    words: `${caught.length} of ${near.length} minima near an axis are taken for zeros`,
    nodes: [
      ...(cell ? [svgNode("rect", { x: x(-cell), y: top, width: Math.max(1, x(cell) - x(-cell)), height: bottom - top, class: "caught" })] : []),
      svgText(cell ? "the grid calls all this zero" : "no grid: zero is a line", x(0), 22, "toll-label"),
      svgNode("line", { x1: x(0), x2: x(0), y1: 30, y2: bottom, class: "toll" }),
      ...[...new Set(grid.map((angle) => Math.round(angle * 1e6) / 1e6))].map((angle) => svgNode("line", { x1: x(angle), x2: x(angle), y1: top, y2: top + 12, class: "axis-line" })),
      ...near.map(mark),
      ...bottomAxis(x, { y: bottom, title: "exact minima: degrees from the nearest axis", count: 5 }),
    ],
  };
}

/** Degrees from the nearest axis, positive on one side of it. */
function angleFromAxis([a, b]) {
  const degrees = (Math.atan2(b, a) * 180) / Math.PI;
  return degrees - 90 * Math.round(degrees / 90);
}
