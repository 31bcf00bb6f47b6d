// The sign test (whyzero.explanations.resamples.sign_test).

/** How probable a result at least as lopsided is if each trial is as likely to be a win as a loss. */
export function signTest(wins, losses) {
  const trials = wins + losses;
  let [tail, ways] = [0, 1];
  for (let k = trials; k >= Math.max(wins, losses); k -= 1) {
    tail += ways;
    ways = (ways * k) / (trials - k + 1);
  }
  return Math.min(1, 2 * tail * 2 ** -trials);
}
