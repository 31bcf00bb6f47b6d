// What rounding does to a fit when its weights are stored for the columns as they are.
//
// The solver works on centred columns. The intercept of the stored ones is b0 - sum_j b_j center_j, and where weights
// are huge and cancel, as on a column that is constant but for the last bit, rounding that sum may cost more than the
// fit gains.
#pragma once

#include <limits>

#include "whyzero/problem.hpp"

namespace whyzero {

// The curvature that the mean loss has at most; that of a loss without a bound is its mean, where it is the target's.
template <Loss L, Design D>
double mean_curvature(const Problem<L, D>& problem) {
  if (!may_overflow<L>) return L::curvature_bound;
  double mean = 0;
  for (std::size_t i = 0; i < problem.y.size(); ++i) mean += problem.weight[i] * problem.y[i];
  return mean;
}

// How far the objective may rise when every predictor moves by one rounding of `reach`, sum_j |b_j| (|center_j| +
// spread_j), away from an optimum in the intercept. 0 where that is no more than `allowed`, or than what no sum
// over the rows shows.
template <Loss L, Design D>
double lost_in_storing(const Problem<L, D>& problem, double reach, double allowed) {
  constexpr double epsilon = std::numeric_limits<double>::epsilon();
  const double moved = epsilon * reach, lost = 0.5 * mean_curvature(problem) * moved * moved;
  if (!(lost > allowed)) return 0;
  double mean = 0, square = 0;
  const auto target = [&](std::size_t i) { return problem.y[i] - problem.offset[i]; };
  for (std::size_t i = 0; i < problem.y.size() && problem.intercept; ++i) mean += problem.weight[i] * target(i);
  for (std::size_t i = 0; i < problem.y.size(); ++i)
    square += problem.weight[i] * (target(i) - mean) * (target(i) - mean);
  return lost > allowed + 1e-24 * square ? lost : 0;
}

}  // namespace whyzero
