// Random bowls on a diamond and on a circle, as in whyzero.experiments.bowls: drawn, minimised exactly and on a grid.

const SIZE = 2;
const HALVINGS = 200;

export const FAMILIES = ["symmetric", "tilted", "one weak feature"];

/** [a, b, c, m1, m2]: the loss a (w1 - m1)² + b (w2 - m2)² + c (w1 - m1)(w2 - m2), its centre outside the shape. */
export function drawBowls(uniform, family, count, outside) {
  const bowls = [];
  while (bowls.length < count) {
    const curvature = [10 * uniform(), 10 * uniform()];
    if (family === "symmetric") curvature[1] = curvature[0];
    if (family === "one weak feature") curvature[uniform() < 0.5 ? 0 : 1] = 0.1;
    const tilt = family === "tilted" ? 4 * uniform() - 1.5 : 0;
    const m = [20 * uniform() - 10, 20 * uniform() - 10];
    if (4 * curvature[0] * curvature[1] > tilt * tilt && outside(m) > SIZE) bowls.push([...curvature, tilt, ...m]);
  }
  return bowls;
}

export function diamondSize(m) {
  return Math.abs(m[0]) + Math.abs(m[1]);
}

export function circleSize(m) {
  return Math.hypot(m[0], m[1]);
}

export function bowlLoss([a, b, c, m1, m2], w) {
  const [u, v] = [w[0] - m1, w[1] - m2];
  return a * u * u + b * v * v + c * u * v;
}

/** The minimum on the diamond: along each edge the loss is a parabola. */
export function onDiamond(bowl) {
  const [a, b, c, m1, m2] = bowl;
  const corners = [[SIZE, 0], [0, SIZE], [-SIZE, 0], [0, -SIZE]];
  let best = null;
  corners.forEach((here, k) => {
    const there = corners[(k + 1) % 4];
    const d = [there[0] - here[0], there[1] - here[1]];
    const bend = a * d[0] ** 2 + b * d[1] ** 2 + c * d[0] * d[1];
    const [u, v] = [here[0] - m1, here[1] - m2];
    const slope = 2 * a * u * d[0] + 2 * b * v * d[1] + c * (u * d[1] + v * d[0]);
    const share = Math.min(1, Math.max(0, -slope / (2 * bend)));
    const point = [(1 - share) * here[0] + share * there[0], (1 - share) * here[1] + share * there[1]];
    if (best === null || bowlLoss(bowl, point) < bowlLoss(bowl, best)) best = point;
  });
  return best;
}

/** The minimum on the circle: (H + l I) w = H m, with the multiplier l found by halving. */
export function onCircle([a, b, h12, m1, m2]) {
  const [h1, h2] = [2 * a, 2 * b];
  const [g1, g2] = [h1 * m1 + h12 * m2, h12 * m1 + h2 * m2];
  const weights = (l) => {
    const [d1, d2] = [h1 + l, h2 + l];
    const determinant = d1 * d2 - h12 * h12;
    return [(d2 * g1 - h12 * g2) / determinant, (d1 * g2 - h12 * g1) / determinant];
  };
  let [low, high] = [0, Math.hypot(g1, g2) / SIZE];
  for (let k = 0; k < HALVINGS; k += 1) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (Math.hypot(...weights(middle)) > SIZE) low = middle;
    else high = middle;
  }
  return weights(high);
}

/** So many points of the circle, four of them exactly on the axes. */
export function circlePoints(points) {
  const quarter = Math.floor(points / 4);
  const first = Array.from({ length: quarter }, (_, k) => {
    const angle = ((Math.PI / 2) * k) / (quarter - 1);
    return [k === quarter - 1 ? 0 : SIZE * Math.cos(angle), k === 0 ? 0 : SIZE * Math.sin(angle)];
  });
  return [...first, ...first.map(([x, y]) => [-y, x]), ...first.map(([x, y]) => [-x, -y]), ...first.map(([x, y]) => [y, -x])];
}

/** For each bowl whether the best of so many points on the circle lies on an axis, and the point. */
export function bestOnGrid(bowls, points) {
  const circle = circlePoints(points);
  const x = Float64Array.from(circle, (w) => w[0]);
  const y = Float64Array.from(circle, (w) => w[1]);
  return bowls.map(([a, b, c, m1, m2]) => {
    const [p, q] = [-2 * a * m1 - c * m2, -2 * b * m2 - c * m1];
    let [best, least] = [0, Infinity];
    for (let k = 0; k < x.length; k += 1) {
      const value = (a * x[k] + c * y[k] + p) * x[k] + (b * y[k] + q) * y[k];
      if (value < least) [best, least] = [k, value];
    }
    return [x[best], y[best]];
  });
}

/** Share of points with a coordinate of exactly zero. */
export function zeroShare(points) {
  return points.filter(([x, y]) => x === 0 || y === 0).length / points.length;
}
