// One weight with the loss (w - z)² / 2 against several penalties: the zoo of whyzero.experiments.penalty_zoo, and one more.

import { softThreshold } from "./shared/math/penalty.js";

const HALVINGS = 1100;

/**
 * An even penalty: value, slope at w > 0, slope as w falls to 0, and the best weight in closed form for a pull z >= 0.
 * @typedef {{name: string, value: (w: number) => number, slope: (w: number) => number, edge: number,
 *   best: ((z: number, alpha: number) => number) | null}} ZooPenalty
 */

/**
 * @param {number} ratio the share of L1 in the elastic net
 * @param {number} width how far the kink of the rounded |w| is rounded off
 * @returns {Map<string, ZooPenalty>}
 */
export function zooOf(ratio, width) {
  return new Map([
    ["l1", { name: "|w|", value: Math.abs, slope: () => 1, edge: 1, best: (z, alpha) => softThreshold(z, alpha) }],
    ["l2", { name: "w²/2", value: (w) => (w * w) / 2, slope: (w) => w, edge: 0, best: (z, alpha) => z / (1 + alpha) }],
    ["net", {
      name: "elastic net",
      value: (w) => ratio * Math.abs(w) + ((1 - ratio) * w * w) / 2,
      slope: (w) => ratio + (1 - ratio) * w,
      edge: ratio,
      best: (z, alpha) => softThreshold(z, alpha * ratio) / (1 + alpha * (1 - ratio)),
    }],
    ["power", {
      name: "|w|^1.5",
      value: (w) => Math.abs(w) ** 1.5,
      slope: (w) => 1.5 * Math.sqrt(w),
      edge: 0,
      best: (z, alpha) => ((2 * z) / (1.5 * alpha + Math.sqrt(2.25 * alpha * alpha + 4 * z))) ** 2,
    }],
    ["round", {
      name: "rounded |w|",
      value: (w) => Math.hypot(w, width) - width,
      slope: (w) => w / Math.hypot(w, width),
      edge: 0,
      best: null,
    }],
    ["root", {
      name: "√|w|",
      value: (w) => Math.sqrt(Math.abs(w)),
      slope: (w) => 0.5 / Math.sqrt(w),
      edge: Infinity,
      best: halfThreshold,
    }],
  ]);
}

/** Half thresholding (Xu, Chang, Xu, Zhang 2012). */
function halfThreshold(z, alpha) {
  if (z <= 1.5 * alpha ** (2 / 3)) return 0;
  const angle = Math.acos((alpha / 4) * (z / 3) ** -1.5);
  return ((2 * z) / 3) * (1 + Math.cos((2 * Math.PI) / 3 - (2 * angle) / 3));
}

/** (w - z)² / 2 + alpha penalty(w). */
export function cost(penalty, alpha, z, w) {
  return (w - z) ** 2 / 2 + alpha * penalty.value(w);
}

/** The best weight for any pull: in closed form where there is one, otherwise by halving. */
export function bestWeight(penalty, alpha, z) {
  const size = penalty.best ? penalty.best(Math.abs(z), alpha) : bySlopes(penalty, alpha, Math.abs(z));
  return size === 0 ? 0 : Math.sign(z) * size;
}

/**
 * The best weight for a pull z >= 0 by halving, from slopes away from zero alone: 0 only if the cost rises at every
 * float to the right of 0.
 */
export function bySlopes(penalty, alpha, z) {
  // The slope of the root falls at first; beyond this point the cost bends upwards.
  const bottom = penalty.edge === Infinity ? (alpha / 4) ** (2 / 3) : 0;
  let [low, high] = [Math.min(bottom, z), z];
  for (let k = 0; k < HALVINGS && low < high; k += 1) {
    const middle = (low + high) / 2;
    if (middle === low && low > 0) break;
    if (middle > 0 && middle + alpha * penalty.slope(middle) < z) low = middle;
    else if (high === middle) break;
    else high = middle;
  }
  if (penalty.edge === Infinity && cost(penalty, alpha, z, low) >= cost(penalty, alpha, z, 0)) return 0;
  return low;
}

/** Whether the data's pull lies within what the penalty holds at zero. */
export function heldAtZero(penalty, alpha, z) {
  return Math.abs(z) <= alpha * penalty.edge;
}

/**
 * Over many pulls: the largest difference of the closed form from the slopes, how often "zero if and only if held"
 * is not true, and the largest slope left at a weight without a closed form.
 */
export function checkZoo(penalty, alpha, pulls = 201) {
  let [off, mismatches, zeros] = [0, 0, 0];
  for (let k = 0; k < pulls; k += 1) {
    const z = -3 + (6 * k) / (pulls - 1);
    const w = bestWeight(penalty, alpha, z);
    const other = Math.sign(z) * bySlopes(penalty, alpha, Math.abs(z));
    const left = Math.abs(w) + alpha * (w === 0 ? 0 : penalty.slope(Math.abs(w))) - Math.abs(z);
    off = Math.max(off, penalty.best ? Math.abs(w - other) : w === 0 ? 0 : Math.abs(left));
    if (w === 0) zeros += 1;
    if (z !== 0 && penalty.edge !== Infinity && (w === 0) !== heldAtZero(penalty, alpha, z)) mismatches += 1;
  }
  return { off, mismatches, zeros, pulls };
}
