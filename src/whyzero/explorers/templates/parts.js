// What every panel is made of: labelled controls, figures that follow the width of the page, a sentence, a check.

import { htmlNode, round, svgNode } from "./shared/svg.js";

let identifiers = 0;

/** The parts of a panel's section, which the page has with its words. */
export function partsOf(section) {
  const said = section.querySelector(".sentence");
  const checked = section.querySelector(".check");
  return {
    section,
    controls: section.querySelector(".controls:not(.file)"),
    figures: section.querySelector(".figures"),
    say: (...parts) => said.replaceChildren(...parts),
    check: (holds, words) => showCheck(checked, holds, words),
  };
}

/** Emphasis for a sentence; the kind gives the colour of its meaning. */
export function strong(text, kind = "") {
  return htmlNode("b", { class: kind }, text);
}

function showCheck(node, holds, words) {
  node.classList.toggle("failed", !holds);
  node.replaceChildren(htmlNode("b", {}, holds ? "\u2713 checked" : "\u2717 this check failed"), ` ${words}`);
}

/**
 * A range with its label and its value in words.
 * @param {{label: string, min: number, max: number, step: number, value: number,
 *   text?: (value: number) => string, spoken?: (value: number) => string, input: (value: number) => void}} options
 */
export function slider(parent, { label, min, max, step, value, text = String, spoken = text, input }) {
  const id = freshId();
  const output = htmlNode("output", { for: id });
  const range = htmlNode("input", { type: "range", id, min, max, step, value });
  const show = () => {
    output.textContent = text(Number(range.value));
    range.setAttribute("aria-valuetext", spoken(Number(range.value)));
  };
  range.addEventListener("input", () => {
    show();
    input(Number(range.value));
  });
  const whole = htmlNode("div", { class: "slider" }, htmlNode("label", { for: id }, label), range, output);
  parent.append(whole);
  show();
  return {
    whole,
    range,
    show,
    get value() {
      return Number(range.value);
    },
    set value(next) {
      range.value = String(next);
      show();
    },
  };
}

/** A list of choices; `options` are [value, words]. */
export function choice(parent, { label, options, value, input }) {
  const id = freshId();
  const list = htmlNode("select", { id }, ...options.map(([key, words]) => htmlNode("option", { value: key }, words)));
  list.value = value;
  list.addEventListener("change", () => input(list.value));
  const whole = htmlNode("div", { class: "choice-of" }, htmlNode("label", { for: id }, label), list);
  parent.append(whole);
  return { whole, list };
}

/** A push button. */
export function button(parent, words, press) {
  const node = htmlNode("button", { type: "button", class: "plain" }, words);
  node.addEventListener("click", press);
  parent.append(node);
  return node;
}

/**
 * A figure as wide as its place. `draw(width)` returns its nodes, its height and its words.
 * @param {{title: string, draw: (width: number) => {nodes: Node[], height: number, words: string},
 *   drag?: (x: number, y: number) => void, classes?: string}} options
 */
export function figure(parent, { title, draw, drag = null, classes = "" }) {
  const heading = htmlNode("h3", {}, title);
  const svg = svgNode("svg", { class: "figure", role: "img" }, svgNode("title", {}, title)); // named before it is drawn
  const place = htmlNode("div", { class: `panel ${classes}` }, heading, svg);
  parent.append(place);
  let drawn = 0;
  const redraw = () => {
    const width = Math.max(220, Math.floor(place.clientWidth));
    drawn = width;
    const { nodes, height, words } = draw(width);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.replaceChildren(svgNode("title", {}, heading.textContent), svgNode("desc", {}, words), ...nodes);
    keepInside(svg, width);
  };
  new ResizeObserver(() => {
    if (Math.max(220, Math.floor(place.clientWidth)) !== drawn) redraw();
  }).observe(place);
  if (drag) follow(svg, drag);
  return { redraw, heading, svg, place };
}

/** Texts are laid out by the average width of a letter; one that is too wide is moved, or narrowed if it is held at an end. */
function keepInside(svg, width) {
  const boxes = [...svg.querySelectorAll("text")].map((text) => [text, text.getBBox()]);
  for (const [text, box] of boxes) {
    const [before, after] = [Math.max(0, -box.x), Math.max(0, box.x + box.width - width)];
    if (!box.width || before + after < 0.5) continue;
    if (text.getAttribute("text-anchor") === "middle") text.setAttribute("x", String(Number(text.getAttribute("x")) + before - after));
    else {
      text.setAttribute("textLength", String(Math.max(1, box.width - before - after)));
      text.setAttribute("lengthAdjust", "spacingAndGlyphs");
    }
  }
}

/** Call `drag` with positions in the figure's own units while the pointer is down. */
function follow(svg, drag) {
  svg.classList.add("draggable");
  const move = (event) => {
    const box = svg.getBoundingClientRect();
    const share = svg.viewBox.baseVal.width / box.width;
    drag((event.clientX - box.left) * share, (event.clientY - box.top) * share);
  };
  svg.addEventListener("pointerdown", (event) => {
    svg.setPointerCapture(event.pointerId);
    move(event);
  });
  svg.addEventListener("pointermove", (event) => {
    if (svg.hasPointerCapture(event.pointerId)) move(event);
  });
}

/** Whether the reader asked for less motion. */
export function wantsCalm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Run `work` when the section is about to be seen, and at once if it is already. */
export function whenNear(section, work) {
  const watcher = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watcher.disconnect();
      work();
    },
    { rootMargin: "600px" },
  );
  watcher.observe(section);
}

export function freshId() {
  identifiers += 1;
  return `whyzero-${identifiers}`;
}

/** A bar; one that goes on beyond the end of the axis ends there in a point. */
export function barTo(left, at, end, y) {
  if (at <= end) return `M${left} ${y}H${round(Math.max(left, at))}v8H${left}Z`;
  return `M${left} ${y}H${end - 6}l6 4l-6 4H${left}Z`;
}

/** A number held within two others. */
export function within(value, low, high) {
  return Math.min(high, Math.max(low, value));
}
