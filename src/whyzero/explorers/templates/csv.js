// Delimited text with strict rules: nothing is guessed that could lose a row in silence.

export const LIMITS = { characters: 20e6, rows: 20000, columns: 300, field: 20000 };
const DELIMITERS = [",", ";", "\t", "|"];

/** What is wrong with a file, in words for its owner. */
export class TableError extends Error {}

/**
 * The header and the rows of delimited text, by RFC 4180; the delimiter is the one of the header line.
 * @param {string} text
 * @returns {{header: string[], rows: string[][], delimiter: string}}
 */
export function parseTable(text) {
  if (text.length > LIMITS.characters) throw new TableError(`The file is longer than ${LIMITS.characters / 1e6} million characters; use whyzero fit for it.`);
  const whole = text.startsWith("\ufeff") ? text.slice(1) : text;
  if (whole.trim() === "") throw new TableError("The file is empty.");
  const delimiter = delimiterOf(whole);
  const records = readRecords(whole, delimiter);
  const header = records.shift().fields;
  if (header.length < 2) throw new TableError("The first line has one column only; columns are told apart by a comma, a semicolon, a tab or a bar.");
  if (header.length > LIMITS.columns) throw new TableError(`The file has ${header.length} columns; this page takes up to ${LIMITS.columns}.`);
  for (const { fields, line } of records)
    if (fields.length !== header.length)
      throw new TableError(`Line ${line} has ${fields.length} ${fields.length === 1 ? "value" : "values"}, the first line has ${header.length} names.`);
  if (!records.length) throw new TableError("The file has a line of names and no rows.");
  return { header, rows: records.map(({ fields }) => fields), delimiter };
}

/** The delimiter that occurs most often in the first line, outside quotes. */
function delimiterOf(text) {
  const counts = new Map(DELIMITERS.map((mark) => [mark, 0]));
  let quoted = false;
  for (let k = 0; k < text.length && (quoted || (text[k] !== "\n" && text[k] !== "\r")); k += 1) {
    if (text[k] === '"') quoted = !quoted;
    else if (!quoted && counts.has(text[k])) counts.set(text[k], counts.get(text[k]) + 1);
  }
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}

/** All records with the line on which each begins; blank lines are no records. */
function readRecords(text, delimiter) {
  const records = [];
  const at = { place: 0, line: 1 };
  while (at.place < text.length) {
    const line = at.line;
    const fields = readRecord(text, delimiter, at);
    if (fields.length > 1 || fields[0] !== "") records.push({ fields, line });
    if (records.length > LIMITS.rows + 1) throw new TableError(`The file has more than ${LIMITS.rows} rows; this page takes up to that many.`);
  }
  return records;
}

function readRecord(text, delimiter, at) {
  const fields = [];
  for (;;) {
    fields.push(text[at.place] === '"' ? readQuoted(text, delimiter, at) : readPlain(text, delimiter, at));
    if (fields.length > LIMITS.columns + 1) throw new TableError(`Line ${at.line} has more than ${LIMITS.columns} columns.`);
    if (text[at.place] !== delimiter) break;
    at.place += 1;
  }
  if (text[at.place] === "\r") at.place += 1;
  if (text[at.place] === "\n") at.place += 1;
  at.line += 1;
  return fields;
}

function readPlain(text, delimiter, at) {
  const start = at.place;
  while (at.place < text.length && text[at.place] !== delimiter && text[at.place] !== "\n" && text[at.place] !== "\r") at.place += 1;
  return checkedField(text.slice(start, at.place), at);
}

/** A quoted field; a doubled quote is one quote. */
function readQuoted(text, delimiter, at) {
  const opened = at.line;
  let value = "";
  at.place += 1;
  for (;;) {
    const end = text.indexOf('"', at.place);
    if (end < 0) throw new TableError(`A quote that begins on line ${opened} never ends.`);
    const part = text.slice(at.place, end);
    value += part;
    at.line += (part.match(/\r\n|\r|\n/g) ?? []).length;
    at.place = end + 1;
    if (text[at.place] !== '"') break;
    value += '"';
    at.place += 1;
  }
  const next = text[at.place];
  if (next !== undefined && next !== delimiter && next !== "\n" && next !== "\r")
    throw new TableError(`Line ${at.line} has text after a closing quote; a quote within quotes must be doubled.`);
  return checkedField(value, at);
}

function checkedField(value, at) {
  if (value.length > LIMITS.field) throw new TableError(`A value on line ${at.line} is longer than ${LIMITS.field} characters.`);
  return value;
}
