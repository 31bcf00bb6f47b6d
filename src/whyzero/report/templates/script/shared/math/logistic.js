// The logistic loss log(1 + exp(eta)) - y eta of one row with y = 0 or 1.

/** 1 / (1 + exp(-eta)). */
export function sigmoid(eta) {
  if (eta >= 0) return 1 / (1 + Math.exp(-eta));
  const e = Math.exp(eta);
  return e / (1 + e);
}

/** x - log(1 + x), which is never negative. */
function beyondLogarithm(x) {
  if (Math.abs(x) > 0.2) return x - Math.log1p(x);
  let [sum, power] = [0, x];
  for (let k = 2; k < 40; k += 1) {
    power *= -x;
    sum -= power / k;
    if (Math.abs(power) < 1e-18 * Math.abs(sum)) break;
  }
  return sum;
}

/** The divergence of the chance `mu` from that of `eta`, as a sum of two terms that are not negative. */
function divergence(mu, eta) {
  const [chance, other] = [sigmoid(eta), sigmoid(-eta)];
  if (mu <= 0) return -Math.log1p(-chance);
  if (mu >= 1) return -Math.log1p(-other);
  const d = eta > 0 ? other - (1 - mu) : mu - chance;
  return mu * beyondLogarithm(-d / mu) + (1 - mu) * beyondLogarithm(d / (1 - mu));
}

/** @type {import("./squared.js").Loss} */
export const logistic = {
  name: "logistic",
  strength: 4,
  value: (y, eta) => Math.max(eta, 0) + Math.log1p(Math.exp(-Math.abs(eta))) - y * eta,
  slope: (y, eta) => (y === 1 ? -sigmoid(-eta) : sigmoid(eta)),
  bend: (y, eta) => sigmoid(eta) * sigmoid(-eta),
  gap: (y, eta, v, doubt) => {
    const mu = Math.min(Math.max(y + v, 0), 1);
    return divergence(mu, eta) + Math.abs(sigmoid(eta) - mu) * doubt + doubt ** 2 / 8;
  },
  start: (mean) => Math.log(mean / (1 - mean)),
};
