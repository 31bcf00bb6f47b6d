// Where the data of panel 4 come from: the page itself, or the reader's own file, which is sent nowhere.

import { LIMITS, TableError, parseTable } from "./csv.js";
import { choice, freshId } from "./parts.js";
import { visible } from "./shared/names.js";
import { shorten } from "./shared/shorten.js";
import { htmlNode } from "./shared/svg.js";
import { toDataSet } from "./table.js";

/**
 * Controls for the source; `load` gets every data set that is chosen.
 * @param {HTMLElement} section
 * @param {HTMLElement} controls where the list of columns to be predicted goes
 * @returns {() => void} shows the first of the given data sets
 */
export function mountSources(section, controls, given, load) {
  const trouble = section.querySelector(".trouble");
  const place = section.querySelector(".file");
  let table = null;
  let shown = null;
  const show = (data) => {
    load(data);
    shown = data;
  };
  const attempt = (work) => {
    trouble.hidden = true;
    try {
      work();
    } catch (error) {
      if (!(error instanceof TableError)) throw error;
      const kept = shown ? ` The page still shows \u201c${shorten(visible(shown.title), 40)}\u201d, predicting \u201c${shorten(visible(shown.target), 40)}\u201d.` : "";
      trouble.textContent = error.message + kept;
      trouble.hidden = false;
    }
  };
  const predict = ({ parsed, title }, k) => show({ ...toDataSet(parsed, k, title), alpha: null });
  const target = targetChoice(controls, (k) => attempt(() => {
    target.select(table.chosen); // until the other column is known to be usable
    predict(table, k);
    table.chosen = k;
    target.select(k);
  }));
  openFile(place, section, (text, title) => attempt(() => {
    const opened = { parsed: parseTable(text), title };
    opened.chosen = lastUsable(opened.parsed.header.length, (k) => predict(opened, k));
    table = opened;
    target.offer(table.parsed.header, table.chosen);
  }));
  const brought = choice(place, {
    label: "or look at", options: given.map(({ title }, k) => [k, shorten(visible(title), 60)]), value: "0",
    input: (k) => attempt(() => {
      show(given[Number(k)]);
      target.hide();
    }),
  });
  brought.whole.hidden = given.length < 2;
  return () => attempt(() => show(given[0]));
}

/** The last of so many columns that `predict` takes; if there is none, what is wrong with the last. */
function lastUsable(columns, predict) {
  let wrong = null;
  for (let k = columns - 1; k >= 0; k -= 1) {
    try {
      predict(k);
      return k;
    } catch (error) {
      if (!(error instanceof TableError)) throw error;
      wrong ??= error;
    }
  }
  throw wrong;
}

/** The list of columns to be predicted; it appears with a file of the reader's own. */
function targetChoice(parent, chosen) {
  const { whole, list } = choice(parent, { label: "Predict", options: [], value: "", input: (value) => chosen(Number(value)) });
  whole.hidden = true;
  return {
    offer: (header, index) => {
      list.replaceChildren(...header.map((name, k) => htmlNode("option", { value: k }, shorten(visible(name), 60))));
      list.value = String(index);
      whole.hidden = false;
    },
    select: (index) => (list.value = String(index)),
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
