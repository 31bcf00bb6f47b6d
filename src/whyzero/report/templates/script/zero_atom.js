// The zero atom at the slider's alpha: which share of the weights is at most a threshold, down to exact zeros.

import { percent } from "./shared/numbers.js";
import { logarithmic } from "./shared/scales.js";
import { lineThrough } from "./shared/svg.js";

/**
 * Redraws the curves that Python drew for the explained fit.
 * @returns {(fit: object) => void}
 */
export function atomFigure(root, island) {
  const svg = root.querySelector("svg.atom");
  if (!svg) return () => {};
  const [first, last, start, stop, top, base] = svg.dataset.axes.split(" ").map(Number);
  const x = logarithmic([first, last], [start, stop]);
  const y = (share) => base + share * (top - base);
  const curves = [...svg.querySelectorAll(".share")].map((curve) => ({
    curve, written: curve.getAttribute("d"), beside: curve.classList.contains("beside"),
  }));
  const unknown = root.querySelector("#atom-unknown");
  const note = svg.querySelector(".atom-note");
  return (fit) => {
    for (const { curve, written, beside } of curves) {
      const sizes = fit.isChosen ? null : weights(fit, beside);
      if (beside && unknown) unknown.hidden = fit.isChosen || Boolean(sizes);
      curve.setAttribute("d", fit.isChosen ? written : sizes ? lineThrough(stairs(sizes, island.total, x, y)) : "");
    }
    const zeros = 1 - fit.nonzero / island.total;
    note.textContent = fit.isChosen ? note.dataset.written : `${percent(zeros)} exactly zero`;
    note.setAttribute("y", y(zeros) > top + 16 ? y(zeros) - 7 : y(zeros) + 16);
  };
}

/** Sizes of the weights that are not zero, per standard deviation; null where some are not known. */
function weights(fit, beside) {
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
