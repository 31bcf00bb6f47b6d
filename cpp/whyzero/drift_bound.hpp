// Which columns a verification pass may leave out.
//
// At an anchor the products of all columns with two vectors over the rows are known: a gradient u and the direction d
// in which it moves. A later gradient is v = a u + b d + r, with r the remainder of the projection in the metric of 1 /
// w, so by the inequality of Cauchy and Schwarz, Eq. (83),
//
//   |x_j'v| <= |a x_j'u + b x_j'd| + spread_j |r|,   spread_j^2 = sum_i w_i x_ij^2,   |r|^2 = sum_i r_i^2 / w_i.
//
// A column whose bound stays below its toll for every fit of a batch has a zero weight in all of them, unread.
#pragma once

#include <algorithm>
#include <cmath>

#include "whyzero/types.hpp"

namespace whyzero {

class DriftBound {
 public:
  // A part of the products of a column with u and d, and the norm of what is left.
  struct Projection {
    double a = 0, b = 0, rest = 0;
  };

  bool known() const { return !u_.empty(); }

  // Takes a new anchor: vectors over the rows, and their products with all columns. `direction` may be missing.
  void take(View u, const double* direction, Vector u_products, Vector d_products) {
    u_.assign(u.begin(), u.end());
    d_.assign(direction != nullptr ? direction : u.data(), (direction != nullptr ? direction : u.data()) + u.size());
    if (direction == nullptr) std::fill(d_.begin(), d_.end(), 0.0);
    u_products_ = std::move(u_products);
    d_products_ = std::move(d_products);
    d_products_.resize(u_products_.size(), 0.0);
  }

  Projection project(const double* v, View weight) const {
    double uu = 0, ud = 0, dd = 0, uv = 0, dv = 0;
    for (std::size_t i = 0; i < u_.size(); ++i) {
      if (!(weight[i] > 0)) continue;
      const double w = 1 / weight[i];
      uu += w * u_[i] * u_[i], ud += w * u_[i] * d_[i], dd += w * d_[i] * d_[i];
      uv += w * u_[i] * v[i], dv += w * d_[i] * v[i];
    }
    Projection p;
    const double determinant = uu * dd - ud * ud;
    if (determinant > 1e-10 * uu * dd) {
      p.a = (uv * dd - dv * ud) / determinant;
      p.b = (dv * uu - uv * ud) / determinant;
    } else if (uu > 0) {
      p.a = uv / uu;
    }
    for (std::size_t i = 0; i < u_.size(); ++i) {
      if (!(weight[i] > 0)) continue;
      const double r = v[i] - p.a * u_[i] - p.b * d_[i];
      p.rest += r * r / weight[i];
    }
    p.rest = std::sqrt(p.rest);
    return p;
  }

  // The projection's part of the product of column k.
  double estimate(const Projection& p, std::size_t k) const { return p.a * u_products_[k] + p.b * d_products_[k]; }

 private:
  Vector u_, d_, u_products_, d_products_;
};

}  // namespace whyzero
