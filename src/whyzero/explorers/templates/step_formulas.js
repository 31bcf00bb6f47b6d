// Where the steps of one weight go, in formulas: the data pull it with g, the penalty holds alpha > |g|, so 0 is best.

/** The step at which shrinking and clipping puts a weight of this size to zero; what rounding adds to a whole number does not count. */
export function landing(size, step, alpha, g = 0) {
  return Math.ceil((size / (step * (alpha - g))) * (1 - 1e-14));
}

/** The weight after k steps under L2: its distance from the best one, g / alpha, shrinks by the same factor each time. */
export function ridgeAfter(k, size, step, alpha, g) {
  const best = g / alpha;
  return best + (size - best) / (1 + step * alpha) ** k;
}

/**
 * Where a weight stays once it has crossed zero, if every step adds its row's pull and takes alpha sign(w): a step
 * across zero from the right begins above 0 and goes left by at most step (alpha - the least pull).
 * @param {number[]} pulls of the rows, all between -alpha and alpha
 */
export function hoppingBand(pulls, step, alpha) {
  return [-step * (alpha - Math.min(...pulls)), step * (alpha + Math.max(...pulls))];
}

/**
 * The same for Adam. Right of zero the slope is p = alpha - g, left of it -q = -(alpha + g); its mean square is at least
 * min(p, q)². The step that crosses to the left has a mean slope of at most p, and k steps later the mean is at most
 * decay^k p - (1 - decay^k) q: as long as that is positive the weight goes on to the left.
 */
export function adamBand(g, step, alpha, decay) {
  const [p, q] = [alpha - g, alpha + g];
  const reach = (before, after) => {
    let [sum, left] = [before, decay];
    for (; left * before > (1 - left) * after; left *= decay) sum += left * before - (1 - left) * after;
    return (step * sum) / Math.min(p, q);
  };
  return [-reach(p, q), reach(q, p)];
}
