// The explorer: every panel finds its section by name and fills it.

import { mountBet, mountExactlyZero } from "./bet.js";
import { mountBowls } from "./bowls.js";
import { mountData } from "./data_panel.js";
import { mountFalseZeros } from "./false_zeros.js";
import { mountGuess } from "./guess.js";
import { mountOneWeight } from "./one_weight.js";
import { mountPriors } from "./priors.js";
import { mountProof } from "./proof.js";
import { mountQuiz } from "./quiz.js";
import { mountSteps } from "./steps.js";
import { mountTwoWeights } from "./two_weights.js";
import { unpackedJson } from "./packed.js";

/**
 * Bring the explorer in `root` to life.
 * @param {Document | ShadowRoot | HTMLElement} root
 */
export function start(root) {
  const section = (name) => root.querySelector(`[data-panel="${name}"]`);
  const guess = mountGuess(section("guess"));
  mountOneWeight(section("one-weight"));
  mountTwoWeights(section("two-weights"));
  mountBowls(section("bowls"));
  mountSteps(section("steps"));
  mountExactlyZero(section("exactly-zero"));
  mountBet(section("bet"), guess);
  mountFalseZeros(section("false-zeros"));
  mountPriors(section("priors"));
  mountProof(section("proof"));
  mountQuiz(section("quiz"));
  unpackedJson(root.querySelector(".explorer-data").textContent).then((given) => mountData(section("data"), given));
}
