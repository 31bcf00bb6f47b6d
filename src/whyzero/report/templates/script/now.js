// What can be said about a weight in a fit that is not the explained one: numbers, and how sure they are.

import { significant, apart } from "./shared/numbers.js";
import { htmlNode } from "./shared/svg.js";
import { shorten } from "./shared/shorten.js";

const NEAR = 1e-4;

/**
 * The sentence as nodes.
 * @param {import("./fits.js").Standing} standing
 */
export function nowSentence(feature, standing, fit, state) {
  const name = htmlNode("bdi", { class: "quoted" }, shorten(feature.name, 80));
  const words = [whereItStands(standing), because(standing), beside(standing, state), sure(feature, standing, fit)];
  return [`At alpha ${significant(fit.alpha)}, `, name, ` ${words.filter(Boolean).join(" ")}`];
}

function whereItStands({ weight, zero }) {
  return zero ? "is exactly zero." : `is not zero: its weight is ${significant(weight)}.`;
}

function because({ pull, toll, zero, word }) {
  if (word === "zero, structural") return "Its column never varies, or is excluded: it is zero at every alpha.";
  if (zero && pull < 0) return `The data pull it downwards with ${significant(-pull)}, and no weight may be negative.`;
  if (word === "non-zero, unpenalised" || toll === 0) return "It pays no toll, so any pull moves it.";
  if (toll === null) return "";
  if (pull === null) return zero ? `Its toll is ${significant(toll)}.` : `So the data pull on it harder than its toll, ${significant(toll)}.`;
  if ((pull <= toll) === zero)
    return `The data pull on it with ${apart(pull, toll)}, ${zero ? "no more" : "more"} than its toll of ${apart(toll, pull)}.`;
  const near = Math.abs(pull / toll - 1) < NEAR;
  return `Its pull, ${apart(pull, toll)}, and its toll, ${apart(toll, pull)}, ${near ? "agree to the accuracy of this fit" : "do not settle it"}.`;
}

function beside({ partnerWeight }, state) {
  return partnerWeight === null ? "" : `Under ${state.partner}, in the fit beside it, the weight is ${significant(partnerWeight)}.`;
}

function sure(feature, { word }, fit) {
  const interval = fit.zeroInterval(feature);
  if (interval) {
    const [high, low] = interval;
    return `Proved: it is zero for every alpha from ${low} ${high === null ? "upwards" : `to ${high}`}.`;
  }
  if (word.endsWith("proved")) return "That is proved at this alpha.";
  if (!word.endsWith("computed")) return "";
  return "That is computed, not proved: a certificate exists for the explained fit alone.";
}
