// What the page knows about each feature.

/**
 * The data island as features, in the order of the table.
 * @returns {Map<number, object>} by the feature's number
 */
export function readFeatures(island) {
  const features = new Map();
  island.feature.forEach((index, place) => {
    const fall = island.waterfall[place];
    features.set(index, {
      index,
      place,
      name: island.labels[island.name[place]],
      verdict: island.verdicts[island.verdict[place]],
      values: new Map(Object.entries(island.columns).map(([key, column]) => [key, column[place]])),
      waterfall: fall && {
        start: fall[0],
        steps: fall[1].map(([label, amount]) => ({ label: island.labels[label], amount })),
        others: fall[2],
        final: fall[3],
      },
    });
  });
  return features;
}

/** JSON that Python deflated and wrote in base64: the sentences at the levels that the page does not show. */
export async function unpack(text) {
  const bytes = Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

/** Order of two features by a key; what is missing comes last in both directions, ties keep the order of the page. */
export function compare(a, b, key, direction) {
  if (key === "name" || key === "verdict") return direction * a[key].localeCompare(b[key]) || a.place - b.place;
  const left = a.values.get(key) ?? null;
  const right = b.values.get(key) ?? null;
  if (left === null || right === null) return (left === null) - (right === null) || a.place - b.place;
  return direction * (left - right) || a.place - b.place;
}

/** The feature shown first: of the zeros the one that would pull hardest alone; else the first of the page. */
export function mostInstructive(features) {
  const strength = (feature) => feature.values.get("null_pull") ?? -1;
  const zeros = [...features.values()].filter((feature) => feature.values.get("coef") === 0 && feature.waterfall);
  return zeros.sort((a, b) => strength(b) - strength(a) || a.place - b.place)[0] ?? features.values().next().value;
}
