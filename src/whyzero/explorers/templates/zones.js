// The plane of two weights: for which data each is zero, with exact areas (whyzero.experiments.zone_map).

import { bendOf, tollOf } from "./shared/math/penalty.js";
import { minimiseQuadratic } from "./shared/math/solver.js";

export const HALF_WIDTH = 4;

/** [[1, r], [r, 1]]: the curvature of the loss of two standardised columns. */
export function hessian(r) {
  return [Float64Array.of(1, r), Float64Array.of(r, 1)];
}

/** H m: the pulls of the data at the origin. */
export function pullsAtOrigin(r, m) {
  return [m[0] + r * m[1], r * m[0] + m[1]];
}

/** The best two weights when the data alone would give `m`. */
export function bestPair(r, penalty, m) {
  return minimiseQuadratic(hessian(r), pullsAtOrigin(r, m), penalty);
}

/**
 * The zones as convex polygons within the square: both zero, and each of the four strips in which one is zero.
 * @returns {{both: number[][], first: number[][][], second: number[][][]}}
 */
export function zonePolygons(r, penalty) {
  const square = [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([a, b]) => [a * HALF_WIDTH, b * HALF_WIDTH]);
  const toll = tollOf(penalty);
  const own = 1 + bendOf(penalty);
  const rows = hessian(r).map((row) => [...row]);
  const both = clipAll(square, [...rows, ...rows.map(([a, b]) => [-a, -b])], [toll, toll, toll, toll]);
  const strip = (j, side) => {
    const k = 1 - j;
    // Weight k follows alone: w_k = (q_k - toll) / own > 0, and the pull that this leaves for j is held.
    const tilt = rows[j].map((value, i) => value - (r / own) * rows[k][i]);
    const shift = (r / own) * toll;
    const normals = [rows[k].map((value) => -value), tilt, tilt.map((value) => -value)];
    return clipAll(square, normals.map((normal) => normal.map((value) => side * value)), [-toll, toll - shift, toll + shift]);
  };
  return { both, first: [strip(0, 1), strip(0, -1)], second: [strip(1, 1), strip(1, -1)] };
}

/** Shares of the square: both zero, only the first, only the second. */
export function zoneShares(r, penalty) {
  const { both, first, second } = zonePolygons(r, penalty);
  const whole = 4 * HALF_WIDTH ** 2;
  const total = (parts) => parts.reduce((sum, part) => sum + area(part), 0) / whole;
  return { both: total([both]), first: total(first), second: total(second) };
}

/** The part of a convex polygon where normal . p <= offset for all (Sutherland and Hodgman 1974). */
function clipAll(polygon, normals, offsets) {
  return normals.reduce((part, normal, k) => clip(part, normal, offsets[k]), polygon);
}

function clip(polygon, [u, v], offset) {
  const kept = [];
  polygon.forEach((here, k) => {
    const there = polygon[(k + 1) % polygon.length];
    const a = u * here[0] + v * here[1] - offset;
    const b = u * there[0] + v * there[1] - offset;
    if (a <= 0) kept.push(here);
    if (a * b < 0) kept.push([here[0] + (there[0] - here[0]) * (a / (a - b)), here[1] + (there[1] - here[1]) * (a / (a - b))]);
  });
  return kept;
}

/** The shoelace formula. */
function area(polygon) {
  return Math.abs(polygon.reduce((sum, [x, y], k) => {
    const [nextX, nextY] = polygon[(k + 1) % polygon.length];
    return sum + x * nextY - nextX * y;
  }, 0)) / 2;
}

/** Share of `count` random points of the square for which the solver makes a weight zero. */
export function sampledShare(r, penalty, uniform, count) {
  let zeros = 0;
  for (let k = 0; k < count; k += 1) {
    const w = bestPair(r, penalty, [(2 * uniform() - 1) * HALF_WIDTH, (2 * uniform() - 1) * HALF_WIDTH]);
    if (w[0] === 0 || w[1] === 0) zeros += 1;
  }
  return zeros / count;
}

/** Half the angle of the cone of pulls that keep one weight at zero while the other has size w, in radians. */
export function coneAngle({ alpha, l1Ratio }, w) {
  return alpha === 0 ? 0 : Math.atan2(l1Ratio, l1Ratio + (1 - l1Ratio) * w);
}
