// The table as a file, and the fit as a command to be pasted.

import { columnValue } from "./columns.js";

const HEADINGS = ["feature", "alpha", "verdict", "weight", "weight_std", "pull", "toll", "pull_alone", "enters_at_alpha", "partner_weight"];
const KEYS = ["coef", "coef_std", "pull", "toll", "null_pull", "alpha_enter", "partner_coef"];

/** The features as CSV (RFC 4180); no cell is a formula to a spreadsheet. */
export function csv(features, fit) {
  const rows = features.map((feature) =>
    [textCell(feature.raw), fit.alpha, textCell(fit.of(feature).word), ...KEYS.map((key) => columnValue(key, feature, fit) ?? "")]);
  return [HEADINGS, ...rows].map((cells) => `${cells.join(",")}\r\n`).join("");
}

/** A text that a spreadsheet takes for a formula, full-width signs and hidden characters before it included, gets an apostrophe. */
export function textCell(text) {
  const safe = /^[\s\p{C}]*[=+\-@|%＝＋－＠｜％]|^[\t\r]/u.test(text) ? `'${text}` : text;
  return /[",\r\n']|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The fit at an alpha in Python. */
export function asPython(call, alpha, name) {
  const options = Object.entries(call.python).map(([key, value]) => `, ${key}=${value}`).join("");
  return [
    "import whyzero as wz",
    "",
    "# X: a data frame with the columns of this report, y: the target; weights and offsets as in the fit, if it had any",
    `fit = wz.fit(X, y, alpha=${alpha}${options})`,
    "explanation = wz.explain(fit)",
    `print(explanation.why(${pythonText(name)}))`,
    "",
  ].join("\n");
}

/** The same on the command line. */
export function asCommand(call, alpha, name) {
  const target = call.target === null ? "" : ` --target ${shellText(call.target)}`;
  const fit = `whyzero fit DATA${target} --alpha ${alpha}${call.command} --out RUN`;
  return `${fit}\nwhyzero why RUN --feature ${shellText(name)}\n`;
}

/** A Python literal: what could hide or reorder text is escaped. */
export function pythonText(text) {
  return `"${escaped(text, { '"': '\\"', "\\": "\\\\" })}"`;
}

/** A word of a POSIX shell; with hidden characters in the form of bash and zsh. */
export function shellText(text) {
  if (!HIDDEN.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  return `$'${escaped(text, { "'": "\\'", "\\": "\\\\" })}'`;
}

const HIDDEN = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

function escaped(text, special) {
  return [...text].map((character) => {
    if (special[character]) return special[character];
    if (!HIDDEN.test(character)) return character;
    const code = character.codePointAt(0).toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
  }).join("");
}
