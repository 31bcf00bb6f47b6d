// The fits along the path: what the slider chooses from. Nothing is interpolated; every position is a fit.

import { AccountTable } from "./account_table.js";
import { Accounts } from "./accounts.js";
import { tableBytes, unpackedTable } from "./packed.js";

/** Verdicts that hold at every alpha: of columns that cannot matter, and of weights without a penalty. */
const LASTING = new Set(["zero, structural", "non-zero, unpenalised"]);

/**
 * @typedef {{weight: number | null, weightStd: number | null, pull: number | null, toll: number | null, zero: boolean,
 *   word: string, partnerWeight: number | null, partnerPull: number | null, partnerToll: number | null}} Standing
 */

/** All fits of a report; `at` tells one of them. */
export class Fits {
  constructor(island, bytes, features) {
    const { fit, partner, between, account, accounts } = island.along;
    const { tables, rest } = readTables([fit, partner], bytes);
    this.features = features;
    this.between = between;
    this.accounts = account ? new Accounts(account, rest) : accounts && new AccountTable(accounts, rest);
    this.fit = { ...fit, ...tables[0] };
    this.partner = partner && { ...partner, ...tables[1] };
    this.alphas = fit.alphas;
    this.chosen = fit.chosen;
  }

  /** The fit at a position of the slider. */
  at(position) {
    return new Fit(this, position);
  }
}

/** One fit and the partner's that stands beside it. */
class Fit {
  constructor(fits, position) {
    this.fits = fits;
    this.position = position;
    this.alpha = fits.alphas[position];
    this.isChosen = position === fits.chosen;
    this.nonzero = fits.fit.nonzero[position];
    this.loss = fits.fit.loss[position];
    this.beside = fits.partner ? fits.partner.beside[position] : null;
    this.partnerAlpha = fits.partner ? fits.partner.alphas[this.beside] : null;
    this.partnerLoss = fits.partner ? fits.partner.loss[this.beside] : null;
  }

  /**
   * Where one weight stands in this fit.
   * @returns {Standing}
   */
  of(feature) {
    if (this.isChosen) return chosenStanding(feature);
    const { fit, partner, alphas, chosen } = this.fits;
    const weightStd = told(fit, fit.weights, fit.places, this.position, feature.index, 0);
    const toll = scaled(feature.values.get("toll"), this.alpha / alphas[chosen]);
    return {
      weightStd: fit.sd[fit.places.get(feature.index)] === 0 ? 0 : weightStd,
      weight: inStoredUnits(fit, feature.index, weightStd),
      pull: told(fit, fit.pulls, fit.pulledPlaces, this.position, feature.index, null),
      toll,
      zero: weightStd === 0,
      word: this.word(feature, weightStd),
      ...this.ofPartner(feature, partner, toll),
    };
  }

  /** Where the pull on a weight went; null where that is known for the explained fit alone. */
  account(feature) {
    if (this.isChosen || !feature.waterfall) return feature.waterfall;
    const { accounts, features } = this.fits;
    const found = accounts?.of(feature, this, this.of(feature).pull);
    if (!found) return null;
    const label = (k) => features.get(k)?.name ?? "(intercept)";
    return { ...found, steps: found.steps.map(({ feature: k, amount }) => ({ label: label(k), amount })) };
  }

  ofPartner(feature, partner, toll) {
    if (!partner) return { partnerWeight: null, partnerPull: null, partnerToll: null };
    const std = told(partner, partner.weights, partner.places, this.beside, feature.index, null);
    return {
      partnerWeight: inStoredUnits(partner, feature.index, std),
      partnerPull: told(partner, partner.pulls, partner.pulledPlaces, this.beside, feature.index, null),
      partnerToll: partner.toll === null ? null : scaled(toll, (partner.toll * this.partnerAlpha) / this.alpha),
    };
  }

  /** The verdict: a proof is claimed only where one was made. */
  word(feature, weight) {
    if (LASTING.has(feature.verdict)) return feature.verdict;
    const known = this.fits.between?.[feature.place];
    if (weight === 0) return this.zeroInterval(feature) ? "zero, proved" : "zero, computed";
    return known?.[1].some((run) => inside(run, this.position)) ? "non-zero, proved" : "non-zero, computed";
  }

  /** The interval (high, low) of alphas around this one at which the weight is proved to be zero, as text. */
  zeroInterval(feature) {
    return this.fits.between?.[feature.place][0].find(([, , ...run]) => inside(run, this.position)) ?? null;
  }
}

/** At the chosen alpha the numbers are those of the explanation, with its certificate. */
function chosenStanding(feature) {
  const value = (key) => feature.values.get(key) ?? null;
  return {
    weight: value("coef"), weightStd: value("coef_std"), pull: value("pull"), toll: value("toll"),
    zero: value("coef") === 0, word: feature.verdict,
    partnerWeight: value("partner_coef"), partnerPull: value("partner_pull"), partnerToll: value("partner_toll"),
  };
}

function readTables(grids, bytes) {
  let start = 0;
  const next = (alphas, columns, beside) => {
    const stop = start + tableBytes(alphas, columns);
    const table = unpackedTable(bytes.subarray(start, stop), alphas, columns, beside);
    start = stop;
    return table;
  };
  const tables = grids.filter(Boolean).map((grid) => {
    const weights = next(grid.alphas, grid.index.length);
    const places = new Map(grid.index.map((index, place) => [index, place]));
    const pulled = weights.map((row) => grid.pulled.map((index) => row[places.get(index)] ?? 0));
    const pulls = next(grid.alphas, grid.pulled.length, { weights: pulled, tolls: grid.tolls });
    return { weights, places, pulls, pulledPlaces: new Map(grid.pulled.map((index, place) => [index, place])) };
  });
  return { tables, rest: bytes.subarray(start) };
}

/** A number of a table; `absent` for a feature that has no column in it, null where it is not known. */
function told(grid, table, places, position, index, absent) {
  const place = places.get(index);
  if (place === undefined) return absent;
  const value = table[position][place];
  return Number.isNaN(value) ? null : value;
}

function inStoredUnits(grid, index, std) {
  if (std === null || std === 0) return std;
  return std / (grid.sd[grid.places.get(index)] || 1);
}

function scaled(value, factor) {
  return value === null || value === undefined ? null : value * factor;
}

function inside([first, last], position) {
  return first <= position && position <= last;
}
