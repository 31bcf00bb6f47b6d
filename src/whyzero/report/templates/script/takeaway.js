// What can be taken away: the table as a file, the fit as a call.

import { asCommand, asPython, csv } from "./export.js";
import { htmlNode } from "./shared/svg.js";

/** Buttons under the table, and a text to see what was copied. */
export function addTakeaway(root, state, features, found, island) {
  const told = htmlNode("output", { "aria-live": "polite" });
  const shown = htmlNode("pre", { class: "copied", tabindex: "0" });
  shown.hidden = true;
  const button = (words, act) => {
    const node = htmlNode("button", { type: "button", class: "plain" }, words);
    node.addEventListener("click", act);
    return node;
  };
  const copy = (write, what) => async () => {
    shown.textContent = write(island.call, state.fit.alpha, features.get(state.chosen).raw);
    shown.hidden = false;
    told.textContent = (await copied(shown)) ? `${what} copied.` : `${what} is selected below; copy it from there.`;
  };
  root.querySelector("#takeaway").append(
    htmlNode("div", { class: "takeaway", role: "group", "aria-label": "Take it with you" },
      button("Copy as Python", copy(asPython, "The call")),
      ...(island.call.command === null ? [] : [button("Copy as command line", copy(asCommand, "The command"))]),
      button("Download the table (CSV)", () => {
        download(csv(found(), state.fit), "whyzero.csv");
        told.textContent = `${found().length} rows written.`;
      }), told), shown);
}

/** Copy the text of a node; where the browser refuses, select it. */
async function copied(node) {
  const selection = getSelection();
  selection.selectAllChildren(node);
  if (!navigator.clipboard) return false;
  return navigator.clipboard.writeText(node.textContent).then(() => true, () => false);
}

function download(text, name) {
  const address = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
  htmlNode("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
