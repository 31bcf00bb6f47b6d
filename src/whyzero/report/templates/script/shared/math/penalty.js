// The penalty alpha (rho |w| + (1 - rho) w² / 2): rho = 1 is L1, 0 is L2. Equations of docs/math.md.

/** @typedef {{alpha: number, l1Ratio: number}} Penalty */

/** What the penalty takes for the first step away from zero, per unit of weight. */
export function tollOf({ alpha, l1Ratio }) {
  return alpha * l1Ratio;
}

/** z moved towards zero by the toll, and not across it. */
export function softThreshold(z, toll) {
  if (z > toll) return z - toll;
  return z < -toll ? z + toll : 0;
}

/** The weight that minimises (w - v)² / (2 length) + penalty(w). */
export function proximal(v, length, penalty) {
  return softThreshold(v, length * tollOf(penalty)) / (1 + length * bendOf(penalty));
}

/** The curvature of the penalty away from zero. */
export function bendOf({ alpha, l1Ratio }) {
  return alpha * (1 - l1Ratio);
}

/** The penalty of all weights together. */
export function penaltyValue(weights, penalty) {
  let [sum, squares] = [0, 0];
  for (const w of weights) {
    sum += Math.abs(w);
    squares += w * w;
  }
  return tollOf(penalty) * sum + (bendOf(penalty) * squares) / 2;
}

/** The part of the duality gap that belongs to one weight and its slope c of the loss; never negative, if |c| <= toll or L2 is in it. */
export function weightGap(w, c, penalty) {
  const [toll, bend] = [tollOf(penalty), bendOf(penalty)];
  const over = Math.max(Math.abs(c) - toll, 0);
  if (bend === 0) return toll * Math.abs(w) + c * w;
  // With u the weight that c asks for, what is left is bend (w - u)² / 2 plus the slack of the toll on w.
  const u = -Math.sign(c) * (over / bend);
  const slack = toll * Math.abs(w) + Math.sign(c) * Math.min(Math.abs(c), toll) * w;
  return slack + (bend * (w - u) ** 2) / 2;
}
