// Drawn axes. A label that would touch the one before it is left out.

import { svgNode, svgText } from "./svg.js";

/** Widest estimate of a character of a label, in the units of the figure. */
const LABEL_CHARACTER = 7;
const LABEL_GAP = 6;

/**
 * The ticks whose labels have room, along a horizontal axis.
 * @param {import("./scales.js").Scale} scale
 * @param {import("./scales.js").Tick[]} found
 */
export function ticksApart(scale, found) {
  const kept = [];
  for (const tick of found) {
    const last = kept.at(-1);
    const room = last ? Math.abs(scale(tick.value) - scale(last.value)) : Infinity;
    if (!last || room >= (LABEL_CHARACTER * (tick.label.length + last.label.length)) / 2 + LABEL_GAP) kept.push(tick);
  }
  return kept;
}

/**
 * The horizontal axis under a figure: its line at `y`, numbers below it, the title below those.
 * @param {import("./scales.js").Scale} scale
 */
export function bottomAxis(scale, { y, title = "", top = y, count = 5 }) {
  const [start, stop] = scale.range;
  const marks = [svgNode("line", { x1: start, x2: stop, y1: y, y2: y, class: "axis-line" })];
  for (const { value, label } of ticksApart(scale, scale.ticks(count))) {
    const x = scale(value);
    if (top !== y) marks.push(svgNode("line", { x1: x, x2: x, y1: top, y2: y, class: "grid" }));
    marks.push(svgText(label, x, y + 16, "tick"));
  }
  if (title) marks.push(svgText(title, (start + stop) / 2, y + 33, "axis"));
  return marks;
}

/**
 * The vertical axis: grid lines from `left` to `right`, numbers left of them, the title above its upper end.
 * @param {import("./scales.js").Scale} scale
 */
export function leftAxis(scale, { left, right, title = "", count = 5 }) {
  const marks = [];
  for (const { value, label } of scale.ticks(count)) {
    const y = scale(value);
    marks.push(
      svgNode("line", { x1: left, x2: right, y1: y, y2: y, class: value === 0 ? "axis-line" : "grid" }),
      svgText(label, left - 7, y + 4, "tick", "end"),
    );
  }
  if (title) marks.push(svgText(title, 0, Math.min(...scale.range) - 9, "axis", "start"));
  return marks;
}

/**
 * Heights of labels beside one another, at least `gap` apart and within [low, high], each near its own.
 * @param {number[]} wanted
 */
export function heightsApart(wanted, gap, low, high) {
  const order = wanted.map((_, k) => k).sort((a, b) => wanted[a] - wanted[b]);
  const placed = new Array(wanted.length);
  let edge = low;
  for (const k of order) {
    placed[k] = Math.max(wanted[k], edge);
    edge = placed[k] + gap;
  }
  edge = high;
  for (const k of order.reverse()) {
    placed[k] = Math.min(placed[k], edge);
    edge = placed[k] - gap;
  }
  return placed;
}
