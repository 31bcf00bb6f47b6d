// The squared loss (eta - y)² / 2 of one row.

/**
 * A loss of one row, with its conjugate in the form that cannot cancel.
 * @typedef {{name: string, strength: number, value: (y: number, eta: number) => number,
 *   slope: (y: number, eta: number) => number, bend: (y: number, eta: number) => number,
 *   gap: (y: number, eta: number, v: number, doubt: number) => number, start: (mean: number) => number}} Loss
 */

/** @type {Loss} `strength` is the strong convexity of the conjugate, `gap` is loss + conjugate(v) - eta v. */
export const squared = {
  name: "squared",
  strength: 1,
  value: (y, eta) => (eta - y) ** 2 / 2,
  slope: (y, eta) => eta - y,
  bend: () => 1,
  gap: (y, eta, v, doubt) => (Math.abs(eta - y - v) + doubt) ** 2 / 2,
  start: (mean) => mean,
};
