// Where the pulls went at another alpha than the explained one. For the squared loss that follows from the covariances.

const MOST_STEPS = 5;
const NEGLIGIBLE = 1e-9;

/** The accounts of all features (whyzero/explanations/linear_account.py). */
export class Accounts {
  /** @param {Uint8Array} bytes the null pulls, the covariances above the diagonal, row by row, then the diagonal */
  constructor({ size, per_sd: perSd }, bytes) {
    const numbers = new Float64Array(bytes.slice().buffer);
    this.size = size;
    this.perSd = perSd;
    this.pulls = numbers.subarray(0, size);
    this.upper = numbers.subarray(size, (size * (size + 1)) / 2);
    this.diagonal = numbers.subarray((size * (size + 1)) / 2);
  }

  covariance(j, k) {
    const [row, column] = j < k ? [j, k] : [k, j];
    return this.upper[(row * (2 * this.size - row - 1)) / 2 + column - row - 1];
  }

  /**
   * The account of the pull on a feature, as `_waterfall` makes it in Python, its labels being features. It ends at the pull
   * that is known, without the rounding of a sum.
   * @param {number | null} pull
   */
  of({ index: j }, { fits: { fit: grid }, position }, pull) {
    const row = grid.weights[position];
    const side = this.pulls[j] < 0 ? -1 : 1;
    const start = Math.abs(this.pulls[j]);
    const changes = grid.index.flatMap((k, place) => {
      if (k === j || row[place] === 0) return [];
      const weight = this.perSd ? row[place] : row[place] / (grid.sd[place] || 1);
      return [{ feature: k, amount: -side * this.covariance(j, k) * weight }];
    });
    const sum = (some) => some.reduce((total, { amount }) => total + amount, 0);
    const final = start + sum(changes);
    const floor = NEGLIGIBLE * Math.max(start, Math.abs(final), ...changes.map(({ amount }) => Math.abs(amount)));
    const sorted = changes.sort((a, b) => Math.abs(b.amount) - Math.abs(a.amount));
    const shown = sorted.slice(0, MOST_STEPS).filter(({ amount }) => Math.abs(amount) > floor).length;
    return { start, steps: sorted.slice(0, shown), others: sum(sorted.slice(shown)), final: pull === null ? final : Math.sign(final) * pull,
      towards: side };
  }
}
