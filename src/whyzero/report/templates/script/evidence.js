// Zeros on rows drawn anew, at the slider's alpha: the dots that Python drew for the explained fit, and the sentence.

import { significant, trimmed } from "./shared/numbers.js";
import { linear } from "./shared/scales.js";
import { round } from "./shared/svg.js";
import { signTest } from "./shared/math/sign_test.js";

/**
 * Moves the dots, sorted as in Python, and says what they show.
 * @returns {(fit: object) => void}
 */
export function evidenceFigure(root, { along: { draws }, penalty, partner }) {
  const svg = root.querySelector("svg.evidence");
  if (!svg || !draws) return () => {};
  const [most, start, stop] = svg.dataset.zeros.split(" ").map(Number);
  const x = linear([0, most], [start, stop]);
  const rows = [".pair", "circle.draw:not(.beside)", "circle.beside"].map((kind) => [...svg.querySelectorAll(kind)]);
  const words = [root.querySelector("#evidence-said"), svg.querySelector("desc")];
  return (fit) => {
    const zeros = ([first, ...changes]) => changes.slice(0, fit.position).reduce((sum, change) => sum + change, first);
    const pairs = draws.own.map((own, k) => [zeros(own), zeros(draws.partner[k])]).sort((a, b) => b[0] - a[0] || b[1] - a[1]);
    pairs.forEach(([own, other], k) => {
      const [line, dot, ring] = rows.map((nodes) => nodes[k]);
      line.setAttribute("d", `M${round(x(other))},${ring.getAttribute("cy")}H${round(x(own))}`);
      dot.setAttribute("cx", round(x(own)));
      ring.setAttribute("cx", round(x(other)));
    });
    for (const node of words) node.textContent = said(pairs, fit.alpha, penalty, partner);
  };
}

/** As `evidence_words` in Python. */
function said(pairs, alpha, penalty, partner) {
  const more = pairs.filter(([own, other]) => own > other).length;
  const fewer = pairs.filter(([own, other]) => own < other).length;
  const ties = pairs.length - more - fewer;
  const won = `At alpha ${trimmed(alpha)}, ${penalty} makes more weights exactly zero than ${partner} on ${more} of ${pairs.length} draws`;
  const lost = fewer ? `, fewer on ${fewer}` : "";
  const tied = ties ? `, as many on ${ties}` : "";
  return `${won}${lost}${tied}; sign test p = ${significant(signTest(more, fewer), 2)}.`;
}
