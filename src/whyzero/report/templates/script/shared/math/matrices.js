// Small symmetric matrices as arrays of rows.

/** Rows of the lower factor, or null if the matrix is not safely positive definite. */
export function cholesky(matrix) {
  const factor = matrix.map((row) => new Float64Array(row.length));
  for (let i = 0; i < matrix.length; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = matrix[i][j];
      for (let k = 0; k < j; k += 1) sum -= factor[i][k] * factor[j][k];
      if (i > j) factor[i][j] = sum / factor[j][j];
      else if (sum > 1e-13 * matrix[i][i]) factor[i][i] = Math.sqrt(sum);
      else return null;
    }
  }
  return factor;
}

/** The x of matrix x = right, from the factor. */
export function choleskySolve(factor, right) {
  const x = Float64Array.from(right);
  for (let i = 0; i < x.length; i += 1) {
    for (let k = 0; k < i; k += 1) x[i] -= factor[i][k] * x[k];
    x[i] /= factor[i][i];
  }
  for (let i = x.length - 1; i >= 0; i -= 1) {
    for (let k = i + 1; k < x.length; k += 1) x[i] -= factor[k][i] * x[k];
    x[i] /= factor[i][i];
  }
  return x;
}

/**
 * The inverse and a bound on the error of its entries, or null: the residual of the computed inverse tells.
 * @returns {{inverse: Float64Array[], error: number} | null}
 */
export function checkedInverse(matrix) {
  const size = matrix.length;
  const factor = cholesky(matrix);
  if (!factor) return null;
  const inverse = matrix.map((_, j) => choleskySolve(factor, matrix.map((__, k) => (k === j ? 1 : 0))));
  let [residual, norm] = [0, 0];
  for (let i = 0; i < size; i += 1) {
    let [row, sum] = [0, 0];
    for (let j = 0; j < size; j += 1) {
      let [entry, magnitude] = [i === j ? -1 : 0, 1];
      for (let k = 0; k < size; k += 1) {
        entry += matrix[i][k] * inverse[k][j];
        magnitude += Math.abs(matrix[i][k] * inverse[k][j]);
      }
      row += Math.abs(entry) + magnitude * (size + 4) * 2 ** -52;
      sum += Math.abs(inverse[j][i]);
    }
    residual = Math.max(residual, row);
    norm = Math.max(norm, sum);
  }
  return residual < 1e-3 ? { inverse, error: (norm * residual) / (1 - residual) } : null;
}
