// The one slider: every figure, the table and the sentences show the fit that it stands at.

import { count, significant, trimmed } from "./shared/numbers.js";
import { htmlNode } from "./shared/svg.js";

/**
 * The bar with the slider, above the first figure.
 * @param {(position: number) => void} moved
 * @returns {{bar: HTMLElement, show: (fit: object) => void}}
 */
export function alphaBar(fits, island, moved) {
  const { total, proved, cv, matched, partner } = island;
  const last = fits.alphas.length - 1;
  const range = htmlNode("input", { type: "range", id: "alpha", min: 0, max: last, step: 1, value: fits.chosen });
  const reading = htmlNode("output", { for: "alpha" });
  const standing = htmlNode("p", { class: "standing", role: "status" });
  const jumps = jumpTargets(fits, cv).map(([words, position]) => {
    const button = htmlNode("button", { type: "button", "data-position": position }, words);
    button.addEventListener("click", () => moved(position));
    return button;
  });
  range.addEventListener("input", () => moved(Number(range.value)));
  const bar = htmlNode("div", { class: "alpha-bar", role: "group", "aria-label": "Alpha of all figures and of the table" },
    htmlNode("div", { class: "alpha-line" }, htmlNode("label", { for: "alpha" }, "alpha"), range, reading),
    htmlNode("div", { class: "alpha-line" }, htmlNode("div", { class: "switch jumps" }, ...jumps), standing));
  bar.hidden = last === 0;

  return { bar, show };

  function show(fit) {
    const zeros = total - fit.nonzero;
    range.value = String(fit.position);
    range.setAttribute("aria-valuetext", `alpha ${significant(fit.alpha)}, ${count(zeros)} of ${count(total)} weights zero`);
    reading.replaceChildren(htmlNode("b", {}, trimmed(fit.alpha)), ` · ${count(zeros)} of ${count(total)} zero${settled(fit, zeros, island)}`);
    for (const button of jumps) button.setAttribute("aria-pressed", String(Number(button.dataset.position) === fit.position));
    const beside = htmlNode("span", { class: "roomy" }, partnerWords(fit, matched, partner));
    standing.replaceChildren(proofWords(fit, proved), beside);
    bar.classList.toggle("away", !fit.isChosen);
  }
}

/** How many of the zeros of the explained fit hold in every best fit, where not all do. */
function settled(fit, zeros, { settled_zeros: known }) {
  return fit.isChosen && known < zeros ? `, ${count(known)} settled` : "";
}

/** The chosen fit, and both choices of cross-validation where they are other fits of this grid. */
function jumpTargets(fits, cv) {
  const targets = [["explained fit", fits.chosen]];
  for (const [words, alpha] of cv ?? []) {
    const position = fits.alphas.findIndex((known) => Math.abs(known / alpha - 1) < 1e-9);
    if (position >= 0 && position !== fits.chosen) targets.push([words, position]);
  }
  return targets;
}

function proofWords(fit, proved) {
  if (fit.isChosen) return proved ? "The certificate is about this alpha." : "The fit that is explained.";
  const gap = fit.fits.fit.gap;
  const accuracy = gap === null ? "" : ` to a duality gap of at most ${significant(gap, 2)}`;
  if (fit.fits.between) return `Computed${accuracy}; proved is what says so: between alphas, zeros in intervals.`;
  return `Computed${accuracy}, not proved: ${proved ? "the certificate is about the explained fit" : "there is no certificate"}.`;
}

function partnerWords(fit, matched, partner) {
  if (fit.isChosen || fit.partnerAlpha === null) return "";
  const same = matched === "alpha" ? "" : `, training loss ${significant(fit.partnerLoss, 3)} beside ${significant(fit.loss, 3)}`;
  return ` ${partner}: the nearest fit of its own grid (alpha ${significant(fit.partnerAlpha, 3)}${same}).`;
}
