// The waterfall of one feature: from its pull alone, through what the other weights take over, to the pull left.

import { fitName } from "./fit_names.js";
import { significant } from "./shared/numbers.js";
import { svgNode } from "./shared/svg.js";

const WIDTH = 470, LEFT = 176, RIGHT = 388, TOP = 24, ROW = 21;

/**
 * Amounts along the pull alone, or upwards where no weight may be negative; `towards` is the sign of the weight that it would make.
 * @typedef {{start: number, steps: {label: string, amount: number}[], others: number, final: number, towards: number}} Account
 */

/** Each bar reaches from `from` to `to`. */
export function waterfallBars({ start, steps, others, final }) {
  const bars = [{ label: "alone", from: 0, to: start, kind: "first" }];
  const nothing = 1e-9 * Math.max(Math.abs(start), Math.abs(final), ...steps.map((step) => Math.abs(step.amount)));
  let level = start;
  for (const { label, amount } of [...steps, { label: "all others", amount: others }]) {
    if (Math.abs(amount) <= nothing) continue;
    bars.push({ label, from: level, to: level + amount, kind: "step" });
    level += amount;
  }
  bars.push({ label: "together", from: 0, to: final, kind: "pull" });
  return bars;
}

/**
 * The figure; `colour` is the class of the verdict. Where no weight may be negative (`upwards`) every pull downwards leaves it at zero.
 * @param {Account} account
 */
export function waterfallFigure(account, toll, colour, upwards) {
  const bars = waterfallBars(account);
  const edges = upwards ? [toll] : [toll, -toll];
  const ends = [0, ...edges, ...bars.flatMap(({ from, to }) => [from, to])];
  const low = Math.min(...ends);
  const span = Math.max(...ends) - low || 1;
  const x = (value) => LEFT + ((value - low) / span) * (RIGHT - LEFT);
  const base = TOP + ROW * bars.length;
  const zone = upwards ? low : -toll;
  const words = bars.map((bar) => `${bar.label} ${amount(bar)}`).join(", ");
  const svg = svgNode("svg", { viewBox: `0 0 ${WIDTH} ${base + 40}`, class: `figure fall ${colour}`, role: "img" },
    svgNode("title", {}, "How the other weights change the pull"),
    svgNode("desc", {}, `${words}; toll ${significant(toll)}`),
    svgNode("rect", { x: x(zone), y: TOP, width: x(toll) - x(zone), height: base - TOP, class: "zone" }),
    svgNode("line", { x1: x(0), x2: x(0), y1: TOP, y2: base, class: "axis-line" }));
  bars.forEach((bar, k) => svg.append(...row(bar, TOP + ROW * (k + 0.5), x, k + 1 < bars.length)));
  if (toll > 0) svg.append(...tollLines(edges, x, base));
  svg.append(svgNode("text", { x: (LEFT + RIGHT) / 2, y: base + 24, class: "axis", "text-anchor": "middle" },
    upwards ? "pull of the data upwards" : direction(account)));
  return svg;
}

/** Cut the names of a figure that is on the page until they fit beside the bars. */
export function fitFall(svg) {
  for (const text of svg.querySelectorAll("text.name")) fitName(text, text.textContent, LEFT - 12);
}

function amount({ from, to, kind }) {
  const text = significant(to - from, 3);
  return kind === "step" && to > from ? `+${text}` : text;
}

function row(bar, middle, x, more) {
  const group = svgNode("g", { class: "bar" },
    svgNode("title", {}, bar.label),
    svgNode("text", { x: LEFT - 8, y: middle + 4, class: "name", "text-anchor": "end" }, bar.label),
    svgNode("rect", { x: Math.min(x(bar.from), x(bar.to)), y: middle - 5, width: Math.abs(x(bar.to) - x(bar.from)), height: 10,
      class: bar.kind }),
    svgNode("text", { x: WIDTH - 3, y: middle + 4, "text-anchor": "end" }, amount(bar)));
  if (!more) return [group];
  return [group, svgNode("line", { x1: x(bar.to), x2: x(bar.to), y1: middle + 5, y2: middle + ROW - 5, class: "leader" })];
}

function tollLines(edges, x, base) {
  const place = Math.min(Math.max(x(edges[0]), LEFT + 30), RIGHT - 30);
  return [
    ...edges.map((edge) => svgNode("line", { x1: x(edge), x2: x(edge), y1: TOP, y2: base, class: "toll" })),
    svgNode("text", { x: place, y: TOP - 8, class: "toll-label", "text-anchor": "middle" }, `toll ${edges.length > 1 ? "±" : ""}${significant(edges[0], 3)}`),
  ];
}

/** Which sign the weight would take if it followed the pull alone. */
function direction({ towards }) {
  if (towards === 0) return "pull of the data";
  return `pull of the data towards a ${towards < 0 ? "negative" : "positive"} weight`;
}
