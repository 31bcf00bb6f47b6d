// JSON and tables of numbers that Python packed.

import { inflated } from "./inflate.js";

const PLANES = 6;

/** A packed text that is JSON. */
export async function unpackedJson(text) {
  return JSON.parse(new TextDecoder().decode(await inflated(text)));
}

/**
 * The rows of a table that `report/packed_numbers.py` wrote, one for each alpha; NaN is a number that is not known.
 * @param {Uint8Array} bytes the planes of this table alone
 * @param {number[]} alphas
 * @param {{weights: Float64Array[], tolls: number[]} | null} beside what pulls are predicted from
 * @returns {Float64Array[]}
 */
export function unpackedTable(bytes, alphas, columns, beside = null) {
  const size = alphas.length * columns;
  const rows = [];
  for (let k = 0; k < alphas.length; k += 1) {
    const row = predictions(rows, alphas, columns, beside);
    const words = new Uint32Array(row.buffer);
    for (let j = 0; j < columns; j += 1) {
      let folded = 0;
      for (let plane = 0; plane < PLANES; plane += 1) folded = folded * 256 + bytes[plane * size + j * alphas.length + k];
      const distance = folded % 2 ? -(folded + 1) / 2 : folded / 2;
      const leading = words[2 * j + 1] * 512 + (words[2 * j] >>> 23) + distance;
      words[2 * j + 1] = Math.floor(leading / 512);
      words[2 * j] = (leading % 512) * 2 ** 23;
    }
    rows.push(row);
  }
  return rows;
}

/** How many bytes a table takes. */
export function tableBytes(alphas, columns) {
  return PLANES * alphas.length * columns;
}

/** For the next row what the rows before it let expect, with the arithmetic of Python. */
function predictions(rows, alphas, columns, beside) {
  const k = rows.length;
  if (k === 0) return new Float64Array(columns);
  const share = (alphas[k] - alphas[k - 1]) / (alphas[k - 1] - alphas[k - 2]);
  const line = (last, before) => (k > 1 ? last + (last - before) * share : last);
  return rows[k - 1].map((last, j) => {
    const guess = line(last, rows[k - 2]?.[j]);
    return fromWeight(rows, alphas, j, line, beside) ?? (last === 0 || !Number.isFinite(guess) ? 0 : guess + 0);
  });
}

/** The toll and the predicted multiple of the weight, if there is one. */
function fromWeight(rows, alphas, j, line, beside) {
  const size = beside && Math.abs(beside.weights[rows.length][j]);
  if (!size) return null;
  const multiple = (k) => (rows[k]?.[j] - beside.tolls[j] * alphas[k]) / Math.abs(beside.weights[k]?.[j]);
  const last = multiple(rows.length - 1);
  const expected = line(last, multiple(rows.length - 2));
  const found = beside.tolls[j] * alphas[rows.length] + size * (Number.isFinite(expected) ? expected : last);
  return Number.isFinite(found) ? found : null;
}
