// The linked figures of the panel "Your data": pull against toll, coefficient paths, and what the others take of a pull.

import { account } from "./shared/math/pulls.js";
import { bottomAxis, heightsApart, leftAxis } from "./shared/axes.js";
import { visible } from "./shared/names.js";
import { shorten } from "./shared/shorten.js";
import { barTo } from "./parts.js";
import { lineThrough, round, svgNode, svgText } from "./shared/svg.js";
import { linear, logarithmic } from "./shared/scales.js";
import { significant, trimmed } from "./shared/numbers.js";

const ROW = 18;
const SHOWN = 30;
const NAMED = 7;
const CHARACTER = 6.9;

/** The width that names take at the left of bars. */
function roomForNames(width) {
  return Math.min(165, width * 0.4);
}

/** The rows that a figure shows, in one order for both penalties: non-zeros and the strongest pulls. */
export function shownRows(rows) {
  return [...rows].sort((a, b) => b.ratio - a.ratio || b.alone - a.alone).slice(0, SHOWN);
}

/** Bars of pull against the line of the toll; for L2 the toll is zero. */
export function pullFigure(width, { rows, chosen, side, pick }) {
  const nameRoom = roomForNames(width);
  const [left, right, top] = [nameRoom + 8, width - 66, 30];
  const shown = shownRows(rows);
  const toll = rows[0]?.toll ?? 1;
  const longest = Math.max(...rows.map(({ pull, partnerPull }) => Math.max(pull, partnerPull ?? 0)), 1.3 * toll);
  const x = linear([0, 1.05 * Math.min(longest, Math.max(6 * toll, 1e-300))], [left, right]);
  const bottom = top + ROW * shown.length + 4;
  const isL1 = side === "fit";
  const nodes = [
    ...(isL1 ? [svgNode("rect", { x: left, y: top - 4, width: x(toll) - left, height: bottom - top + 4, class: "zone" })] : []),
    ...bottomAxis(x, { y: bottom, title: "pull of the data", count: 4, top: top - 4 }),
    svgText("weight", width, top - 12, "head", "end"),
  ];
  shown.forEach((row, k) => nodes.push(pullRow(row, top + ROW * k, { left, width, x, end: right + 4, nameRoom, isL1, chosen, pick })));
  const line = isL1 ? x(toll) : left;
  nodes.push(svgNode("line", { x1: line, x2: line, y1: top - 4, y2: bottom, class: "toll" }),
    svgText(isL1 ? `toll ${trimmed(toll, 3)}` : "toll 0", Math.max(line, left + 20), top - 12, "toll-label"));
  const rest = rows.length - shown.length;
  if (rest > 0) nodes.push(svgText(`and ${rest} weaker features`, left, bottom + 50, "remark", "start"));
  return { nodes, height: bottom + (rest > 0 ? 58 : 42), words: `${shown.length} features by pull divided by toll` };
}

/** An outline, open where it goes on. */
function outlineTo(left, at, end, y) {
  return at <= end ? `M${left} ${y}H${round(Math.max(left, at))}v12H${left}Z` : `M${end} ${y}H${left}v12H${end}`;
}

function pullRow(row, y, { left, width, x, end, nameRoom, isL1, chosen, pick }) {
  const weight = isL1 ? row.weight : row.partner;
  const pull = isL1 ? row.pull : row.partnerPull;
  const kind = weight === null ? "" : ["open", "not unique"].includes(row.verdict) && isL1 ? "open" : weight === 0 ? "zero" : "nonzero";
  const group = svgNode("g", { class: `bar-row ${kind}${row.index === chosen ? " chosen" : ""}`, "data-i": row.index },
    svgNode("title", {}, shorten(visible(row.name), 300)),
    svgNode("rect", { x: 0, y, width, height: ROW, class: "touch" }),
    svgText(shorten(visible(row.name), Math.floor(nameRoom / CHARACTER)), left - 8, y + 13, "name", "end"));
  if (isL1) group.append(svgNode("path", { d: outlineTo(left, x(row.alone), end, y + 3), class: "outline" }));
  if (pull !== null) group.append(svgNode("path", { d: barTo(left, x(pull), end, y + 5), class: "pull" }));
  group.append(svgText(weight === null ? "–" : significant(weight, 3), width, y + 13, `weight ${weight === 0 ? "none" : ""}`, "end"));
  group.addEventListener("click", () => pick(row.index));
  return group;
}

/** Weights against alpha: where a weight is exactly zero there is no line. */
export function pathFigure(width, { path, side, names, chosen, alpha, grid, reach }) {
  const [left, right, top, bottom] = [46, width - Math.min(160, width * 0.36), 30, 250];
  const x = logarithmic([grid[0], grid.at(-1)], [left, right]);
  const y = linear(reach, [bottom, top]);
  const fits = path.flatMap((pair) => (side === "fit" ? [[pair.alpha, pair.fit.weights]] : pair.partner ? [[pair.alpha, pair.partner.fit.weights]] : []));
  const nodes = [...leftAxis(y, { left, right, title: "weight per standard deviation", count: 5 }), ...bottomAxis(x, { y: bottom, title: "alpha of L1, falling", count: 4 })];
  if (!fits.length) return { nodes, height: bottom + 40, words: "" };
  const last = fits.at(-1)[1];
  const order = names.map((_, j) => j).sort((a, b) => Math.abs(last[a]) - Math.abs(last[b]));
  for (const j of [...order.filter((k) => k !== chosen), chosen]) nodes.push(...pathLine(fits, j, x, y, j === chosen));
  nodes.push(svgNode("line", { x1: x(alpha), x2: x(alpha), y1: top - 4, y2: bottom, class: "cursor" }), ...edgeNames(order, last, names, chosen, { y, right, width, top, bottom, end: x(fits.at(-1)[0]) }));
  return { nodes, height: bottom + 40, words: `${names.length} weights at ${fits.length} alphas` };
}

/** The pull left at the fit against alpha: each climbs to the line of the toll, and rides on it once its weight has left zero. */
export function pullPathFigure(width, { path, names, chosen, alpha, grid }) {
  const [left, right, top, bottom] = [46, width - 14, 30, 250];
  const x = logarithmic([grid[0], grid.at(-1)], [left, right]);
  const y = logarithmic([grid.at(-1) / 4, grid[0] * 1.2], [bottom, top]);
  const nodes = [...leftAxis(y, { left, right, title: "pull left at the fit", count: 5 }), ...bottomAxis(x, { y: bottom, title: "alpha, falling", count: 4 })];
  const low = y.domain[0];
  for (const j of [...names.keys()].filter((k) => k !== chosen).concat(chosen)) {
    const alive = { zero: [], nonzero: [] };
    path.forEach((pair, k) => {
      const kind = pair.fit.weights[j] === 0 ? "zero" : "nonzero";
      const point = pair.left[j] < low ? null : [x(pair.alpha), y(pair.left[j])];
      const before = k > 0 && path[k - 1].fit.weights[j] === 0 ? "zero" : "nonzero";
      if (k > 0 && before !== kind) alive[before].push(point);
      if (k > 0 && before !== kind) alive[kind].push(null);
      alive[kind].push(point);
    });
    for (const kind of ["zero", "nonzero"]) {
      const d = lineThrough(alive[kind]);
      if (d) nodes.push(svgNode("g", { class: `line ${kind}${j === chosen ? " chosen" : ""}`, "data-i": j }, svgNode("path", { d })));
    }
  }
  nodes.push(svgNode("path", { d: lineThrough([[x(grid[0]), y(grid[0])], [x(grid.at(-1)), y(grid.at(-1))]]), class: "toll-path" }),
    svgText("toll", x(grid[2]) + 8, y(grid[2]) - 8, "toll-label", "start"),
    svgNode("line", { x1: x(alpha), x2: x(alpha), y1: top - 4, y2: bottom, class: "cursor" }));
  return { nodes, height: bottom + 40, words: `The pulls of ${names.length} features at ${path.length} alphas, none above the toll` };
}

/** The line of one weight with its marks of entering and leaving. */
function pathLine(fits, j, x, y, isChosen) {
  const points = [];
  const marks = [];
  fits.forEach(([alpha, weights], k) => {
    const before = k > 0 ? fits[k - 1][1][j] : 0;
    const here = weights[j];
    if (here !== 0 && before === 0 && k > 0) points.push([x(fits[k - 1][0]), y(0)]);
    points.push(here === 0 && before === 0 ? null : [x(alpha), y(here)]);
    if (k > 0 && (here === 0) !== (before === 0)) marks.push(svgNode("circle", { cx: x(here === 0 ? alpha : fits[k - 1][0]), cy: y(0), r: 2.4, class: `mark ${here === 0 ? "zero" : "nonzero"}` }));
  });
  const d = lineThrough(points);
  if (!d) return [];
  return [svgNode("g", { class: `line nonzero${isChosen ? " chosen" : ""}`, "data-i": j }, svgNode("path", { d })), ...marks];
}

/** Names of the largest weights at the right edge, moved apart. */
function edgeNames(order, last, names, chosen, { y, right, width, top, bottom, end }) {
  const named = order.slice(-NAMED).filter((j) => last[j] !== 0);
  if (!named.includes(chosen)) named.push(chosen);
  const heights = heightsApart(named.map((j) => y(last[j])), 14, top, bottom);
  const room = Math.floor((width - right - 14) / (CHARACTER + 0.7));
  return named.flatMap((j, k) => [
    svgNode("path", { d: lineThrough([[end + 2, y(last[j])], [right + 10, heights[k]]]), class: "leader" }),
    svgNode("g", { class: `label ${last[j] === 0 ? "zero" : "nonzero"}${j === chosen ? " chosen" : ""}`, "data-i": j },
      svgText(shorten(visible(names[j]), room), right + 13, heights[k] + 4, "", "start")),
  ]);
}

/** The pull of the chosen feature alone, what the others take of it, and what is left, against the toll. */
export function waterfallFigure(width, { model, pair, row }) {
  const { start, final, absorbed, intercept } = account(model.problem, pair.fit, row.index);
  const side = start < 0 ? -1 : 1;
  const steps = absorbed.map((amount, k) => ({ label: visible(model.data.names[k]), amount: -side * amount })).filter(({ amount }) => amount !== 0);
  steps.sort((a, b) => Math.abs(b.amount) - Math.abs(a.amount));
  const others = steps.slice(5).reduce((sum, { amount }) => sum + amount, 0) - side * intercept;
  const bars = [{ label: "alone", from: 0, to: side * start, kind: "first" }];
  for (const { label, amount } of [...steps.slice(0, 5), { label: "all others", amount: others }]) {
    if (Math.abs(amount) < 1e-9 * Math.abs(start)) continue;
    bars.push({ label, from: bars.at(-1).to, to: bars.at(-1).to + amount, kind: "step" });
  }
  bars.push({ label: "left", from: 0, to: side * final, kind: "pull" });
  return { bars, ...drawFall(width, bars, pair.alpha, row) };
}

function drawFall(width, bars, toll, row) {
  const nameRoom = roomForNames(width);
  const [left, right, top, height] = [nameRoom + 8, width - 70, 30, 22];
  const ends = [0, toll, -toll, ...bars.flatMap(({ from, to }) => [from, to])];
  const x = linear([Math.min(...ends), Math.max(...ends)], [left, right]);
  const base = top + height * bars.length;
  const nodes = [svgNode("rect", { x: x(-toll), y: top, width: x(toll) - x(-toll), height: base - top, class: "zone" }), svgNode("line", { x1: x(0), x2: x(0), y1: top, y2: base, class: "axis-line" })];
  bars.forEach((bar, k) => {
    const y = top + height * k;
    const amount = bar.to - bar.from;
    nodes.push(svgText(shorten(bar.label, Math.floor(nameRoom / CHARACTER)), left - 8, y + 15, "name", "end"),
      svgNode("rect", { x: Math.min(x(bar.from), x(bar.to)), y: y + 6, width: Math.abs(x(bar.to) - x(bar.from)), height: 10, class: bar.kind }),
      svgText(`${bar.kind === "step" && amount > 0 ? "+" : ""}${significant(amount, 3)}`, width, y + 15, "", "end"));
    if (k + 1 < bars.length) nodes.push(svgNode("line", { x1: x(bar.to), x2: x(bar.to), y1: y + 16, y2: y + height + 6, class: "leader" }));
  });
  for (const edge of [toll, -toll]) nodes.push(svgNode("line", { x1: x(edge), x2: x(edge), y1: top, y2: base, class: "toll" }));
  nodes.push(svgText(`toll ±${trimmed(toll, 3)}`, Math.max(left + 36, Math.min(right - 36, x(toll))), top - 10, "toll-label"));
  return { nodes: [svgNode("g", { class: `fall-of ${row.weight === 0 ? "zero" : "nonzero"}` }, ...nodes)], height: base + 8, words: bars.map(({ label, from, to }) => `${label} ${significant(to - from, 3)}`).join(", ") };
}
