// The report in a cell of a notebook: the widget of anywidget. The markup and its style live in a shadow root, so that
// they and the notebook do not touch each other.

import { start } from "./whyzero.js";

/**
 * Put the report into its element.
 * @param {{ model: { get(name: string): string }, el: HTMLElement }} place
 * @returns {Promise<void>} settles when the report answers
 */
export async function show({ model, el }) {
  const root = (el.shadowRoot ?? el.attachShadow({ mode: "open" }));
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(model.get("sheet"));
  followPage(sheet, el);
  root.adoptedStyleSheets = [sheet];
  // parsed, a script in the markup would not run
  const parsed = new DOMParser().parseFromString(model.get("markup"), "text/html");
  root.replaceChildren(...parsed.body.childNodes);
  await start(root);
}

/** Dark where the notebook is dark, whatever the system prefers. */
function followPage(sheet, el) {
  const dark = isDark(el);
  for (const rule of sheet.cssRules)
    if (rule.media?.mediaText === "(prefers-color-scheme: dark)") rule.media.mediaText = dark ? "screen" : "not all";
}

/** Whether the first background behind the element that is not transparent is a dark one. */
function isDark(el) {
  const pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  for (let node = el; node; node = node.assignedSlot ?? node.parentElement ?? node.getRootNode().host) {
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = getComputedStyle(node).backgroundColor; // any way to write a colour, oklch() too
    pixel.fillRect(0, 0, 1, 1);
    const [red, green, blue, opacity] = pixel.getImageData(0, 0, 1, 1).data;
    if (opacity > 127) return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
  }
  return false;
}
