// Where the data of panel 4 come from: the page itself, or the reader's own file, which is sent nowhere.

import { LIMITS, TableError, parseTable } from "./csv.js";
import { choice, freshId } from "./parts.js";
import { cutName, visible } from "./shared/names.js";
import { htmlNode } from "./shared/svg.js";
import { toDataSet } from "./table.js";

/**
 * Controls for the source; `load` gets every data set that is chosen.
 * @param {HTMLElement} section
 * @param {HTMLElement} controls where the list of columns to be predicted goes
 * @returns {(work: () => void) => void} runs what may find a table unusable, and says why
 */
export function mountSources(section, controls, given, load) {
  const trouble = section.querySelector(".trouble");
  const place = section.querySelector(".file");
  let table = null;
  const attempt = (work) => {
    trouble.hidden = true;
    try {
      work();
    } catch (error) {
      if (!(error instanceof TableError)) throw error;
      trouble.textContent = error.message;
      trouble.hidden = false;
    }
  };
  const predict = (k) => load({ ...toDataSet(table.parsed, k, table.title), alpha: null });
  const target = targetChoice(controls, (k) => attempt(() => predict(k)));
  openFile(place, section, (text, title) => attempt(() => {
    const parsed = parseTable(text);
    table = { parsed, title };
    target.offer(parsed.header, parsed.header.length - 1);
    predict(parsed.header.length - 1);
  }));
  const brought = choice(place, {
    label: "or look at", options: given.map(({ title }, k) => [k, cutName(visible(title), 60)]), value: "0",
    input: (k) => attempt(() => {
      target.hide();
      load(given[Number(k)]);
    }),
  });
  brought.whole.hidden = given.length < 2;
  return attempt;
}

/** The list of columns to be predicted; it appears with a file of the reader's own. */
function targetChoice(parent, chosen) {
  const { whole, list } = choice(parent, { label: "Predict", options: [], value: "", input: (value) => chosen(Number(value)) });
  whole.hidden = true;
  return {
    offer: (header, index) => {
      list.replaceChildren(...header.map((name, k) => htmlNode("option", { value: k }, cutName(visible(name), 60))));
      list.value = String(index);
      whole.hidden = false;
    },
    hide: () => (whole.hidden = true),
  };
}

/** A file that is chosen, or dropped on the section. */
function openFile(parent, section, read) {
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
