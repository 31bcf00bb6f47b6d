// The columns of the verdict table at any fit: what is sorted, shown and saved.

import { MISSING_NUMBER, apart, significant } from "./shared/numbers.js";

/** From where a weight stands to the number of a column. */
const VALUES = new Map([
  ["coef", ({ standing }) => standing.weight],
  ["coef_std", ({ standing }) => standing.weightStd],
  ["pull", ({ standing }) => standing.pull],
  ["toll", ({ standing }) => standing.toll],
  ["ratio", ({ standing: { pull, toll } }) => (pull === null || !toll ? null : pull / toll)],
  ["partner_coef", ({ standing }) => standing.partnerWeight],
  ["null_pull", ({ feature }) => feature.values.get("null_pull") ?? null],
  ["alpha_enter", ({ feature }) => feature.values.get("alpha_enter") ?? null],
]);

/** A number of a feature in a fit. */
export function columnValue(key, feature, fit) {
  return VALUES.get(key)({ feature, standing: fit.of(feature) });
}

/** The same as text: pull and toll with so many digits that they read differently. */
export function columnText(key, feature, fit) {
  const value = columnValue(key, feature, fit);
  if (key === "pull") return apart(value, columnValue("toll", feature, fit));
  if (key === "toll") return apart(value, columnValue("pull", feature, fit));
  if (key === "ratio") return apart(value, 1);
  return significant(value);
}

/** A column of numbers padded with spaces as wide as a digit, so that decimal points line up; as `aligned` in Python. */
export function aligned(texts) {
  const isPlain = (text) => text !== MISSING_NUMBER && !text.includes("×");
  const places = (text) => text.split(".")[1]?.length ?? 0;
  const most = Math.max(0, ...texts.filter(isPlain).map(places));
  const padded = (text) => text + (text.includes(".") ? "" : "\u2008") + "\u2007".repeat(most - places(text));
  return texts.map((text) => (most && isPlain(text) ? padded(text) : text));
}

/** Order of two features by a key; what is missing comes last in both directions, ties keep the order of the page. */
export function compare(a, b, { key, direction }, fit) {
  if (key === "name") return direction * a.name.localeCompare(b.name) || a.place - b.place;
  if (key === "verdict") return direction * fit.of(a).word.localeCompare(fit.of(b).word) || a.place - b.place;
  const [left, right] = [columnValue(key, a, fit), columnValue(key, b, fit)];
  if (left === null || right === null) return (left === null) - (right === null) || a.place - b.place;
  return direction * (left - right) || a.place - b.place;
}
