// The words of the panel "Your data".

import { apart, significant, trimmed } from "./shared/numbers.js";
import { nameNode } from "./shared/names.js";
import { strong } from "./parts.js";

const SYMBOLS = new Map([
  ["zero, proved", ["○", "zero"]], ["zero, structural", ["⊘", "structural"]], ["non-zero, proved", ["●", "nonzero"]], ["open", ["?", "open"]],
  ["not unique", ["≡", "open"]], ["numerical debris", ["≈", "wrong"]],
]);

/** The symbol and the colour of a verdict, as in the report. */
export function lookOf(verdict) {
  return SYMBOLS.get(verdict) ?? ["?", "open"];
}

/** The answer for the whole data set. */
export function answer(model, pair, rows, match) {
  const zeros = rows.filter(({ weight }) => weight === 0);
  const proved = rows.filter(({ verdict }) => verdict === "zero, proved" || verdict === "zero, structural").length;
  const open = rows.filter(({ verdict }) => verdict === "open").length;
  const loose = rows.filter(({ verdict }) => verdict === "not unique").length;
  const structural = rows.filter(({ verdict }) => verdict === "zero, structural").length;
  const start = [`At alpha ${trimmed(pair.alpha, 3)} L1 makes `, strong(`${zeros.length} of ${rows.length}`, "zero"), ` weights exactly zero (${proved} proved${open ? `, ${open} open` : ""}${loose ? `; of all weights ${loose} are not unique` : ""}). `];
  if (!pair.partner) return [...start, "Nothing is left for L2 to match: lower alpha."];
  const partnerZeros = pair.partner.fit.weights.filter((w) => w === 0).length;
  const where = match === "loss" ? `at the same training loss (its alpha ${significant(pair.partner.alpha, 3)})` : "at the same alpha";
  const except = structural && partnerZeros ? `, ${structural === partnerZeros ? "all" : structural} of them constant columns` : "";
  return [...start, `L2 ${where} makes `, strong(String(partnerZeros), partnerZeros ? "zero" : "nonzero"), `${except}.`];
}

/** The reason for one weight, in the numbers of its data. */
export function because(row, names, match) {
  const name = nameNode(row.name);
  const toll = trimmed(row.toll, 3);
  const pull = apart(row.pull, row.toll, 3);
  const alone = significant(row.alone, 3);
  if (row.reason === "structural") return [name, " is zero under every penalty: its column has the same value in every row."];
  return [name, ...headline(row), ...middle(row, names, { toll, pull, alone }), ...underL2(row, match)];
}

function headline({ weight, verdict }) {
  if (verdict === "not unique") {
    const [here, kind] = weight === 0 ? ["exactly zero", "zero"] : [significant(weight, 3), "nonzero"];
    return [" is ", strong(here, kind), " in this fit, but not unique, proved: its column repeats another or its opposite, and the data cannot tell how they share their weight. "];
  }
  const proof = verdict === "open" ? " in this fit; the proof is open. " : ", proved. ";
  if (weight === 0) return [" is ", strong("exactly zero", "zero"), proof];
  return [" is ", strong(significant(weight, 3), "nonzero"), verdict === "open" ? proof : ", not zero: proved. "];
}

function middle({ reason, takers, final }, names, { toll, pull, alone }) {
  if (reason === "also alone") return [`With its weight at zero the data pull with ${pull}, more than the toll ${toll}; alone they would pull with ${alone}.`];
  if (reason === "revealed") return [`Alone it would pull with ${alone}, less than the toll ${toll}. The other columns reveal it: beside them it pulls with ${pull}.`];
  if (reason === "weak") return [`The data pull it with ${pull} beside the others and with ${alone} alone; neither exceeds the toll ${toll}.`];
  const shares = takers.flatMap(([k, amount], i) => [...(i ? [" and "] : []), nameNode(names[k]), ` takes ${significant(amount, 3)} of that`]);
  const left = final < 0 ? `what is left pulls the other way with ${pull}` : `what is left is ${pull}`;
  return [`Alone it would pull with ${alone}, more than the toll ${toll}. `, ...(shares.length ? ["But ", ...shares, "; "] : ["The others take the rest; "]), `${left}, which does not exceed the toll.`];
}

function underL2({ partner, weight }, match) {
  if (partner === null) return [];
  const where = match === "loss" ? " at the same training loss" : " at the same alpha";
  return [` Under L2${where} it is ${significant(partner, 3)}${weight === 0 ? ": L2 has no toll, so any pull moves a weight." : "."}`];
}
