// The verdict table: rows that Python wrote, sorted and filtered without being rebuilt.

import { count, significant } from "./shared/numbers.js";
import { htmlNode } from "./shared/svg.js";
import { badge } from "./badge.js";
import { fillCard } from "./card.js";
import { aligned, columnText, compare } from "./columns.js";
import { shorten } from "./shared/shorten.js";

const FOLD = 200;
const FOUND = 20;

/**
 * Add sorting, filtering and choosing to the table.
 * @returns {{mark: () => void, refit: () => void, shown: () => object[]}} shows the chosen feature, another fit; what is
 *   found now, in order
 */
export function enlivenTable(section, features, state, choose, island) {
  const table = section.querySelector("table.verdicts");
  const body = table.tBodies[0];
  const rows = gatherRows(section, body);
  for (const [index, row] of rows) addTooltip(row.cells[0].querySelector("bdi"), features.get(index).name);
  const write = rowWriter(table, state, rows);
  const detail = htmlNode("tr", { class: "detail" },
    htmlNode("td", { colspan: table.tHead.rows[0].cells.length }, htmlNode("div", { class: "card" })));
  const sort = { key: null, direction: 1 };
  const controls = addControls(section, island, show);
  const caption = addCaption(table, state);
  let found = [];

  function show() {
    const words = controls.words();
    found = [...features.values()].filter(
      (feature) => controls.wants(state.fit.of(feature).word) && (!words || feature.name.toLowerCase().includes(words)));
    if (sort.key) found.sort((a, b) => compare(a, b, sort, state.fit));
    const shown = controls.all ? found : found.slice(0, FOLD);
    write(shown);
    body.replaceChildren(...shown.map((feature) => rows.get(feature.index)));
    const entry = shown.find((feature) => feature.index === state.chosen) ?? shown[0];
    for (const feature of shown) rows.get(feature.index).querySelector(".pick").tabIndex = feature === entry ? 0 : -1;
    controls.tell(found.length, features.size, shown.length);
    controls.unlisted.replaceChildren(...unlistedHits(island, words));
    mark();
  }

  function mark() {
    for (const row of body.querySelectorAll("tr.chosen")) row.classList.remove("chosen");
    const row = rows.get(state.chosen);
    row?.classList.add("chosen");
    if (state.inTable && row?.parentNode === body) {
      row.after(detail);
      fillCard(detail.querySelector(".card"), features.get(state.chosen), state);
    } else detail.remove();
  }

  function refit() {
    controls.offer(wordsOf(features, state.fit));
    caption();
    show();
  }

  addSorting(table, sort, show);
  addKeys(body, () => choose(state.chosen, false));
  refit();
  return { mark, refit, shown: () => found };
}

/** The words of all verdicts that occur in a fit. */
function wordsOf(features, fit) {
  return [...new Set([...features.values()].map((feature) => fit.of(feature).word))].sort();
}

/** What the numbers of the table are about. */
function addCaption(table, state) {
  const written = [...table.caption.childNodes];
  return () => {
    if (state.fit.isChosen) table.caption.replaceChildren(...written);
    else table.caption.replaceChildren(`The fit at alpha ${significant(state.fit.alpha)}, ` +
      "where the slider is. Reasons and proofs are those of the explained fit, so they are left out here.");
  };
}

/** Writes the numbers of a fit into rows, or puts back what Python wrote about the explained one. */
function rowWriter(table, state, rows) {
  const keys = [...table.tHead.rows[0].cells].map((head) => head.dataset.key);
  const written = new Map();
  return (shown) => {
    const column = (key) => aligned(shown.map((feature) => columnText(key, feature, state.fit)));
    const columns = keys.map((key, k) => (state.fit.isChosen || !key || k < 2 ? null : column(key)));
    shown.forEach((feature, place) => write(rows.get(feature.index), feature, columns.map((texts) => texts?.[place] ?? "")));
  };

  function write(row, feature, texts) {
    if (state.fit.isChosen && !written.has(row)) return;
    if (!written.has(row)) written.set(row, [...row.cells].map((cell) => [[...cell.childNodes], cell.className]));
    [...row.cells].forEach((cell, k) => {
      if (k === 0) return;
      const [before, look] = written.get(row)[k];
      cell.className = look;
      if (state.fit.isChosen) cell.replaceChildren(...before);
      else if (keys[k] === "verdict") {
        const shown = badge(state.fit.of(feature), state.symbols);
        cell.className = shown.className;
        cell.replaceChildren(...shown.childNodes);
      }
      else cell.textContent = texts[k];
    });
  }
}

/** Rows in view and behind the fold in one body; each name becomes a button. */
function gatherRows(section, body) {
  const fold = section.querySelector("details.fold");
  if (fold) {
    body.append(...fold.querySelectorAll("tbody tr"));
    fold.remove();
  }
  const rows = new Map([...body.rows].map((row) => [Number(row.dataset.i), row]));
  for (const row of rows.values()) {
    const pick = htmlNode("button", { type: "button", class: "pick", tabindex: "-1" });
    pick.append(...row.cells[0].childNodes);
    row.cells[0].append(pick);
  }
  return rows;
}

/** The whole name, where the table has room for a part of it. */
function addTooltip(node, name) {
  if (node.textContent !== name) node.title = shorten(name, 500);
}

/** Search by name, one box for each verdict, a count, and a button for what is folded. */
function addControls(section, island, changed) {
  const search = htmlNode("input", { type: "search", id: "find", autocomplete: "off", spellcheck: "false" });
  const told = htmlNode("output", { "aria-live": "polite" });
  const more = htmlNode("button", { type: "button", class: "plain" });
  const chips = htmlNode("div", { class: "chips", role: "group", "aria-label": "Show verdicts" });
  const unwanted = new Set();
  const controls = {
    all: false,
    unlisted: htmlNode("p", { class: "note" }),
    wants: (word) => !unwanted.has(word),
    words: () => search.value.trim().toLowerCase(),
    offer(words) {
      const offered = [...chips.querySelectorAll("input")].map((box) => box.value);
      if (offered.join("|") === words.join("|")) return;
      chips.replaceChildren(...words.map((word) => verdictBox(word, unwanted, changed)));
    },
    tell(found, total, shown) {
      told.textContent = `${count(found)} of ${count(total)} ${island.unlisted.name.length ? "listed features" : "features"}`;
      more.hidden = shown === found;
      more.textContent = `Show ${count(found - shown)} more`;
    },
  };
  search.addEventListener("input", changed);
  more.addEventListener("click", () => {
    controls.all = true;
    changed();
  });
  const scroll = section.querySelector(".scroll");
  scroll.before(htmlNode("div", { class: "controls" },
    htmlNode("label", { for: "find" }, "Find a feature", search), chips, told));
  scroll.after(more, controls.unlisted);
  return controls;
}

function verdictBox(word, unwanted, changed) {
  const box = htmlNode("input", { type: "checkbox", value: word });
  box.checked = !unwanted.has(word);
  box.addEventListener("change", () => {
    unwanted[box.checked ? "delete" : "add"](word);
    changed();
  });
  return htmlNode("label", {}, box, word);
}

/** A button beside each heading; the first press sorts numbers from the largest down. */
function addSorting(table, sort, changed) {
  const heads = [...table.tHead.querySelectorAll("th[data-key]")];
  for (const head of heads) {
    head.append(htmlNode("button", { type: "button", "aria-label": `Sort by ${head.textContent}` }));
    head.addEventListener("click", () => {
      const { key } = head.dataset;
      const first = key === "name" || key === "verdict" ? 1 : -1;
      Object.assign(sort, { key, direction: sort.key === key ? -sort.direction : first });
      for (const each of heads) each.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", sort.direction > 0 ? "ascending" : "descending");
      changed();
    });
  }
}

/** Arrow keys, Home and End walk along the names; Escape closes what is said in the table. */
function addKeys(body, close) {
  body.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    const pick = event.target.closest(".pick");
    if (!pick) return;
    const picks = [...body.querySelectorAll(".pick")];
    const here = picks.indexOf(pick);
    const goals = new Map([["ArrowDown", here + 1], ["ArrowUp", here - 1], ["Home", 0], ["End", picks.length - 1]]);
    const goal = picks[goals.get(event.key)];
    if (!goal) return;
    event.preventDefault();
    pick.tabIndex = -1;
    goal.tabIndex = 0;
    goal.focus();
  });
}

/** Features beyond the listed ones whose name contains the words. */
function unlistedHits(island, words) {
  const { name, verdict, pull, ratio } = island.unlisted;
  const hits = words ? name.flatMap((label, k) => (island.labels[label].toLowerCase().includes(words) ? [k] : [])) : [];
  if (!hits.length) return [];
  const told = hits.slice(0, FOUND).flatMap((k) => [
    htmlNode("bdi", {}, island.labels[name[k]]),
    ` (${island.verdicts[verdict[k]]}, pull ${significant(pull[k])}, pull / toll ${significant(ratio[k], 3)}); `,
  ]);
  const rest = hits.length > FOUND ? `and ${hits.length - FOUND} more` : "";
  return [`Also found among the features that are not listed (${hits.length}): `, ...told, rest];
}
