// What the page knows about each feature in the explained fit.

/**
 * The data island as features, in the order of the table.
 * @returns {Map<number, object>} by the feature's number
 */
export function readFeatures(island) {
  const features = new Map();
  island.feature.forEach((index, place) => {
    const fall = island.waterfall[place];
    const values = new Map(Object.entries(island.columns).map(([key, column]) => [key, column[place]]));
    features.set(index, {
      index,
      place,
      name: island.labels[island.name[place]],
      raw: island.raw[place] ?? island.labels[island.name[place]],
      verdict: island.verdicts[island.verdict[place]],
      values,
      waterfall: fall && {
        start: values.get("null_pull"),
        steps: fall[0].map(([label, amount]) => ({ label: island.labels[label], amount })),
        others: fall[1],
        final: fall[2] * values.get("pull"),
        towards: fall[2] * (values.get("pull_sign") ?? 0),
      },
    });
  });
  return features;
}

/** The feature shown first: of the proved zeros the one that would pull hardest alone; else the first of the page. */
export function mostInstructive(features) {
  const strength = (feature) => feature.values.get("null_pull") ?? -1;
  const zeros = [...features.values()].filter((feature) => feature.verdict === "zero, proved" && feature.waterfall);
  return zeros.sort((a, b) => strength(b) - strength(a) || a.place - b.place)[0] ?? features.values().next().value;
}
