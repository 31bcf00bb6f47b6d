// Anderson mixing of proximal Newton steps whose Hessian is stale, Eq. (82).
//
// Once the signs no longer change, such steps are a smooth fixed-point iteration x -> x + f(x) that converges linearly,
// and mostly along one direction. The mixture of the last steps with the smallest |f|, in the metric of the Hessian's
// diagonal, removes that direction. Source: Walker and Ni (2011), "Anderson acceleration for fixed-point iterations",
// SIAM Journal on Numerical Analysis 49(4).
#pragma once

#include <array>
#include <cmath>

#include "whyzero/types.hpp"

namespace whyzero {

class Mixing {
 public:
  // `coef`, `intercept` is the plain step from `from`; replaces it by the mixture unless a sign would differ.
  // The metric of weight k is metric[k * stride].
  void apply(const Vector& from, const double* metric, Index stride, Vector& coef, double& intercept) {
    const std::size_t size = coef.size();
    Step now;
    now.to = coef;
    now.to0 = intercept;
    now.change.resize(size);
    for (std::size_t k = 0; k < size; ++k) {
      now.change[k] = (coef[k] - from[k]) * std::sqrt(metric[static_cast<Index>(k) * stride]);
      if (!same_side(coef[k], from[k])) return forget();
    }
    if (known_ > 0)
      for (std::size_t k = 0; k < size; ++k)
        if (!same_side(coef[k], last_[0].to[k])) return forget();
    if (known_ > 0) mix(now, coef, intercept);
    last_[1] = std::move(last_[0]);
    last_[0] = std::move(now);
    known_ = known_ < 2 ? known_ + 1 : 2;
  }

  void forget() { known_ = 0; }

 private:
  struct Step {
    Vector to, change;
    double to0 = 0;
  };

  static bool same_side(double a, double b) { return (a == 0) == (b == 0) && !(a * b < 0); }

  void mix(const Step& now, Vector& coef, double& intercept) const {
    // min over c of | f - sum_i c_i (f - f_i) |^2
    double a[2][2] = {}, b[2] = {};
    for (std::size_t k = 0; k < coef.size(); ++k) {
      double d[2] = {};
      for (int i = 0; i < known_; ++i) d[i] = now.change[k] - last_[i].change[k];
      for (int i = 0; i < known_; ++i) {
        b[i] += d[i] * now.change[k];
        for (int j = 0; j < known_; ++j) a[i][j] += d[i] * d[j];
      }
    }
    double c[2] = {};
    const double determinant = a[0][0] * a[1][1] - a[0][1] * a[1][0];
    if (known_ == 2 && determinant > 1e-8 * a[0][0] * a[1][1]) {
      c[0] = (b[0] * a[1][1] - b[1] * a[0][1]) / determinant;
      c[1] = (b[1] * a[0][0] - b[0] * a[1][0]) / determinant;
    } else if (a[0][0] > 0) {
      c[0] = b[0] / a[0][0];
    }
    Vector mixed(coef.size());
    for (std::size_t k = 0; k < coef.size(); ++k) {
      mixed[k] = coef[k];
      for (int i = 0; i < known_; ++i) mixed[k] += c[i] * (last_[i].to[k] - coef[k]);
      if (!same_side(mixed[k], coef[k])) return;
    }
    double mixed0 = intercept;
    for (int i = 0; i < known_; ++i) mixed0 += c[i] * (last_[i].to0 - intercept);
    coef.swap(mixed);
    intercept = mixed0;
  }

  std::array<Step, 2> last_;
  int known_ = 0;
};

}  // namespace whyzero
