// Long names, cut where they tell least (whyzero/report/names.py in JavaScript).

const LEAST_COLUMN = 3;

/**
 * At most `limit` characters of a visible text; what is cut, is cut in the middle, because long names often differ at the end.
 * Of `column=level` the column gives way first: the level tells the columns of one category apart.
 */
export function shorten(text, limit) {
  const letters = [...text];
  if (letters.length <= limit) return text;
  const sign = letters.indexOf("=");
  if (sign < LEAST_COLUMN || sign === letters.length - 1) return cut(letters, limit);
  const [column, level] = [letters.slice(0, sign), letters.slice(sign)];
  const room = limit - 1 - level.length;
  return room >= 0 ? `${column.slice(0, room).join("").trimEnd()}…${level.join("")}` : `…${cut(level, limit - 1)}`;
}

function cut(letters, limit) {
  const tail = Math.floor((2 * (limit - 1)) / 5);
  return `${letters.slice(0, limit - 1 - tail).join("").trimEnd()}…${letters.slice(letters.length - tail).join("").trimStart()}`;
}
