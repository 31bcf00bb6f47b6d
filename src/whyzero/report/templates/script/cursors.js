// A line at the slider's alpha in the figures that Python drew over alpha.

import { logarithmic } from "./shared/scales.js";
import { round, svgNode } from "./shared/svg.js";

/**
 * A cursor for every figure with an axis of alpha.
 * @returns {(fit: object) => void} moves them
 */
export function addCursors(root) {
  const cursors = [...root.querySelectorAll("svg[data-alphas]")].map((svg) => {
    const [first, last, start, stop, top, base] = svg.dataset.alphas.split(" ").map(Number);
    const line = svgNode("line", { y1: top, y2: base, class: "cursor" });
    const mark = svgNode("path", { class: "cursor-mark" });
    const group = svgNode("g", { class: "cursor-group" }, line, mark);
    svg.append(group);
    return { x: logarithmic([first, last], [start, stop]), beside: "partner" in svg.dataset, first, last, base, line, mark, group };
  });
  return (fit) => {
    for (const cursor of cursors) {
      const alpha = cursor.beside ? fit.partnerAlpha : fit.alpha;
      const drawn = alpha !== null && alpha >= cursor.last * (1 - 1e-9) && alpha <= cursor.first * (1 + 1e-9);
      cursor.group.classList.toggle("beyond", !drawn);
      if (!drawn) continue;
      const x = round(cursor.x(alpha));
      cursor.line.setAttribute("x1", x);
      cursor.line.setAttribute("x2", x);
      cursor.mark.setAttribute("d", `M${x},${cursor.base}l-4.5,7h9z`);
    }
  };
}
