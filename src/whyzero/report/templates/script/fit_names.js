// Python cuts names for the widest letters and the narrowest screen; here they are cut for the letters that are there.

import { shorten } from "./shared/shorten.js";

const MARGIN = 2;
/** In the style sheet texts are larger below this width. */
const NARROW = "(max-width: 480px)";

/** The longest form of a name that is at most `room` wide, in units of its figure, which must be on the page. */
export function fitName(text, whole, room) {
  text.textContent = whole;
  const length = [...whole].length;
  for (let limit = Math.min(length, 80), width; limit > 3 && (width = text.getComputedTextLength()) > room;) {
    limit = Math.min(limit - 1, Math.ceil((limit * room) / width));
    text.textContent = shorten(whole, limit);
  }
}

/** Fit the names of the static figures, now and when a screen that was narrow is turned. */
export function fitNames(root, features) {
  const fit = () => {
    for (const text of root.querySelectorAll("svg .row > .name, svg .label > text")) {
      const group = text.parentNode;
      const feature = features.get(Number(group.dataset.i));
      const at = Number(text.getAttribute("x"));
      const written = group.getAttribute("class");
      const edge = group.matches(".label");
      if (edge) group.setAttribute("class", "label nonzero"); // any name may become bold
      if (feature) fitName(text, feature.name, (edge ? text.ownerSVGElement.viewBox.baseVal.width - at : at) - MARGIN);
      group.setAttribute("class", written);
    }
  };
  matchMedia(NARROW).addEventListener("change", fit);
  fit();
}
