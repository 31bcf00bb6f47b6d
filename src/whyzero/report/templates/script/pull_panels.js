// The signature figure at the slider's alpha: the rows that Python chose, with the numbers of another fit.

import { significant, trimmed } from "./shared/numbers.js";
import { linear } from "./shared/scales.js";
import { round, svgNode } from "./shared/svg.js";

const LEFT = 176, RIGHT = 384, WEIGHT_EDGE = 467, TOP = 30, ROW = 19, BOTTOM = 44, BAR = 11, OUTLINE = 15, DIGIT = 8.6;
const FAR = 6, CUT = 4;

/**
 * Both panels.
 * @returns {(fit: object) => void} shows another fit in them
 */
export function pullPanels(root, features) {
  const panels = [...root.querySelectorAll("svg.pulls")].map((svg) => readPanel(svg, features));
  return (fit) => {
    const shown = panels.map((panel) => panel.rows.map((row) => ({ ...row, ...bar(fit, row.feature, panel.beside) })));
    const reach = axisEnd(shown);
    panels.forEach((panel, k) => {
      if (fit.isChosen) panel.svg.replaceChildren(...panel.written);
      else panel.svg.replaceChildren(...panel.words, ...drawn(panel, shown[k], linear([0, reach], [LEFT, RIGHT])));
    });
  };
}

function readPanel(svg, features) {
  const written = [...svg.childNodes];
  const words = written.filter((node) => ["title", "desc"].includes(node.nodeName));
  const rows = [...svg.querySelectorAll("g.row")].map((group) => ({
    feature: features.get(Number(group.dataset.i)),
    name: group.querySelector(".name").textContent,
    top: Number(group.querySelector(".hit").getAttribute("y")),
  }));
  const gaps = [...svg.querySelectorAll("g.gap")];
  return { svg, written, words, rows, gaps, beside: "partner" in svg.dataset, height: svg.viewBox.baseVal.height };
}

/** What one row of one panel shows. */
function bar(fit, feature, beside) {
  const standing = fit.of(feature);
  if (beside)
    return { kind: colour(standing), pull: standing.partnerPull, toll: standing.partnerToll, weight: standing.partnerWeight,
      outline: null, least: standing.partnerWeight ? standing.partnerToll : null };
  return { kind: colour(standing), pull: standing.pull, toll: standing.toll, weight: standing.weight,
    outline: feature.values.get("null_pull") ?? null, least: standing.zero ? null : standing.toll };
}

/** The colour class of a weight by where it stands. */
export function colour({ word, zero }) {
  if (word === "zero, structural") return "structural";
  if (word === "non-zero, unpenalised") return "free";
  return zero ? "zero" : "nonzero";
}

/** As in Python: all lengths if none is far beyond the toll, else a few tolls. */
function axisEnd(panels) {
  const known = (values) => Math.max(0, ...values.filter((value) => value !== null && Number.isFinite(value)));
  const longest = known(panels.flat().map((row) => row.pull));
  const outline = known(panels[0].map((row) => row.outline));
  const toll = known(panels[0].map((row) => row.toll));
  if (toll === 0) return 1.05 * longest || 1;
  if (Math.max(longest, outline) <= FAR * toll) return 1.05 * Math.max(longest, outline, 1.3 * toll);
  return 2 * toll <= longest && longest <= FAR * toll ? 1.05 * longest : CUT * toll;
}

function drawn(panel, rows, x) {
  const base = panel.height - BOTTOM;
  return [
    ...zones(rows, x), ...axis(x, base), text("weight", WEIGHT_EDGE, TOP - 8, "head", "end"),
    ...rows.map((row) => drawnRow(row, x)), ...tollLines(rows, x, base), ...panel.gaps.map(emptied),
  ];
}

/** What was said of the rows that are left out holds for the explained fit only. */
function emptied(gap) {
  const copy = gap.cloneNode(true);
  copy.querySelector("text").textContent = "⋯ more features";
  return copy;
}

function axis(x, base) {
  const marks = ticks(x).flatMap(({ value, label }) => [
    svgNode("line", { x1: round(x(value)), x2: round(x(value)), y1: TOP, y2: base, class: "grid" }),
    text(label, x(value), base + 15, "tick"),
  ]);
  return [...marks, text("pull of the data", (LEFT + RIGHT) / 2, base + 32, "axis")];
}

/** About four, or two where the labels of four would touch. */
function ticks(x) {
  const four = x.ticks(4);
  const widest = DIGIT * Math.max(...four.map(({ label }) => label.length));
  return widest + DIGIT < Math.abs(x(four.at(-1).value) - x(four[0].value)) / Math.max(1, four.length - 1) ? four : x.ticks(2);
}

function drawnRow(row, x) {
  const middle = row.top + ROW / 2;
  return svgNode("g", { class: `row ${row.kind}`, "data-i": row.feature.index },
    svgNode("rect", { y: row.top, class: "hit" }),
    text(row.name, LEFT - 8, middle + 4, "name", "end"),
    ...outline(row, x, middle), ...pull(row, x, middle),
    text(significant(row.weight, 3), WEIGHT_EDGE, middle + 4, row.weight === 0 ? "weight none" : "weight", "end"));
}

function outline({ outline: length }, x, middle) {
  if (!(length > 0)) return [];
  const [top, bottom] = [middle - OUTLINE / 2, middle + OUTLINE / 2];
  const end = x(length);
  const d = end > RIGHT ? `M${RIGHT},${top}H${LEFT}V${bottom}H${RIGHT}` : `M${LEFT},${top}H${round(end)}V${bottom}H${LEFT}Z`;
  return [svgNode("path", { d, class: end > RIGHT ? "outline cut" : "outline" })];
}

/** A bar; where only a least pull is known it ends open at the toll. */
function pull({ pull: length, least }, x, middle) {
  const top = middle - BAR / 2;
  if (length === null && least) {
    const end = Math.round(Math.min(x(least), RIGHT - 120)) + 8;
    const d = `M${LEFT},${top}H${end}V${top + BAR}H${LEFT}Z`;
    return [svgNode("path", { d, class: "pull least" }), text("beyond its toll", end + 6, middle + 4, "remark", "start")];
  }
  if (length === null) return [text("not computed", LEFT + 6, middle + 4, "remark", "start")];
  if (length < 0) return [text(`downwards: ${significant(-length, 3)}`, LEFT + 6, middle + 4, "remark", "start")];
  if (x(length) <= RIGHT)
    return [svgNode("rect", { x: LEFT, y: top, width: round(x(length) - LEFT), height: BAR, class: "pull" })];
  const d = `M${LEFT},${top}H${RIGHT - 6}L${RIGHT},${middle}L${RIGHT - 6},${top + BAR}H${LEFT}Z`;
  return [svgNode("path", { d, class: "pull cut" }), text(significant(length, 3), RIGHT - 10, middle + 3.8, "inside", "end")];
}

/** The toll of all rows, if it is one and the same. */
function commonToll(rows) {
  const tolls = new Set(rows.map((row) => row.toll));
  return tolls.size === 1 ? [...tolls][0] : null;
}

function zones(rows, x) {
  const zone = (toll, y, height) =>
    svgNode("rect", { x: LEFT, y, width: round(Math.min(x(toll), RIGHT) - LEFT), height, class: "zone" });
  const toll = commonToll(rows);
  if (toll !== null) return [zone(toll, TOP, rows.at(-1).top + ROW - TOP)];
  return rows.filter((row) => row.toll !== null).map((row) => zone(row.toll, row.top, ROW));
}

function tollLines(rows, x, base) {
  const line = (toll, y1, y2) => {
    const place = round(Math.min(x(toll), RIGHT));
    return svgNode("line", { x1: place, x2: place, y1, y2, class: "toll" });
  };
  const toll = commonToll(rows);
  if (toll !== null) {
    const place = Math.min(x(toll), RIGHT);
    return [line(toll, TOP - 3, base), text(`toll ${trimmed(toll)}`, place, TOP - 8, "toll-label", place < LEFT + 40 ? "start" : "middle")];
  }
  const known = rows.filter((row) => row.toll !== null);
  const note = known.length ? [text("toll: differs by feature", LEFT, TOP - 8, "toll-label", "start")] : [];
  return [...known.map((row) => line(row.toll, row.top + 1, row.top + ROW - 1)), ...note];
}

function text(words, x, y, classes, anchor = "middle") {
  return svgNode("text", { x: round(x), y: round(y), class: classes, "text-anchor": anchor }, words);
}
