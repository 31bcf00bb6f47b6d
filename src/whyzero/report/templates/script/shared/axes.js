// Drawn axes. Where labels would touch, only every second or third is written.

import { svgNode, svgText } from "./svg.js";

/** Widest estimate of a character of a label, in the units of the figure. */
const LABEL_CHARACTER = 7;
const LABEL_GAP = 6;

/**
 * The ticks along a horizontal axis: all, or every second or third of them, so that their labels have room.
 * @param {import("./scales.js").Scale} scale
 * @param {import("./scales.js").Tick[]} found
 */
export function ticksApart(scale, found) {
  for (let every = 1; ; every += 1) {
    const kept = found.filter((_, k) => k % every === 0);
    const touch = ({ value, label }, k) => k > 0 &&
      Math.abs(scale(value) - scale(kept[k - 1].value)) < (LABEL_CHARACTER * (label.length + kept[k - 1].label.length)) / 2 + LABEL_GAP;
    if (!kept.some(touch)) return kept;
  }
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
  if (title) marks.push(svgText(title, 0, Math.min(...scale.range) - 13, "axis", "start"));
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
