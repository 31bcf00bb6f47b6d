// The reader's own file: chosen or dropped, read in the page, and sent nowhere.

import { LIMITS } from "./csv.js";
import { freshId } from "./parts.js";
import { htmlNode } from "./shared/svg.js";

/**
 * @param {HTMLElement} parent
 * @param {HTMLElement} section where a file may be dropped
 * @param {(text: string, title: string) => void} read
 */
export function openFile(parent, section, read) {
  const id = freshId();
  const input = htmlNode("input", { type: "file", id, accept: ".csv,.tsv,.txt,text/csv,text/plain" });
  const take = async (file) => {
    if (!file) return;
    // A longer file is cut here and refused by the parser, which knows the limit.
    const text = await file.slice(0, 4 * LIMITS.characters).text();
    read(text, file.name);
  };
  input.addEventListener("change", () => take(input.files[0]));
  section.addEventListener("dragover", (event) => {
    event.preventDefault();
    section.classList.add("dropping");
  });
  section.addEventListener("dragleave", () => section.classList.remove("dropping"));
  section.addEventListener("drop", (event) => {
    event.preventDefault();
    section.classList.remove("dropping");
    take(event.dataTransfer.files[0]);
  });
  parent.append(htmlNode("div", { class: "choice-of" }, htmlNode("label", { for: id }, "Your own CSV file (or drop it here)"), input));
}
