// Four optimisers on one weight, towards the fit of the slider: the figure and the words of steps_figure.py.

import { heightsApart, ticksApart } from "./shared/axes.js";
import { count, trimmed } from "./shared/numbers.js";
import { logarithmic } from "./shared/scales.js";
import { htmlNode, lineThrough, round, svgNode, svgText } from "./shared/svg.js";
import { walkSteps } from "./optimisers.js";
import { shorten } from "./shared/shorten.js";

const LEFT = 76, RIGHT = 282, TOP = 34, BASE = 248, LABEL_STEP = 14, DECADES = 8;
/** Milliseconds for which the slider must rest, and for which the page may not answer. */
const REST = 120, BUSY = 12;

/**
 * Walks anew when the slider rests; at the explained fit stands what Python wrote.
 * @returns {(fit: object) => void}
 */
export function walkFigure(root, features, { along: { steps: told } }) {
  const svg = root.querySelector("svg.steps");
  if (!svg || !told) return () => {};
  const words = ["whose", "said", "ends", "foretold"].map((part) => root.querySelector(`#steps-${part}`));
  const places = [svg, ...words];
  const written = places.map((place) => [...place.childNodes]);
  let waiting = null;
  return (fit) => {
    clearTimeout(waiting);
    if (fit.isChosen) places.forEach((place, k) => place.replaceChildren(...written[k]));
    else waiting = setTimeout(() => compute(fit, walkSteps(fit, told)), REST);
  };

  /** Walk for one frame of the screen at a time, so that the slider can be moved. */
  function compute(fit, walk) {
    const until = performance.now() + BUSY;
    let part;
    do part = walk.next();
    while (!part.done && performance.now() < until);
    if (part.done) show(fit, part.value);
    else waiting = setTimeout(() => compute(fit, walk));
  }

  function show(fit, steps) {
    const [whose, said, ends, foretold] = words;
    whose.textContent = `Towards the fit at alpha ${trimmed(fit.alpha)}:`;
    const endings = steps ? told.names.map((name, k) => ending(name, steps.zeros[k].at(-1), steps.at.at(-1))) : [];
    const [title, about] = ["title", "desc"].map((kind) => written[0].find((node) => node.nodeName === kind).cloneNode(true));
    about.textContent = endings.join(" ");
    svg.replaceChildren(title, about, ...(steps ? drawn(steps, told.names) : []));
    said.replaceChildren(...(steps ? landed(steps, features) : ["No weight is zero at this alpha, so there is none to follow."]));
    ends.replaceChildren(...endings.map((text) => htmlNode("li", {}, text)));
    foretold.textContent = steps ? `${predicted(steps)} ${bound(steps, told)}` : "";
  }
}

function drawn({ at, sizes, predicted: landing, bound: found }, names) {
  const known = sizes.flat().filter(Boolean);
  if (!known.length) return [];
  const largest = Math.max(...known);
  const x = logarithmic([at[0], at.at(-1)], [LEFT, RIGHT]);
  const y = logarithmic([Math.max(Math.min(...known) / 3, largest * 10 ** -DECADES), largest * 1.5], [BASE, TOP]);
  const lines = sizes.map((walk) => line(at, walk, x, y));
  const ends = lines.map((points) => points.at(-1)[1]);
  const heights = heightsApart(ends, LABEL_STEP, TOP + 4, BASE);
  return [
    ...y.ticks().flatMap(({ value, label }) => [
      svgNode("line", { x1: LEFT, x2: RIGHT, y1: round(y(value)), y2: round(y(value)), class: "grid" }),
      svgText(label, LEFT - 7, y(value) + 4, "tick", "end"),
    ]),
    ...ticksApart(x, x.ticks()).flatMap(({ value, label }) => [
      svgNode("line", { x1: round(x(value)), x2: round(x(value)), y1: BASE, y2: BASE + 4, class: "axis-line" }),
      svgText(label, x(value), BASE + 17, "tick"),
    ]),
    svgText("steps (log scale)", (LEFT + RIGHT) / 2, BASE + 36, "axis"),
    turned("|weight × standard deviation|", (TOP + BASE) / 2),
    ...foretold(landing, "predicted", 14, at, x), ...foretold(found, "bound", 29, at, x),
    ...lines.map((points, k) => svgNode("path", { d: lineThrough(points), class: `walk walk-${k}` })),
    ...lines.flatMap((_, k) => [
      svgNode("path", { d: lineThrough([[RIGHT, ends[k]], [RIGHT + 9, heights[k]]]), class: "leader" }),
      svgText(names[k], RIGHT + 12, heights[k] + 4, `name walk-name-${k}`, "start"),
    ]),
  ];
}

function turned(words, y) {
  const text = svgText(words, 13, y, "axis");
  text.setAttribute("transform", `rotate(-90 13 ${y})`);
  return text;
}

/** To the last number that is not zero, then down to the axis if a zero follows for good. */
function line(at, sizes, x, y) {
  const last = sizes.findLastIndex(Boolean);
  const points = sizes.slice(0, last + 1).map((size, k) => [x(at[k]), size ? Math.min(y(size), BASE) : BASE]);
  return last + 1 < sizes.length ? [...points, [x(at[last + 1]), BASE]] : points;
}

/** A dashed line with its label in a row of its own. */
function foretold(step, word, row, at, x) {
  if (step === null || step > at.at(-1)) return [];
  const place = round(x(step));
  return [
    svgNode("line", { x1: place, x2: place, y1: row + 4, y2: BASE, class: "choice" }),
    svgText(`${word} ${count(step)}`, x(step), row, "choice-label"),
  ];
}

function ending(name, zeros, total) {
  return `${name}: ${count(zeros)} weights exactly zero after ${count(total)} steps.`;
}

function landed({ feature, at, sizes }, features) {
  const name = htmlNode("bdi", {}, shorten(features.get(feature).name, 40));
  const first = at[sizes[0].indexOf(0)];
  if (first === undefined) return [`After ${count(at.at(-1))} steps the proximal gradient has not yet brought `, name, " to zero."];
  return ["The proximal gradient sets ", name, ` to exactly zero by step ${count(first)}.`];
}

function predicted({ predicted: landing }) {
  if (landing === null) return "At the fit the data pull on this weight as hard as its toll, so no step is predicted for it.";
  return `Predicted is step ${count(landing)}, if the data pulled on this weight from the start as they do at the fit; ` +
    "the other weights move too, so it can land sooner or later.";
}

function bound({ bound: found, at }, { unbound }) {
  if (found === null) return unbound;
  return `All zeros of the proximal gradient are bound to be found by step ${count(found)}${found > at.at(-1) ? ", beyond the axis" : ""}.`;
}
