// Primal, dual and the gap between them, for the solver's stopping rule.
//
// The dual point is v = s f'(eta), made to sum to zero when there is an intercept, with 0 <= s <= 1. In Fenchel-Young
// form the gap is a sum of terms that are never negative, so nothing cancels (docs/math.md). This is not the
// certificate: that one is computed by other code, with a bound on its rounding errors.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "whyzero/penalties/elastic_net.hpp"
#include "whyzero/problem.hpp"

namespace whyzero {

// Shrinks the heavier sign of u so that u sums to zero; every conjugate's domain is star-shaped around 0, so u stays
// inside.
inline void balance(MutableView u) {
  double positive = 0, negative = 0;
  for (const double v : u) (v > 0 ? positive : negative) += v;
  const double up = positive > -negative ? -negative / positive : 1,
               down = positive < -negative ? -positive / negative : 1;
  for (double& v : u) v *= v > 0 ? up : down;
}

template <Loss L, Design D>
double mean_loss(const Problem<L, D>& problem, View eta, const Context& context) {
  return sum_rows<4>(problem.design.rows(), 6, context, [&](Index begin, Index end) {
    std::array<double, 4> sums{};
    problem.loss.rows(problem.y.data() + begin, problem.weight.data() + begin, eta.data() + begin, nullptr, nullptr,
                      end - begin, sums.data());
    return sums;
  })[3];
}

// Sum over the rows of w_i [f(eta_i) + f*(s v_i) - s v_i eta_i], with u_i = w_i v_i.
template <Loss L, Design D>
double loss_gap(const Problem<L, D>& problem, View eta, View u, double s, const Context& context) {
  return sum_rows<1>(problem.design.rows(), 10, context, [&](Index begin, Index end) {
    return std::array<double, 1>{problem.loss.gap_rows(problem.y.data() + begin, problem.weight.data() + begin,
                                                       eta.data() + begin, u.data() + begin, s, end - begin)};
  })[0];
}

// value(b) + conjugate(-c) + c b for one weight, in a form without cancellation.
inline double penalty_gap(double b, double c, double l1, double l2) {
  if (l1 == 0 && l2 == 0) return std::fabs(c * b);
  const double toward = b == 0 ? std::fabs(c) : -std::copysign(1.0, b) * c;  // the pull in the direction of b
  const double excess = std::fabs(c) - l1;
  if (excess > 0) {
    if (l2 == 0) return std::numeric_limits<double>::infinity();
    if (toward >= 0) return 0.5 * (l2 * std::fabs(b) - excess) * (l2 * std::fabs(b) - excess) / l2;
    return 0.5 * excess * excess / l2 + 0.5 * l2 * b * b + std::fabs(b) * (l1 - toward);
  }
  return std::fabs(b) * (l1 - toward) + 0.5 * l2 * b * b;
}

// The smaller of the gaps at s = 1 and at the largest s for which every |s c_j| <= toll_j. `c` holds the centred
// products (x_j - center_j)'u of the columns in `columns`, `coef` is indexed by column.
template <Loss L, Design D>
double dual_gap(const Problem<L, D>& problem, double alpha, View coef, View eta, View u, IndexView columns, View c,
                const Context& context) {
  double feasible = 1;
  bool needed = false;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const double l1 = alpha * problem.l1[columns[k]], l2 = alpha * problem.l2[columns[k]];
    if ((l1 == 0 && l2 == 0) || std::fabs(c[k]) <= l1) continue;
    needed = needed || l2 == 0;
    feasible = std::min(feasible, l1 / std::fabs(c[k]));
  }
  const auto gap_at = [&](double s) {
    double gap = loss_gap(problem, eta, u, s, context);
    for (std::size_t k = 0; k < columns.size(); ++k) {
      const double l1 = alpha * problem.l1[columns[k]], l2 = alpha * problem.l2[columns[k]];
      double pull = s * c[k];
      if (s < 1 && l2 == 0 && l1 > 0) pull = std::clamp(pull, -l1, l1);  // s was rounded
      gap += penalty_gap(coef[columns[k]], pull, l1, l2);
    }
    return gap;
  };
  double best = needed ? std::numeric_limits<double>::infinity() : gap_at(1);
  if (feasible < 1) best = std::min(best, gap_at(feasible));
  return best;
}

}  // namespace whyzero
