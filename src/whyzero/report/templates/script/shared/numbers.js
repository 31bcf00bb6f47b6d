// Numbers as people read them: the same texts as whyzero/report/number_format.py writes.

export const MISSING_NUMBER = "\u2013";
const MINUS = "\u2212";
const NO_BREAK_SPACE = "\u00a0";
const EXACT_DIGITS = 60;

/** `10⁻³` for -3. */
export function powerOfTen(exponent) {
  return `10${String(exponent).replace(/[-\d]/g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)])}`;
}

/**
 * So many significant digits; powers of ten outside [1e-4, 1e7), so that nothing but zero reads as zero.
 * @param {number | null | undefined} value
 */
export function significant(value, digits = 4) {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING_NUMBER;
  if (value === 0) return "0";
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : "";
  const [mantissa, power] = exponential(size, digits - 1).split("e");
  if (size < 1e-4 || size >= 1e7) return `${sign}${mantissa}×${powerOfTen(Number(power))}`;
  return sign + fixed(size, Math.max(0, digits - 1 - Number(power)));
}

/** The same without zeros at the end: for settings and headings. */
export function trimmed(value, digits = 4) {
  const [text, ...power] = significant(value, digits).split("×");
  return [text.includes(".") ? text.replace(/\.?0+$/, "") : text, ...power].join("×");
}

/** `value` with so many more digits that it reads differently from `reference`, unless they are equal. */
export function apart(value, reference, digits = 4) {
  let text = significant(value, digits);
  for (let more = digits; value !== reference && more < 17 && text === significant(reference, more); more += 1)
    text = significant(value, more + 1);
  return text;
}

/** A count with commas between thousands. */
export function count(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A share as a percentage. */
export function percent(share, digits = 3) {
  const text = significant(share === null || share === undefined ? share : 100 * share, digits);
  return text === MISSING_NUMBER ? text : `${text}${NO_BREAK_SPACE}%`;
}

/** Fixed decimals with a real minus sign; what rounds to zero is written without one. */
export function decimals(value, places) {
  const text = fixed(Math.abs(value), places);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** `toFixed`, but a number half way between two texts takes the even one, as in Python. */
function fixed(size, places) {
  return halfEven(size.toFixed(places), size, (text) => Number(text) > size, () => (size - 10 ** -places / 2).toFixed(places));
}

function exponential(size, places) {
  const text = size.toExponential(places);
  const step = 10 ** (Number(text.split("e")[1]) - places);
  return halfEven(text, size, (rounded) => Number(rounded) > size, () => (size - step / 4).toExponential(places));
}

/** JavaScript rounds a tie up; `lower` is the other neighbour, taken where the last digit would be odd. */
function halfEven(text, size, roundedUp, lower) {
  const digits = text.split("e")[0];
  const odd = "13579".includes(digits.at(-1));
  return odd && roundedUp(text) && isTie(digits, size) ? lower() : text;
}

/** Whether the exact value ends in a 5 just behind the digits that are shown. */
function isTie(digits, size) {
  const shown = digits.replace(".", "").replace(/^0+/, "").length;
  const all = size.toExponential(EXACT_DIGITS).split("e")[0].replace(".", "").replace(/0+$/, "");
  return all.endsWith("5") && (all.length === shown + 1 || all.length === shown);
}
