// What the tests of the report's optimisers run.

import { Fits } from "./fits.js";
import { readFeatures } from "./features.js";
import { walkSteps } from "./optimisers.js";

/** The walks at some positions of the slider. */
export function walks({ island, bytes, positions }) {
  const fits = new Fits(island, Uint8Array.from(bytes), readFeatures(island));
  return positions.map((position) => whole(walkSteps(fits.at(position), island.along.steps)));
}

/** What a generator returns. */
function whole(parts) {
  let part = parts.next();
  while (!part.done) part = parts.next();
  return part.value;
}
