// The columns without any penalty, and what a fit has left to gain on them.
//
// A dual point is orthogonal to each of them; the gradient of a fit only nearly so. By moving these columns alone, with
// slopes c, the objective falls by c'G^-1 c / 2, G being the Hessian on them, and the gap counts that (docs/math.md).
// The Hessian of the null model will do if it is divided by the most that any row has lost of its curvature since.
// Where a column is a combination of others as far as G can tell, its slope must be the same combination of theirs to
// within rounding. If it is not, the columns differ by something that G does not show, and nobody knows how far the
// objective falls along it.
#pragma once

#include <cmath>
#include <limits>
#include <numeric>

#include "whyzero/subproblem/cholesky.hpp"

namespace whyzero {

template <typename Penalised>
bool unpenalised(const Penalised& problem, Index j) {
  return problem.l1[static_cast<std::size_t>(j)] == 0 && problem.l2[static_cast<std::size_t>(j)] == 0;
}

// X'DX on these columns, centred, where D has the diagonal h; minus the rank-one term of an intercept.
template <typename Posed>
Vector hessian_on(const Posed& problem, IndexView columns, View h, const Context& context) {
  const Index size = static_cast<Index>(columns.size());
  Vector g(columns.size() * columns.size()), mean(columns.size());
  problem.design.gram(columns, 0, problem.center.data(), h, g.data(), size, context);
  const double total = std::accumulate(h.begin(), h.end(), 0.0);
  if (!problem.intercept || !(total > 0)) return g;
  problem.design.dot(columns, problem.center.data(), h.data(), 1, mean.data(), context);
  for (Index a = 0; a < size; ++a)
    for (Index b = 0; b < size; ++b) g[a * size + b] -= mean[a] * mean[b] / total;
  return g;
}

class FreeColumns {
 public:
  FreeColumns() = default;

  // G is all of such a matrix.
  FreeColumns(const double* h, Index stride, View spread, const Context& context)
      : FreeColumns(h, stride, all(spread.size()), spread, context) {}

  // G: rows and columns `order` of the matrix whose row k is at h + k * stride; spread[k] is that of column k of it.
  // Without h nothing but rounding may be left of any slope.
  FreeColumns(const double* h, Index stride, IndexView order, View spread, const Context& context) {
    for (const Index k : order) spread_.push_back(spread[k]);
    std::vector<char> kept(order.size(), 0);
    const Vector none(spread.size(), 0.0);
    if (h != nullptr) factor_.append({h, stride, none, order}, kept, context);
    for (std::size_t k = 0; k < order.size(); ++k) (kept[k] ? independent_ : dependent_).push_back(k);
    for (const std::size_t d : dependent_) {
      context.monitor.poll();
      Vector shares;
      for (const std::size_t k : independent_) shares.push_back(h[order[d] * stride + order[k]]);
      factor_.solve(shares.data());
      shares_.push_back(std::move(shares));
    }
  }

  // What is left to gain where these are the slopes, each with an error of at most `rounding` times its spread.
  // Infinite if that is not known.
  double left(View slopes, double rounding) const {
    Vector own;
    for (const std::size_t k : independent_) own.push_back(slopes[k]);
    for (std::size_t d = 0; d < dependent_.size(); ++d) {
      double rest = slopes[dependent_[d]], reach = spread_[dependent_[d]];
      for (std::size_t k = 0; k < independent_.size(); ++k) {
        rest -= shares_[d][k] * own[k];
        reach += std::fabs(shares_[d][k]) * spread_[independent_[k]];
      }
      if (!(std::fabs(rest) <= rounding * reach)) return std::numeric_limits<double>::infinity();
    }
    Vector step(own);
    factor_.solve(step.data());
    double twice = 0;
    for (std::size_t k = 0; k < own.size(); ++k) twice += own[k] * step[k];
    return 0.5 * twice;
  }

 private:
  static std::vector<Index> all(std::size_t count) {
    std::vector<Index> order(count);
    std::iota(order.begin(), order.end(), 0);
    return order;
  }

  Vector spread_;
  std::vector<std::size_t> independent_, dependent_;  // places in `order`
  std::vector<Vector> shares_;                        // of the independent columns in each dependent one
  Cholesky factor_;                                   // of G on the independent columns
};

}  // namespace whyzero
