// Exact numbers m 2^e with a whole m: every float is one, and sums and products stay exact.

/** @typedef {{m: bigint, e: number}} Dyadic */

/** @returns {Dyadic} */
export function dyadic(value) {
  if (value === 0) return { m: 0n, e: 0 };
  let e = 0;
  let m = value;
  while (!Number.isInteger(m)) {
    m *= 2;
    e -= 1;
  }
  return { m: BigInt(m), e };
}

/** @returns {Dyadic} */
export function add(a, b) {
  if (a.e > b.e) return add(b, a);
  return { m: a.m + (b.m << BigInt(b.e - a.e)), e: a.e };
}

/** @returns {Dyadic} */
export function times(a, b) {
  return { m: a.m * b.m, e: a.e + b.e };
}

/** @returns {Dyadic} */
export function minus(a) {
  return { m: -a.m, e: a.e };
}

/** @returns {Dyadic} */
export function size(a) {
  return a.m < 0n ? minus(a) : a;
}

/** -1, 0 or 1 as a is below, equal to or above b. */
export function compare(a, b) {
  const { m } = add(a, minus(b));
  return m < 0n ? -1 : m > 0n ? 1 : 0;
}

/** The nearest float, or nearly so. */
export function toFloat({ m, e }) {
  const bits = Math.max(0, m.toString(2).length - 60);
  return Number(m >> BigInt(bits)) * 2 ** (e + bits);
}
