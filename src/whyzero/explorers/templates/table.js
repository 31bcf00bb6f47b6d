// From a table of texts to numbers: what is predicted, which columns are used, and what was left out.

import { TableError } from "./csv.js";
import { count } from "./shared/numbers.js";
import { visible } from "./shared/names.js";
import { shorten } from "./shared/shorten.js";

export const CELLS = 100_000;
const LEVELS = 12;
const FEATURES = 100;
const MISSING = new Set(["", "na", "n/a", "nan", "?", "null", "#n/a", "<na>"]);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/;
const THOUSANDS = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/;

/**
 * Numbers ready for a fit.
 * @typedef {{title: string, names: string[], columns: number[][], y: number[], target: string, loss: "squared" | "logistic",
 *   classes: string[] | null, notes: string[]}} DataSet
 */

function quoted(name) {
  return `\u201c${shorten(visible(name), 40)}\u201d`;
}

function isMissing(text) {
  return MISSING.has(text.trim().toLowerCase());
}

/** The number that a text writes: a comma is for thousands where commas separate columns, else for decimals. */
function numberOf(text, delimiter) {
  if (NUMBER.test(text)) return Number(text);
  if (delimiter === ",") return THOUSANDS.test(text) ? Number(text.replaceAll(",", "")) : NaN;
  return DECIMAL_COMMA.test(text) ? Number(text.replace(",", ".")) : NaN;
}

/** The numbers of a column, NaN where a value is missing, or null if it holds text. */
function asNumbers(texts, delimiter) {
  const values = [];
  for (const text of texts) {
    const value = isMissing(text) ? null : numberOf(text.trim(), delimiter);
    if (value !== null && !Number.isFinite(value)) return null;
    values.push(value ?? NaN);
  }
  return values;
}

/**
 * The data set that predicts one column from the others.
 * @param {{header: string[], rows: string[][], delimiter: string}} table
 * @param {number} target index of the column to be predicted
 * @returns {DataSet}
 */
export function toDataSet(table, target, title) {
  const texts = table.header.map((_, k) => table.rows.map((row) => row[k]));
  const notes = [];
  const used = usedColumns(table, texts, target, notes);
  const commas = [...used.filter(({ numbers }) => numbers).map((column) => column.texts), texts[target]].flat().find((text) => !isMissing(text) && text.includes(",") && Number.isFinite(numberOf(text.trim(), table.delimiter)));
  if (commas) notes.push(`${quoted(commas.trim())} was read as ${numberOf(commas.trim(), table.delimiter)}, and so were others with ${table.delimiter === "," ? "commas between thousands" : "decimal commas"}.`);
  const kept = texts[target].map((text, i) => !isMissing(text) && used.every(({ texts: column }) => !isMissing(column[i])));
  const rows = kept.flatMap((keep, i) => (keep ? [i] : []));
  if (rows.length < table.rows.length) notes.push(`${count(table.rows.length - rows.length)} of ${count(table.rows.length)} rows have a missing value and were left out; whyzero fit keeps those whose target is known, and adds a column that marks what is missing.`);
  if (rows.length < 5) throw new TableError(`Only ${rows.length === 1 ? "1 row has" : `${rows.length} rows have`} all values; at least 5 are needed.`);
  const predicted = targetOf(rows.map((i) => texts[target][i]), table.header[target], table.delimiter);
  const encoded = used.flatMap(({ name, texts: column, numbers }) =>
    numbers ? [{ name, values: rows.map((i) => numbers[i]) }] : levelColumns(name, rows.map((i) => column[i])));
  if (!encoded.length) throw new TableError("No column is left to predict with.");
  if (encoded.length > FEATURES || encoded.length * rows.length > CELLS)
    throw new TableError(`${count(rows.length)} rows of ${encoded.length} features are too many for this page (${FEATURES} features, ${count(CELLS)} numbers); use whyzero fit.`);
  return { title, names: encoded.map(({ name }) => name), columns: encoded.map(({ values }) => values), target: table.header[target], notes, ...predicted };
}

function usedColumns(table, texts, target, notes) {
  const used = [];
  table.header.forEach((name, k) => {
    if (k === target) return;
    const numbers = asNumbers(texts[k], table.delimiter);
    const present = texts[k].filter((text) => !isMissing(text));
    const levels = new Set(present.map((text) => text.trim()));
    if (!present.length) notes.push(`${quoted(name)} is empty and was left out.`);
    else if (!numbers && levels.size > LEVELS) notes.push(`${quoted(name)} has ${count(levels.size)} different texts and was left out; up to ${LEVELS} are used.`);
    else used.push({ name, texts: texts[k], numbers });
  });
  return used;
}

/** One column of 0 and 1 for every level but the most frequent. */
function levelColumns(name, texts) {
  const counts = new Map();
  for (const text of texts) counts.set(text.trim(), (counts.get(text.trim()) ?? 0) + 1);
  const order = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a) || (a < b ? -1 : 1));
  return order.slice(1).map((level) => ({ name: `${name} = ${level}`, values: texts.map((text) => (text.trim() === level ? 1 : 0)) }));
}

/** Two different values make a yes-or-no question; otherwise the target must hold numbers. */
function targetOf(texts, name, delimiter) {
  const numbers = asNumbers(texts, delimiter);
  const levels = [...new Set(texts.map((text) => text.trim()))];
  if (levels.length < 2) throw new TableError(`${quoted(name)} has the same value in every row, so there is nothing to predict.`);
  if (levels.length === 2) {
    const order = numbers ? levels.sort((a, b) => numberOf(a, delimiter) - numberOf(b, delimiter)) : levels.sort();
    return { y: texts.map((text) => (text.trim() === order[1] ? 1 : 0)), loss: "logistic", classes: order };
  }
  if (!numbers) throw new TableError(`${quoted(name)} has ${count(levels.length)} different texts; choose a column of numbers, or one with two values.`);
  return { y: numbers, loss: "squared", classes: null };
}
