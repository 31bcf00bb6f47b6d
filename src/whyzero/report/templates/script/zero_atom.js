// The zero atom at the slider's alpha: which share of the weights is at most a threshold, down to exact zeros.

import { lineThrough } from "./shared/svg.js";
import { logarithmic } from "./shared/scales.js";

/**
 * Redraws the curves that Python drew for the explained fit.
 * @returns {(fit: object) => void}
 */
export function atomFigure(root, features, island) {
  const svg = root.querySelector("svg.atom");
  if (!svg) return () => {};
  const [first, last, start, stop, top, base] = svg.dataset.axes.split(" ").map(Number);
  const x = logarithmic([first, last], [start, stop]);
  const y = (share) => base + share * (top - base);
  const curves = [...svg.querySelectorAll(".share")].map((curve) => ({
    curve, written: curve.getAttribute("d"), beside: curve.classList.contains("beside"),
  }));
  const note = svg.querySelector(".atom-note");
  const listed = [...features.values()];
  return (fit) => {
    for (const { curve, written, beside } of curves) {
      const sizes = fit.isChosen ? null : weights(fit, listed, island.total, beside);
      curve.setAttribute("d", fit.isChosen ? written : sizes ? lineThrough(stairs(sizes, island.total, x, y)) : "");
    }
    if (note) note.textContent = fit.isChosen ? note.dataset.written : noteWords(fit, island);
  };
}

/** Sizes of the weights that are not zero, per standard deviation; null where some are not known. */
function weights(fit, listed, total, beside) {
  const { fit: own, partner } = fit.fits;
  const grid = beside ? partner : own;
  const row = grid.weights[beside ? fit.beside : fit.position];
  const found = [...row].filter((value) => value !== 0).map(Math.abs);
  const nonzero = beside ? grid.nonzero[fit.beside] : fit.nonzero;
  return found.length === nonzero ? found.sort((a, b) => a - b) : null;
}

/** From the share of exact zeros up, one step a weight. */
function stairs(sizes, total, x, y) {
  const [start, stop] = x.range;
  let share = (total - sizes.length) / total;
  const points = [[start, y(share)]];
  for (const size of sizes) {
    const place = Math.min(Math.max(x(size), start), stop);
    points.push([place, y(share)], [place, y((share += 1 / total))]);
  }
  return [...points, [stop, y(share)]];
}

function noteWords(fit, island) {
  const zeros = (1 - fit.nonzero / island.total) * 100;
  return `${zeros.toPrecision(3)} % exactly zero`;
}
