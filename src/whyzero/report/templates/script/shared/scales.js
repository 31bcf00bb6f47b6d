// From numbers to positions, with sensible ticks: whyzero/report/scales.py in JavaScript.

import { decimals, powerOfTen, significant } from "./numbers.js";

/**
 * @typedef {{value: number, label: string}} Tick
 * @typedef {((value: number) => number) & {domain: number[], range: number[],
 *   invert: (position: number) => number, ticks: (count?: number) => Tick[]}} Scale
 */

/**
 * Numbers in `domain` to positions in `range`, evenly.
 * @returns {Scale}
 */
export function linear(domain, range) {
  const [low, high] = domain;
  const [start, stop] = range;
  const scale = (value) => start + ((value - low) / (high - low)) * (stop - start);
  const invert = (position) => low + ((position - start) / (stop - start)) * (high - low);
  return Object.assign(scale, { domain, range, invert, ticks: (count = 5) => ticks(Math.min(low, high), Math.max(low, high), count) });
}

/**
 * Positive numbers to positions by their logarithm.
 * @returns {Scale}
 */
export function logarithmic(domain, range) {
  const [first, last] = domain;
  const [start, stop] = range;
  const span = Math.log(last / first);
  const scale = (value) => start + (span ? Math.log(value / first) / span : 0.5) * (stop - start);
  const invert = (position) => first * Math.exp(((position - start) / (stop - start)) * span);
  return Object.assign(scale, { domain, range, invert, ticks: (count = 6) => logarithmicTicks(first, last, count) });
}

/**
 * About `count` ticks at multiples of 1, 2 or 5 times a power of ten; all labels have the same decimals.
 * @returns {Tick[]}
 */
export function ticks(low, high, count = 5) {
  const span = high - low;
  if (!(span > 0)) return [{ value: low, label: significant(low, 3) }];
  const power = 10 ** Math.floor(Math.log10(span / count));
  const off = (m) => Math.abs(Math.log(span / (m * power) / count));
  const step = power * [1, 2, 5, 10].reduce((best, m) => (off(m) < off(best) ? m : best));
  const values = [];
  for (let k = Math.ceil(low / step - 1e-9); k <= Math.floor(high / step + 1e-9); k += 1) values.push(k * step);
  return values.map((value) => ({ value, label: linearLabel(value, step, Math.max(Math.abs(low), Math.abs(high))) }));
}

function linearLabel(value, step, largest) {
  const exponent = Math.floor(Math.log10(step) + 1e-9);
  if (Math.abs(value) < step / 2) return "0";
  if (exponent < -4 || largest >= 1e6) return significant(value, Math.max(1, Math.floor(Math.log10(Math.abs(value)) + 1e-9) - exponent + 1));
  return decimals(value, Math.max(0, -exponent));
}

function logarithmicTicks(first, last, count) {
  const [low, high] = [Math.min(first, last), Math.max(first, last)];
  let found = [];
  for (const multiples of [[1], [1, 3], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]]) {
    found = [];
    for (let k = Math.floor(Math.log10(low)); k <= Math.ceil(Math.log10(high)); k += 1)
      for (const m of multiples)
        if (low * (1 - 1e-9) <= m * 10 ** k && m * 10 ** k <= high * (1 + 1e-9)) found.push([m, k]);
    if (found.length >= 3) break;
  }
  if (found.length < 2) return ticks(low, high, 3);
  const every = Math.ceil(found.length / count);
  const plain = found.every(([, k]) => k >= -4 && k <= 4);
  return found.filter((_, k) => k % every === 0).map(([m, k]) => ({ value: m * 10 ** k, label: logarithmicLabel(m, k, plain) }));
}

function logarithmicLabel(multiple, exponent, plain) {
  if (plain) return decimals(multiple * 10 ** exponent, Math.max(0, -exponent));
  return multiple === 1 ? powerOfTen(exponent) : `${multiple}×${powerOfTen(exponent)}`;
}
