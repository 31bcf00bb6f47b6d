// What the tests of the report's accounts run.

import { Fits } from "./fits.js";
import { readFeatures } from "./features.js";

/** The account of every feature at every position of the slider. */
export function accounts({ island, bytes }) {
  const features = readFeatures(island);
  const fits = new Fits(island, Uint8Array.from(bytes), features);
  return fits.alphas.map((_, position) =>
    [...features.values()].map((feature) => ({ feature: feature.index, account: fits.at(position).account(feature) })));
}

/** Where every feature stands at every position of the slider. */
export function standings({ island, bytes }) {
  const features = readFeatures(island);
  const fits = new Fits(island, Uint8Array.from(bytes), features);
  return fits.alphas.map((_, position) => [...features.values()].map((feature) => ({ feature: feature.index, ...fits.at(position).of(feature) })));
}
