// Four optimisers on the squared loss, as whyzero/explanations/steps.py walks them, towards the fit of the slider. Weights u
// are in the unit in which the penalty acts: there the slope of the loss is C u - p, p being the pulls at the null model.

const ADAM_STEP = 0.01, DECAY = 0.9, DECAY_SQUARES = 0.999, FLOOR = 1e-8;
const TIE = 1e-9;
/** Multiplications that take some 50 ms, in pieces of a millisecond. */
const MOST_PRODUCTS = 4e7, PIECE = 1e6;

/**
 * @typedef {{feature: number, at: number[], sizes: number[][], zeros: number[][], predicted: number | null, bound: number | null}} Steps
 */

/**
 * The walks towards a fit from its partner, in pieces; null where no weight that could move is zero. Where all steps
 * would take too long, the first of them.
 * @param {object} told what `steps_along` in Python tells
 * @returns {Generator<void, Steps | null>}
 */
export function* walkSteps(fit, told) {
  const { fit: own, partner, accounts } = fit.fits;
  const toll = told.factor.map((factor) => fit.alpha * told.ratio * factor);
  const ridge = told.factor.map((factor) => fit.alpha * (1 - told.ratio) * factor);
  const ridgeBeside = told.factor.map((factor) => fit.partnerAlpha * factor);
  const none = told.factor.map(() => 0);
  const loss = squaredLoss(accounts);
  const goal = sharpened(loss, weights(accounts, own, own.weights[fit.position]), toll, ridge);
  const start = sharpened(loss, weights(accounts, partner, partner.weights[fit.beside]), none, ridgeBeside);
  const zeros = [...goal.keys()].filter((j) => goal[j] === 0 && !loss.held[j]);
  if (!zeros.length) return null;
  const most = MOST_PRODUCTS / (4 * goal.length ** 2);
  const at = told.at.filter((count) => count <= most);
  const moves = [
    proximal(told.step, toll, ridge), along(told.step, toll, ridge), adam(toll, ridge), proximal(told.step, none, ridgeBeside),
  ];
  const points = [];
  for (const move of moves) points.push(yield* follow(loss, move, start, at));
  const unit = (j) => (accounts.perSd ? 1 : partner.sd[partner.places.get(j)] ?? 0);
  const arrived = zeros.filter((j) => points[0].at(-1)[j] === 0);
  const size = (j) => Math.abs(start[j]) * unit(j);
  const feature = (arrived.length ? arrived : zeros).reduce((best, j) => (size(j) > size(best) ? j : best));
  return {
    feature, at,
    sizes: points.map((walk) => walk.map((u) => Math.abs(u[feature]) * unit(feature))),
    zeros: points.map((walk) => walk.map((u) => u.filter((value) => value === 0).length)),
    predicted: predictedStep(loss, goal, start, toll, told.step, feature),
    bound: bound(loss, goal, start, toll, told, zeros),
  };
}

/** The loss by its slopes, which are 0 for weights that cannot move; and the product of the covariances and weights. */
function squaredLoss(accounts) {
  const { size, diagonal } = accounts;
  const held = Array.from(diagonal, (variance) => variance === 0);
  const pulls = accounts.pulls.map((pull, j) => (held[j] ? 0 : pull));
  const matrix = new Float64Array(size * size);
  for (let j = 0; j < size; j += 1)
    for (let k = 0; k < size; k += 1)
      if (!held[j] && !held[k]) matrix[j * size + k] = j === k ? diagonal[j] : accounts.covariance(j, k);
  const add = (out, u) => {
    for (let k = 0; k < size; k += 1) {
      const [weight, row] = [u[k], k * size];
      if (weight !== 0) for (let j = 0; j < size; j += 1) out[j] += matrix[row + j] * weight;
    }
    return out;
  };
  const slope = (u, out = new Float64Array(size)) => {
    for (let j = 0; j < size; j += 1) out[j] = -pulls[j];
    return add(out, u);
  };
  return { held, slope, times: (u) => add(new Float64Array(size), u) };
}

/** Weights of one fit by feature, where the penalty acts. */
function weights({ size, perSd }, grid, row) {
  const u = new Float64Array(size);
  grid.index.forEach((j, place) => {
    if (row[place] !== 0) u[j] = perSd ? row[place] : row[place] / (grid.sd[place] || 1);
  });
  return u;
}

/**
 * The weights of an optimum with all digits; the file holds nine. Those that are not zero solve linear equations, here by
 * conjugate gradients from what the file holds, which need no inverse where columns depend on one another.
 */
function sharpened(loss, u, toll, ridge) {
  const among = (values) => values.map((value, j) => (u[j] === 0 ? 0 : value));
  const dot = (a, b) => a.reduce((sum, value, j) => sum + value * b[j], 0);
  const rest = among(wholeSlope(loss, u, toll, ridge)).map((value) => -value);
  const [x, direction] = [u.slice(), rest.slice()];
  let size = dot(rest, rest);
  for (let k = 0; k < 2 * u.length && size > 0; k += 1) {
    const image = among(loss.times(direction).map((value, j) => value + ridge[j] * direction[j]));
    const share = size / dot(direction, image);
    if (!Number.isFinite(share)) break;
    for (const j of x.keys()) [x[j], rest[j]] = [x[j] + share * direction[j], rest[j] - share * image[j]];
    const next = dot(rest, rest);
    for (const j of x.keys()) direction[j] = rest[j] + (next / size) * direction[j];
    size = next;
  }
  return x;
}

/** The slope of loss and penalty; at 0 that of the loss alone. */
function wholeSlope(loss, u, toll, ridge) {
  return loss.slope(u).map((value, j) => value + toll[j] * Math.sign(u[j]) + ridge[j] * u[j]);
}

/** A step changes the weights in place, given the slopes of the loss. Here: shrink and clip. */
function proximal(step, toll, ridge) {
  return (u, slope) => {
    for (let j = 0; j < u.length; j += 1) {
      const moved = u[j] - step * slope[j];
      u[j] = (Math.sign(moved) * Math.max(Math.abs(moved) - step * toll[j], 0)) / (1 + step * ridge[j]);
    }
  };
}

function along(step, toll, ridge) {
  return (u, slope) => {
    for (let j = 0; j < u.length; j += 1) u[j] -= step * (slope[j] + toll[j] * Math.sign(u[j]) + ridge[j] * u[j]);
  };
}

/** Kingma and Ba (2015), algorithm 1. */
function adam(toll, ridge) {
  const mean = new Float64Array(toll.length);
  const square = new Float64Array(toll.length);
  let count = 0;
  return (u, slope) => {
    count += 1;
    const unbias = 1 - DECAY ** count;
    const unbiasSquare = 1 - DECAY_SQUARES ** count;
    for (let j = 0; j < u.length; j += 1) {
      const whole = slope[j] + toll[j] * Math.sign(u[j]) + ridge[j] * u[j];
      mean[j] = DECAY * mean[j] + (1 - DECAY) * whole;
      square[j] = DECAY_SQUARES * square[j] + (1 - DECAY_SQUARES) * whole * whole;
      u[j] -= ADAM_STEP * (mean[j] / unbias / (Math.sqrt(square[j] / unbiasSquare) + FLOOR));
    }
  };
}

/** The weights after the numbers of steps in `at`. */
function* follow(loss, move, start, at) {
  const points = [];
  const [place, slope] = [start.slice(), start.slice()];
  const pause = Math.ceil(PIECE / start.length ** 2);
  for (let k = 1; points.length < at.length; k += 1) {
    move(place, loss.slope(place, slope));
    if (k === at[points.length]) points.push(place.slice());
    if (k % pause === 0) yield;
  }
  return points;
}

/** The step at which the weight lands if its pull stays that at the fit; null where that is as hard as its toll. */
function predictedStep(loss, goal, start, toll, step, j) {
  const pull = -Math.sign(start[j]) * loss.slope(goal)[j];
  return toll[j] - pull <= TIE * toll[j] ? null : Math.max(1, Math.ceil(Math.abs(start[j]) / (step * (toll[j] - pull))));
}

/** Eq. (113): the step by which all zeros are found. */
function bound(loss, goal, start, toll, { step, least }, zeros) {
  const left = loss.slope(goal);
  const room = zeros.map((j) => toll[j] - Math.abs(left[j]));
  const distance = Math.sqrt(goal.reduce((sum, value, j) => sum + (start[j] - value) ** 2, 0));
  if (least === null || distance === 0 || room.some((slack, k) => slack <= TIE * toll[zeros[k]])) return null;
  return 1 + Math.max(0, Math.ceil((1 / (step * least)) * Math.log((2 * distance) / (step * Math.min(...room)))));
}
