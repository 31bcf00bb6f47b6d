// Seeded random numbers: the same seed gives the same numbers in every browser.

/** Numbers in [0, 1) by the generator "mulberry32" of T. Ettinger (32 bits of state, public domain). */
export function uniforms(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Normal numbers, by the method of Box and Muller. */
export function normals(uniform) {
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** 0 .. n - 1 in a random order. */
export function shuffled(uniform, n) {
  const order = Array.from({ length: n }, (_, k) => k);
  for (let k = n - 1; k > 0; k -= 1) {
    const other = Math.floor(uniform() * (k + 1));
    [order[k], order[other]] = [order[other], order[k]];
  }
  return order;
}

/**
 * A regression of which five weights matter: neighbouring columns correlate by 0.5, weights 1, -1, 1, -1, 1, noise of size 1.
 * @returns {{columns: Float64Array[], y: Float64Array}}
 */
export function sparseRegression(uniform, rows, size) {
  const normal = normals(uniform);
  const columns = [];
  for (let j = 0; j < size; j += 1) {
    const fresh = Float64Array.from({ length: rows }, normal);
    columns.push(j === 0 ? fresh : fresh.map((x, i) => 0.5 * columns[j - 1][i] + Math.sqrt(0.75) * x));
  }
  const y = Float64Array.from({ length: rows }, normal);
  for (let j = 0; j < Math.min(5, size); j += 1)
    for (let i = 0; i < rows; i += 1) y[i] += (j % 2 ? -1 : 1) * columns[j][i];
  return { columns, y };
}
