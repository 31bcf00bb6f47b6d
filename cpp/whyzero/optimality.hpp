// Primal, dual and the gap between them, for the solver's stopping rule.
//
// The dual point is v = s f'(eta), made to sum to zero when there is an intercept, with 0 <= s <= 1. In Fenchel-Young
// form the gap is a sum of terms that are never negative, so nothing cancels (docs/math.md). This is not the
// certificate: that one is computed by other code, with a bound on its rounding errors.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "whyzero/free_columns.hpp"
#include "whyzero/penalties/elastic_net.hpp"
#include "whyzero/problem.hpp"

namespace whyzero {

// Input so large that the objective is not a number.
struct NotFinite : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Shrinks the heavier sign of u so that u sums to zero; every conjugate's domain is star-shaped around 0, so u stays
// inside.
inline void balance(MutableView u) {
  double positive = 0, negative = 0;
  for (const double v : u) (v > 0 ? positive : negative) += v;
  const double up = positive > -negative ? -negative / positive : 1,
               down = positive < -negative ? -positive / negative : 1;
  for (double& v : u) v *= v > 0 ? up : down;
}

// What one evaluation of all rows tells: the sums of `Loss::rows`.
struct RowSums {
  double gradient = 0, squares = 0, sizes = 0, loss = 0;
  bool finite() const { return std::isfinite(squares) && std::isfinite(sizes); }
};

inline const RowSums& demand_finite(const RowSums& sums) {
  if (!sums.finite()) throw NotFinite("the linear predictor overflowed");
  return sums;
}

// Sums as `Loss::rows` gives them; finite, unless the loss may overflow.
template <Loss L>
RowSums checked_sums(const std::array<double, 4>& sums) {
  const RowSums out{sums[0], sums[1], sums[2], sums[3]};
  return may_overflow<L> ? out : demand_finite(out);
}

// u_i = w_i f'(y_i, eta_i), and the sums.
template <Loss L, Design D>
RowSums row_sums(const Problem<L, D>& problem, View eta, MutableView u, const Context& context) {
  const auto sums = sum_rows<4>(problem.design.rows(), 6, context, [&](Index begin, Index end) {
    std::array<double, 4> block{};
    problem.loss.rows(problem.y.data() + begin, problem.weight.data() + begin, eta.data() + begin, u.data() + begin,
                      nullptr, end - begin, block.data());
    return block;
  });
  return checked_sums<L>(sums);
}

// u_i = w_i f'(y_i, eta_i) and h_i = w_i f''(y_i, eta_i), of which either may be null, without sums.
template <Loss L, Design D>
void row_slopes(const Problem<L, D>& problem, View eta, double* u, double* h, const Context& context) {
  const Index rows = problem.design.rows();
  for_ranges(rows, 4096, 6.0 * static_cast<double>(rows), context, [&](Index begin, Index end) {
    std::array<double, 4> sums{};
    problem.loss.slopes(problem.y.data() + begin, problem.weight.data() + begin, eta.data() + begin,
                        u == nullptr ? u : u + begin, h == nullptr ? h : h + begin, end - begin, sums.data());
  });
}

// Rounding in a centred product with the gradient, per unit of the column's spread.
template <Loss L, Design D>
double rounding(const Problem<L, D>&, const RowSums& sums) {
  return 32 * std::numeric_limits<double>::epsilon() *
         (std::sqrt(sums.squares) + (may_overflow<L> ? 1 : L::curvature_bound) * std::sqrt(sums.sizes));
}

// A fit on some columns, in their order, with its gradient there.
struct Restricted {
  double alpha;
  View coef, gradient;
  double gradient0;  // of the intercept
  double rounding;
};

// The largest violation of optimality in units of what is allowed: at most 1 means optimal on these columns. Allowed is
// `accuracy` times the toll (times `unit` where there is none), or else rounding. Of the problem it needs l1, l2,
// spread, intercept and positive.
template <typename Penalised>
double worst_violation(const Penalised& problem, IndexView columns, const Restricted& fit, double accuracy,
                       double unit) {
  const double epsilon = std::numeric_limits<double>::epsilon(),
               least = fit.rounding + std::numeric_limits<double>::min();
  double worst = problem.intercept ? std::fabs(fit.gradient0) / std::max(accuracy * unit, least) : 0;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const Index j = columns[k];
    const double l1 = fit.alpha * problem.l1[j], l2 = fit.alpha * problem.l2[j];
    const double violation = ElasticNet::violation(fit.coef[k], fit.gradient[k], l1, l2, problem.positive);
    if (violation == 0) continue;
    const double scale = l1 > 0 ? l1 : unit * problem.spread[j],
                 floor = fit.rounding * problem.spread[j] + 8 * epsilon * std::fabs(l2 * fit.coef[k]);
    worst = std::max(worst, violation / std::max(accuracy * scale, floor));
  }
  return worst;
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

// value(b) + conjugate(-c) + c b for one weight with a penalty, in a form without cancellation; |c b| for a penalty
// that is too small for a float.
inline double penalty_gap(double b, double c, double l1, double l2, bool positive = false) {
  if (l1 == 0 && l2 == 0) return std::fabs(c * b);
  const double reach = ElasticNet::reach(-c, positive), excess = reach - l1;
  const double toward = b == 0 ? reach : -std::copysign(1.0, b) * c;  // the pull in the direction of b
  if (excess > 0) {
    if (l2 == 0) return std::numeric_limits<double>::infinity();
    if (toward >= 0) return 0.5 * (l2 * std::fabs(b) - excess) * (l2 * std::fabs(b) - excess) / l2;
    return 0.5 * excess * excess / l2 + 0.5 * l2 * b * b + std::fabs(b) * (l1 - toward);
  }
  return std::fabs(b) * (l1 - toward) + 0.5 * l2 * b * b;
}

// The smaller of the gaps at s = 1 and at the largest s for which every |s c_j| <= toll_j (or -s c_j, where no weight
// may be negative), plus what is left to gain on the columns without a penalty: left(their slopes). Where that is not
// finite it is not known, and the gap is that at s = 0. `c` holds the centred products (x_j - center_j)'u of the
// columns in `columns`, `coef` is indexed by column, and loss_gap(s) is the part of the loss. Of the problem it needs
// l1, l2 and positive.
template <typename Penalised, typename Left, typename LossGap>
double dual_gap(const Penalised& problem, double alpha, View coef, IndexView columns, View c, Left&& left,
                LossGap&& loss_gap) {
  double feasible = 1;
  bool needed = false;
  Vector slopes;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const Index j = columns[k];
    const double l1 = alpha * problem.l1[j], l2 = alpha * problem.l2[j];
    if (unpenalised(problem, j)) {
      slopes.push_back(problem.positive && coef[j] == 0 ? std::min(c[k], 0.0) : c[k]);
      continue;
    }
    const double reach = ElasticNet::reach(-c[k], problem.positive);
    if (reach <= l1 || (l1 == 0 && l2 == 0)) continue;
    needed = needed || l2 == 0;
    feasible = std::min(feasible, l1 / reach);
  }
  const auto gap_at = [&](double s) {
    double gap = loss_gap(s);
    for (std::size_t k = 0; k < columns.size(); ++k) {
      if (unpenalised(problem, columns[k])) continue;
      const double l1 = alpha * problem.l1[columns[k]], l2 = alpha * problem.l2[columns[k]];
      double pull = s * c[k];
      if (s < 1 && l2 == 0 && l1 > 0)  // s was rounded
        pull = problem.positive ? std::max(pull, -l1) : std::clamp(pull, -l1, l1);
      gap += penalty_gap(coef[columns[k]], pull, l1, l2, problem.positive);
    }
    return gap;
  };
  const double more = slopes.empty() ? 0 : left(slopes);
  if (!std::isfinite(more)) return gap_at(0);
  double best = needed ? std::numeric_limits<double>::infinity() : gap_at(1) + more;
  if (feasible < 1) best = std::min(best, gap_at(feasible) + more);
  return best;
}

}  // namespace whyzero
